//! The digest changes with everything a reviewer decides on, and with nothing else.

use domain::change::digest::{DigestInput, digest};
use domain::change::dry_run::{DiffOp, FieldDiff, NamedRef, Risk};
use domain::change::kind::{ChangeKind, ChangePayload};
use domain::change::plan::Plan;
use domain::change::warning::{Severity, Warning};
use domain::id::{ContentHash, PolicyId, TenantId};
use domain::policy::PolicyState;
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use crate::fixtures::warning;
use crate::generated::{changes, policies, world};

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
                risk: Risk::Loosens,
                label: "Excluded groups: adds Group".into(),
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
    let edits: [fn(&mut Review); 13] = [
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
        |review| review.warnings[0].path = Some("state".into()),
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
    review.diff[0].label = "Excluded groups: adds Group, renamed".into();
    review.diff[0].risk = Risk::Neutral;
    assert_eq!(review.digest(), Review::new().digest());
    assert_eq!(review.digest().len(), 64);
}

fn of_plan(payload: &ChangePayload, plan: &Plan) -> String {
    digest(&DigestInput {
        kind: payload.kind(),
        tenant: TenantId(Uuid::from_u128(1)),
        target: Some(PolicyId(Uuid::from_u128(2))),
        payload,
        diff: &plan.diff,
        warnings: &plan.warnings,
        base_hash: &plan.base_hash,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// P16: two reviews have one digest exactly when they are of the same payload, diff, warnings, waivers and base.
    #[test]
    fn a_digest_is_of_what_was_reviewed(policy in policies(), other in policies(), one in changes(), two in changes(), same in 0_u8..8) {
        let (first, second) = (world(&policy, &one), world(if same & 1 == 0 { &policy } else { &other }, if same & 2 == 0 { &one } else { &two }));
        let (a, mut b) = (first.plan(), second.plan());
        if same & 4 != 0 {
            b.warnings.iter_mut().for_each(|warning| warning.waived = !warning.waived);
        }
        let seen = |plan: &Plan| {
            let diff: Vec<_> = plan.diff.iter().map(|line| (line.path.clone(), line.before.clone(), line.after.clone())).collect();
            let warnings: Vec<_> = plan.warnings.iter().map(|warning| (warning.code, warning.severity, warning.path.clone(), warning.waived)).collect();
            (diff, warnings, plan.base_hash.clone())
        };
        let equal = first.payload == second.payload && seen(&a) == seen(&b);
        prop_assert_eq!(of_plan(&first.payload, &a) == of_plan(&second.payload, &b), equal);
    }

    /// What is said better, or called by another name, is the same review.
    #[test]
    fn a_digest_is_not_of_words(policy in policies(), change in changes(), words in "\\PC{0,20}") {
        let world = world(&policy, &change);
        let plan = world.plan();
        let mut said = plan.clone();
        said.summary.clone_from(&words);
        for line in &mut said.diff {
            line.label.clone_from(&words);
            line.risk = Risk::Neutral;
            for item in line.added.iter_mut().chain(&mut line.removed) {
                item.display_name = Some(words.clone());
            }
        }
        for warning in &mut said.warnings {
            warning.message.clone_from(&words);
        }
        prop_assert_eq!(of_plan(&world.payload, &said), of_plan(&world.payload, &plan));
    }
}
