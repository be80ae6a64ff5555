//! Real policies that nobody on the team wrote (tests/data/policies) as a careful client would bring them into a tenant: read-only members
//! taken out, everything they refer to made first, nothing repaired. What Graph refuses among them is listed by its rule.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{POLICIES, World, config};

/// Members that Graph sets: a client must not send them back.
const READ_ONLY: [&str; 6] = ["id", "templateId", "createdDateTime", "modifiedDateTime", "deletedDateTime", "partialEnablementStrategy"];

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Set and file name of each document, with what a client would send.
fn corpus() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/data/policies");
    let read = |path: PathBuf| {
        let document: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        (path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned(), sendable(&document))
    };
    files(&folder).into_iter().map(read).collect()
}

fn sendable(document: &Value) -> Value {
    let mut body = without_annotations(document);
    body.as_object_mut().unwrap().retain(|name, _| !READ_ONLY.contains(&name.as_str()));
    if let Some(id) = body.pointer("/grantControls/authenticationStrength/id").cloned() {
        body["grantControls"]["authenticationStrength"] = json!({ "id": id });
    }
    body
}

/// Annotations are Graph's, except the type of a polymorphic value.
fn without_annotations(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| !name.contains('@') && !name.starts_with('#') || *name == "@odata.type");
            Value::Object(kept.map(|(name, value)| (name.clone(), without_annotations(value))).collect())
        }
        Value::Array(items) => items.iter().map(without_annotations).collect(),
        scalar => scalar.clone(),
    }
}

/// What Graph refuses in the 569 documents as they are published, by the number in front of its text.
const REFUSED: [(&str, usize); 8] = [
    // `locations: []` and `platforms: []` for null, `transferMethods` as a list, `builtInControls: ["compliantNetwork"]`, `GrantControls`, and
    // `includeProtectionLevels`, which the service no longer knows.
    ("1007", 13),
    // Placeholders and names where an app id belongs.
    ("1034", 3),
    // Beta only: agents, continuous access evaluation, Global Secure Access, `includeDevices`, `deviceStates`.
    ("1038", 28),
    // A placeholder where a location belongs.
    ("1040", 1),
    // Placeholders and names where groups and users belong.
    ("1054", 70),
    // `clientAppTypes: []`, which meant all clients before 2020-08.
    ("1064", 3),
    // Read from a tenant in 2022 and 2023, when Graph returned the old token beside the new object.
    ("'GuestsOrExternalUsers' cannot be combined with guestOrExternalUsers", 7),
    ("accepted", 444),
];

/// The number in front of Graph's text, or the text where there is none.
fn rule(answer: &Value) -> &str {
    let message = answer["error"]["message"].as_str().unwrap_or_default();
    message.split_once(':').map_or(message, |(number, _)| if number.parse::<u16>().is_ok() { number } else { message })
}

/// A tenant with every licence in which everything exists that the documents name by id.
async fn prepared(corpus: &[(String, Value)]) -> World {
    let mut config = config();
    if let entra_sim::TenantSource::Given(seeds) = &mut config.tenants {
        seeds[0].licences.workload = true;
    }
    let world = World::with(config).await;
    for chunk in corpus.chunks(100) {
        let documents: Vec<&Value> = chunk.iter().map(|(_, body)| body).collect();
        world.admin(Method::POST, "objects", json!({ "referencesOf": documents })).await;
    }
    world
}

#[tokio::test]
async fn every_real_policy_is_accepted_or_refused_by_a_rule_of_graphs() {
    let corpus = corpus();
    let world = prepared(&corpus).await;
    let mut table: BTreeMap<String, usize> = BTreeMap::new();
    for (name, body) in &corpus {
        let (status, answer) = world.post(POLICIES, body.clone()).await;
        let outcome = if status == 201 { "accepted" } else { rule(&answer) };
        *table.entry(outcome.to_owned()).or_default() += 1;
        if status == 201 {
            // Room for the next: a tenant holds 240.
            let path = format!("{POLICIES}/{}", answer["id"].as_str().unwrap());
            assert_eq!(world.delete(&path).await.0, 204, "{name}");
        } else if matches!(outcome, "1034" | "1040" | "1054") {
            let message = answer["error"]["message"].as_str().unwrap();
            let words = message.split(['"', ' ', '{', '}', ':', ',']).map(|word| word.trim_end_matches('.'));
            assert!(words.into_iter().all(|word| Uuid::try_parse(word).is_err()), "everything named by id exists: {name}: {message}");
        }
    }
    let expected: BTreeMap<String, usize> = REFUSED.iter().map(|(rule, count)| ((*rule).to_owned(), *count)).collect();
    assert_eq!(table, expected);
}

#[tokio::test]
async fn what_was_accepted_survives_the_recycle_bin_and_being_sent_again() {
    let corpus = corpus();
    let world = prepared(&corpus).await;
    let mut tried = 0;
    for (name, body) in corpus.iter().step_by(7) {
        let (status, created) = world.post(POLICIES, body.clone()).await;
        if status != 201 {
            continue;
        }
        tried += 1;
        let id = created["id"].as_str().unwrap();
        let path = format!("{POLICIES}/{id}");
        assert_eq!(world.delete(&path).await.0, 204, "{name}");
        let (status, restored) =
            world.post(&format!("/v1.0/identity/conditionalAccess/deletedItems/policies/{id}/restore"), json!({})).await;
        assert_eq!((status, &restored), (200, &created), "{name}: the id, the state and all the rest");
        let (status, twin) = world.post(POLICIES, sendable(&restored)).await;
        assert_eq!(status, 201, "{name}: {twin}");
        assert_eq!(sendable(&twin), sendable(&created), "{name}");
        world.delete(&path).await;
        world.delete(&format!("{POLICIES}/{}", twin["id"].as_str().unwrap())).await;
    }
    assert!(tried > 50, "{tried}");
}
