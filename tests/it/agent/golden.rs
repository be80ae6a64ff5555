//! The three sample tenants: their suggestions as committed text that a person has read.

use std::fmt::Write as _;
use std::path::Path;

use harness::world::World;
use harness::{Client, Database};
use serde_json::Value;

use super::{run, suggestions};
use crate::people::people;

on_both_databases!(the_sample_tenants_get_the_suggestions_that_were_read);

async fn the_sample_tenants_get_the_suggestions_that_were_read(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let mut unread = Vec::new();
    for (number, sim) in world.sim.tenants().into_iter().enumerate() {
        let tenant = world.connect(&owner, &sim).await;
        people(&owner, &tenant).await;
        let text = rendered(&owner, &tenant).await;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("it/agent/golden/tenant-{}.txt", number + 1));
        match std::fs::read_to_string(&path) {
            Ok(golden) => assert_eq!(text, golden, "{}: delete the file to have it written again", path.display()),
            Err(_) => {
                std::fs::write(&path, text).unwrap();
                unread.push(path);
            }
        }
    }
    assert!(unread.is_empty(), "these were written now; read them: {unread:?}");
}

async fn rendered(owner: &Client, tenant: &str) -> String {
    let run = run(owner, tenant).await;
    let mut found = suggestions(owner, tenant).await;
    found.sort_by_key(|suggestion| (place(suggestion), suggestion["title"].as_str().unwrap().to_owned()));
    let mut text = String::new();
    for suggestion in found {
        let texts = |name: &str| suggestion[name].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect::<Vec<_>>();
        writeln!(text, "{} {}", suggestion["kind"].as_str().unwrap(), suggestion["title"].as_str().unwrap()).unwrap();
        writeln!(text, "    grounds: {}", texts("grounds").join(", ")).unwrap();
        texts("reasoning").iter().for_each(|sentence| writeln!(text, "    {sentence}").unwrap());
        for step in suggestion["steps"].as_array().unwrap() {
            writeln!(text, "    -> {}", step["text"].as_str().unwrap()).unwrap();
        }
    }
    for skip in run["summary"]["skipped"].as_array().unwrap() {
        let word = |name: &str| skip[name].as_str().unwrap();
        writeln!(text, "skipped {} {}: {}", word("kind"), word("reason"), word("text")).unwrap();
    }
    text
}

fn place(suggestion: &Value) -> usize {
    let kind: domain::agent::SuggestionKind = suggestion["kind"].as_str().unwrap().parse().unwrap();
    kind as usize
}
