//! The digest changes with everything a reviewer decides on, and with nothing else.

use domain::change::digest::{DigestInput, digest};
use domain::change::dry_run::{DiffOp, FieldDiff, NamedRef};
use domain::change::kind::{ChangeKind, ChangePayload};
use domain::change::warning::{Severity, Warning};
use domain::id::{ContentHash, PolicyId, TenantId};
use domain::policy::PolicyState;
use serde_json::json;
use uuid::Uuid;

use crate::fixtures::warning;

struct Review {
    kind: ChangeKind,
    tenant: TenantId,
    target: Option<PolicyId>,
    payload: ChangePayload,
    diff: Vec<FieldDiff>,
    warnings: Vec<Warning>,
    base_hash: ContentHash,
}

impl Review {
    fn new() -> Self {
        Review {
            kind: ChangeKind::PolicyStateChange,
            tenant: TenantId(Uuid::from_u128(1)),
            target: Some(PolicyId(Uuid::from_u128(2))),
            payload: ChangePayload::StateChange { to: PolicyState::Enabled },
            diff: vec![FieldDiff {
                path: "conditions.users.excludeGroups".into(),
                op: DiffOp::Add,
                before: None,
                after: Some(json!(["g"])),
                added: vec![NamedRef { id: "g".into(), display_name: Some("Group".into()) }],
                removed: Vec::new(),
            }],
            warnings: vec![warning(Severity::Critical)],
            base_hash: ContentHash("base".into()),
        }
    }

    fn digest(&self) -> String {
        digest(&DigestInput {
            kind: self.kind,
            tenant: self.tenant,
            target: self.target,
            payload: &self.payload,
            diff: &self.diff,
            warnings: &self.warnings,
            base_hash: &self.base_hash,
        })
    }
}

#[test]
fn every_input_counts() {
    let edits: [fn(&mut Review); 12] = [
        |review| review.kind = ChangeKind::PolicyRename,
        |review| review.tenant = TenantId(Uuid::from_u128(9)),
        |review| review.target = None,
        |review| review.payload = ChangePayload::StateChange { to: PolicyState::ReportOnly },
        |review| review.payload = ChangePayload::Rename { display_name: "x".into() },
        |review| review.diff.clear(),
        |review| review.diff[0].path = "conditions.users.includeGroups".into(),
        |review| review.diff[0].after = Some(json!(["g", "h"])),
        |review| review.warnings.clear(),
        |review| review.warnings[0].waived = true,
        |review| review.warnings[0].severity = Severity::Warning,
        |review| review.base_hash = ContentHash("other".into()),
    ];
    let mut seen = std::collections::BTreeSet::from([Review::new().digest()]);
    for (number, edit) in edits.into_iter().enumerate() {
        let mut review = Review::new();
        edit(&mut review);
        assert!(seen.insert(review.digest()), "edit {number} did not change the digest");
    }
}

#[test]
fn wording_and_names_do_not_count() {
    let mut review = Review::new();
    review.warnings[0].message = "said better".into();
    review.diff[0].added[0].display_name = Some("Group, renamed".into());
    assert_eq!(review.digest(), Review::new().digest());
    assert_eq!(review.digest().len(), 64);
}
