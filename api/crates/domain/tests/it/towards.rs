//! From one document to another by narrow changes.

use std::collections::{BTreeMap, BTreeSet};

use domain::change::kind::ChangeKind;
use domain::change::towards::towards;
use domain::document::PolicyDocument;
use domain::document::diff::{NameTable, diff};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::corpus::{data, files};
use crate::fixtures::{document, mfa_for_all};
use crate::generated;
use crate::undo::applied;

/// The paths that differ after all changes, one after the other; each has to change something.
fn left(current: &PolicyDocument, wanted: &PolicyDocument) -> (Vec<ChangeKind>, Vec<String>, Vec<String>) {
    let plan = towards(current, wanted);
    let mut at = current.clone();
    for payload in &plan.payloads {
        let next = applied(&at, payload);
        assert_ne!(next.canonical(), at.canonical(), "{payload:?} changes nothing");
        at = next;
    }
    let left = diff(&at.canonical(), &wanted.canonical(), &NameTable::default());
    (plan.payloads.iter().map(|payload| payload.kind()).collect(), left.into_iter().map(|field| field.path).collect(), plan.unreachable)
}

#[test]
fn each_kind_of_field_has_its_kind_of_change_and_the_rest_is_said() {
    let mut wanted = mfa_for_all("disabled");
    wanted["displayName"] = json!("Renamed");
    wanted["description"] = json!("no kind writes this");
    wanted["conditions"]["applications"] = json!({ "includeAuthenticationContextClassReferences": ["c1"] });
    wanted["grantControls"] = json!({ "operator": "AND", "builtInControls": ["mfa", "compliantDevice"], "termsOfUse": ["t"] });
    let (kinds, left, unreachable) = left(&document(mfa_for_all("enabled")), &document(wanted));
    let expected = [
        ChangeKind::PolicyRename,
        ChangeKind::PolicyApplicationChange,
        ChangeKind::PolicyAuthContextChange,
        ChangeKind::PolicyGrantChange,
        ChangeKind::PolicyTermsOfUseChange,
        ChangeKind::PolicyStateChange,
    ];
    assert_eq!(kinds, expected);
    assert_eq!((left, unreachable), (vec!["description".to_owned()], vec!["description".to_owned()]));
    let same = document(mfa_for_all("enabled"));
    assert_eq!(towards(&same, &same).payloads, []);
}

#[test]
fn every_version_of_a_real_tenants_policies_is_reached_from_the_one_before_and_back() {
    let versions: Vec<BTreeMap<String, Value>> = files(&data("tenant-history")).iter().map(|(_, text)| by_id(text)).collect();
    let (mut pairs, mut unreachable_paths) = (0, BTreeSet::new());
    for step in versions.windows(2) {
        for (id, before) in &step[0] {
            let Some(after) = step[1].get(id) else { continue };
            let (before, after) = (document(before.clone()), document(after.clone()));
            for (from, to) in [(&before, &after), (&after, &before)] {
                let (_, left, unreachable) = left(from, to);
                assert_eq!(left, unreachable, "{}", to.display_name());
                unreachable_paths.extend(unreachable);
                pairs += 1;
            }
        }
    }
    assert!(pairs > 300, "{pairs}");
    assert_eq!(unreachable_paths, BTreeSet::new());
}

fn by_id(text: &str) -> BTreeMap<String, Value> {
    let answer: Value = serde_json::from_str(text).unwrap();
    answer["value"].as_array().unwrap().iter().map(|policy| (policy["id"].as_str().unwrap().to_owned(), policy.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_policy_is_reached_from_any_other(from in generated::policies(), to in generated::policies()) {
        prop_assume!(includes_somebody(&to));
        let (_, left, unreachable) = left(&document(from), &document(to));
        prop_assert_eq!(left, Vec::<String>::new());
        prop_assert_eq!(unreachable, Vec::<String>::new());
    }
}

/// Graph holds no policy without anybody included, so that there is no way to one.
pub fn includes_somebody(policy: &Value) -> bool {
    ["includeUsers", "includeGroups", "includeRoles"]
        .iter()
        .any(|list| policy["conditions"]["users"][list].as_array().is_some_and(|list| !list.is_empty()))
}
