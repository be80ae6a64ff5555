//! Published policies, as creations: what people write must not be held up by rules that Graph does not have.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use domain::change::warning::WarningCode;
use serde_json::Value;

use crate::world::World;

fn documents(folder: &Path, found: &mut Vec<Value>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            documents(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).unwrap();
            if let Ok(value @ Value::Object(_)) = serde_json::from_str(text.trim_start_matches('\u{feff}')) {
                found.push(value);
            }
        }
    }
}

#[test]
fn what_is_published_is_seldom_refused_and_each_time_for_a_reason() {
    let mut all = Vec::new();
    documents(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/data/policies"), &mut all);
    let (mut codes, mut refused) = (BTreeMap::<WarningCode, usize>::new(), BTreeMap::<String, usize>::new());
    for document in &all {
        let warnings = World::create("enabledForReportingButNotEnforced", document.clone()).plan().warnings;
        for code in warnings.iter().map(|warning| warning.code).collect::<BTreeSet<_>>() {
            *codes.entry(code).or_default() += 1;
        }
        for warning in warnings.into_iter().filter(|warning| warning.code == WarningCode::GraphWouldReject) {
            *refused.entry(warning.path.unwrap()).or_default() += 1;
        }
    }
    assert_eq!(all.len(), 569);
    // What only the beta takes (agents, lists of devices, traffic profiles, continuous access evaluation), two conditions that workload
    // identities don't have, no target but a preview's, and "All" for a role.
    let expected = [
        ("conditions", 4),
        ("conditions.applications", 3),
        ("conditions.clientApplications", 2),
        ("conditions.devices", 18),
        ("conditions.users.includeRoles", 1),
        ("sessionControls", 3),
    ];
    assert_eq!(refused.iter().map(|(path, count)| (path.as_str(), *count)).collect::<Vec<_>>(), expected);
    // Nothing is said of what was taken away, or of who enforces: a creation in report-only does neither. References are other tenants'.
    let said: Vec<_> = codes.into_iter().filter(|(code, _)| *code != WarningCode::ReferenceUnresolved).collect();
    let expected = [
        (WarningCode::LargeExcludeAdd, 9),
        (WarningCode::BreakglassNotExcluded, 145),
        // Templates that stand for nobody or nothing until somebody fills them in.
        (WarningCode::IncludesNothing, 29),
        (WarningCode::GraphWouldReject, 28),
        (WarningCode::ReportOnlyNotMeaningful, 15),
    ];
    assert_eq!(said, expected);
}
