//! Real input: every published policy document (tests/data/policies, 569 of eight sets that nobody on the team wrote) goes the whole way:
//! imported into a baseline, created from it by `policy.create` in the simulator, changed by each kind that fits, rolled back after each to
//! the same canonical form, deleted and restored. What Graph would refuse is refused at the import, at the draft or in the dry-run, with a
//! reason: never at the apply.
//!
//! A document takes some twenty applies, so every run takes a sample of every set: each twentieth document on SQLite, each sixtieth on
//! PostgreSQL. `CAUSEWAY_REAL_INPUT=all` takes all of them, and `CAUSEWAY_REAL_SET` only the sets whose name contains a text. That every document
//! is imported, planned and validated is held without a sample by the crates' own tests.

mod journey;
mod kinds;
mod prepare;
mod tally;

use std::path::{Path, PathBuf};

use app::baselines::{BaselineFile, CreateBaseline, ImportBaseline};
use domain::baseline::BaselinePolicy;
use domain::change::warning::Severity;
use harness::Database;
use harness::lab::{Lane, side_by_side};
use serde_json::Value;

use self::journey::journey;
use self::prepare::prepare;
use self::tally::{Fate, Tally};

on_both_databases!(every_published_policy_goes_the_whole_way);

/// Lanes side by side.
const LANES: usize = 4;
/// Files of one import.
const BATCH: usize = 100;

async fn every_published_policy_goes_the_whole_way(database: Database) {
    let mut environment = api::system::environment();
    let only = environment.remove("CAUSEWAY_REAL_SET");
    let step = match (environment.remove("CAUSEWAY_REAL_INPUT").as_deref(), database) {
        (Some("all"), _) => 1,
        (_, Database::Sqlite) => 20,
        (_, Database::Postgres) => 60,
    };
    let mut files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/policies"));
    files.retain(|file| only.as_ref().is_none_or(|only| set(&file.path).contains(only.as_str())));
    let whole = only.is_none() && step == 1;
    let files: Vec<BaselineFile> = files.into_iter().step_by(step).collect();
    let count = files.len();
    let tallies = side_by_side(LANES, move |lane| {
        let own: Vec<BaselineFile> = files.iter().skip(lane).step_by(LANES).cloned().collect();
        drive(database, own)
    })
    .await;
    let mut tally = Tally::default();
    tallies.into_iter().for_each(|other| tally.merge(other));
    println!("{database:?}\n{tally}");
    assert_eq!(tally.documents(), count);
    assert!(tally.broken().is_empty(), "{:#?}", tally.broken());
    assert!(tally.created() * 2 > count || only.is_some(), "only {} of {count} were created", tally.created());
    if whole {
        assert_eq!(count, 569);
        assert!(tally.created() > 450, "only {} were created", tally.created());
    }
}

/// One lane's documents, one after the other.
async fn drive(database: Database, files: Vec<BaselineFile>) -> Tally {
    let lane = Lane::open(database).await;
    let mut tally = Tally::default();
    let imported = import(&lane, files, &mut tally).await;
    let documents: Vec<Value> = {
        let hashes: Vec<_> = imported.iter().map(|policy| policy.document_hash.clone()).collect();
        let texts = lane.parts.store.reader().documents(lane.workspace, &hashes).await.unwrap();
        imported.iter().map(|policy| serde_json::from_str(&texts[&policy.document_hash]).unwrap()).collect()
    };
    prepare(&lane, &documents).await;
    lane.resync().await;
    for policy in &imported {
        let fate = journey(&lane, policy).await;
        tally.add(set(&policy.path), &policy.path, fate);
    }
    tally
}

/// Imports the files as a baseline; counts what is refused.
async fn import(lane: &Lane, files: Vec<BaselineFile>, tally: &mut Tally) -> Vec<BaselinePolicy> {
    let owner = lane.owner().await;
    let app = &lane.worker.app;
    let new = CreateBaseline { name: "Published".to_owned(), description: None, idempotency_key: None };
    let baseline = app.create_baseline(&owner, new).await.unwrap();
    let mut imported = Vec::new();
    for files in files.chunks(BATCH) {
        let command =
            ImportBaseline { baseline_id: baseline.id, files: files.to_vec(), severity: Severity::Warning, idempotency_key: None };
        let done = app.import_baseline(&owner, command).await.unwrap();
        imported.extend(done.imported);
        for refused in done.refused {
            tally.add(set(&refused.path), &refused.path, Fate::refused("import", refused.reason));
        }
    }
    imported
}

/// The folder that a document is from.
fn set(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

/// Every document below a folder, its path relative to it.
fn files(root: &Path) -> Vec<BaselineFile> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                found.push(BaselineFile { path: name, content: std::fs::read_to_string(&path).unwrap() });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}
