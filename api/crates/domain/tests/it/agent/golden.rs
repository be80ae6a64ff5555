//! Suggestions for tenants made of each published policy set, as committed text that a person has read.
//!
//! `CAUSEWAY_WRITE_GOLDEN` is not read: a file that is missing is written, and the test fails then, so that it is looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use domain::agent::{Analysis, Material};
use domain::document::PolicyDocument;
use domain::policy::PolicyState;
use domain::tenant::DirectoryKind;
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::{EMERGENCY, id, material, run};
use crate::corpus::{data, files};
use crate::fixtures::document;

/// The group that holds the emergency account.
const OF_EMERGENCY: u128 = 9_000;

/// The newest document of each name, at most as many as a tenant holds.
fn set(folder: &str) -> Vec<Value> {
    let mut newest: BTreeMap<String, Value> = BTreeMap::new();
    for (_, text) in files(&data("policies").join(folder)) {
        let value: Value = serde_json::from_str(&text).unwrap();
        let name = value["displayName"].as_str().unwrap_or_default().to_owned();
        newest.insert(name, with_ids(value));
    }
    newest.into_values().take(240).collect()
}

/// Ids in place of names, which some sets leave for whoever imports them; a group for emergencies gets the id that holds the account.
fn with_ids(mut policy: Value) -> Value {
    for list in ["includeUsers", "excludeUsers", "includeGroups", "excludeGroups"] {
        let entries = policy.pointer_mut(&format!("/conditions/users/{list}")).and_then(Value::as_array_mut);
        for entry in entries.into_iter().flatten() {
            let name = entry.as_str().unwrap_or_default().to_lowercase();
            let keyword = ["all", "none", "guestsorexternalusers"].contains(&name.as_str());
            if keyword || Uuid::try_parse(&name).is_ok() {
                continue;
            }
            let emergency = ["break", "emergency"].iter().any(|word| name.contains(word));
            let sum = name.bytes().fold(0u128, |sum, byte| (sum * 31 + u128::from(byte)) % 1_000_003);
            *entry = json!(match (emergency, list.ends_with("Users")) {
                (true, true) => id(EMERGENCY),
                (true, false) => id(OF_EMERGENCY),
                (false, true) => id(sum % 12 + 1),
                (false, false) => id(10_000 + sum),
            });
        }
    }
    policy
}

/// Groups that policies name hold two members each, in turn.
fn inhabited(mut material: Material) -> Material {
    let named = |policy: &PolicyDocument| policy.references().into_iter().filter(|found| found.kind == DirectoryKind::Group);
    let groups: BTreeSet<Uuid> =
        material.policies.iter().flat_map(|policy| named(&policy.document)).filter_map(|found| Uuid::try_parse(&found.id).ok()).collect();
    material.people.groups.insert(id(OF_EMERGENCY), [id(EMERGENCY)].into());
    for (number, group) in groups.into_iter().filter(|group| *group != id(OF_EMERGENCY)).enumerate() {
        let number = number as u128 % 11;
        let mut members = vec![id(number + 1), id(number + 2)];
        members.sort();
        material.people.groups.insert(group, members.into());
    }
    material
}

fn rendered(analysis: &Analysis) -> String {
    let mut text = String::new();
    for finding in &analysis.findings {
        writeln!(text, "{} {}", finding.kind, finding.title).unwrap();
        writeln!(text, "    grounds: {}", finding.grounds.iter().cloned().collect::<Vec<_>>().join(", ")).unwrap();
        finding.reasoning.iter().for_each(|sentence| writeln!(text, "    {sentence}").unwrap());
        finding.steps().iter().for_each(|step| writeln!(text, "    -> {}", step.text).unwrap());
    }
    for skip in &analysis.skipped {
        writeln!(text, "skipped {} {}: {}", skip.kind, skip.reason, skip.text).unwrap();
    }
    text
}

fn compare(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/agent/golden").join(format!("{name}.txt"));
    match std::fs::read_to_string(&path) {
        Ok(golden) => assert_eq!(text, golden, "{name}: delete the file to have it written again"),
        Err(_) => {
            std::fs::write(&path, text).unwrap();
            panic!("{name}: there was no golden file; read the one that was written now");
        }
    }
}

#[test]
fn each_published_set_gets_the_suggestions_that_were_read() {
    let mut unread = Vec::new();
    for folder in std::fs::read_dir(data("policies")).unwrap().map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir()) {
        let name = folder.file_name().into_string().unwrap();
        let published = set(&name);
        let on: Vec<Value> = published
            .iter()
            .map(|policy| document(policy.clone()).merged(&json!({ "state": PolicyState::Enabled })).value().clone())
            .collect();
        let text = format!(
            "As published\n------------\n{}\nAll turned on\n-------------\n{}",
            rendered(&run(&inhabited(material(&published)), &[]).1),
            rendered(&run(&inhabited(material(&on)), &[]).1)
        );
        unread.extend(std::panic::catch_unwind(|| compare(&name, &text)).err().map(|_| name));
    }
    assert!(unread.is_empty(), "{unread:?}");
}
