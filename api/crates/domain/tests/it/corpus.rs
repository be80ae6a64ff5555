//! Real policies that nobody on the team wrote: 569 documents of eight public sets, and one tenant's history (tests/data).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::document::PolicyDocument;
use domain::document::diff::{NameTable, diff};
use domain::id::ContentHash;
use domain::snapshot::{ItemChangeKind, ItemKind, Manifest, ManifestItem, manifest_diff};
use serde_json::Value;

pub fn data(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/data").join(folder)
}

/// Every JSON file below a folder, by name.
pub fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found.sort();
    found
}

#[test]
fn every_document_is_read_and_keeps_its_hash_through_its_own_text() {
    let files = files(&data("policies"));
    assert_eq!(files.len(), 569);
    for (path, text) in files {
        let policy = PolicyDocument::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(!policy.display_name().is_empty(), "{}", path.display());
        let canonical = policy.canonical();
        let again = PolicyDocument::parse(&policy.to_text()).unwrap();
        assert_eq!(again, policy, "{}", path.display());
        assert_eq!(again.canonical().hash(), canonical.hash(), "{}", path.display());
        // The canonical form is a document, and its own canonical form.
        let twice = PolicyDocument::from_value(canonical.value().clone()).unwrap().canonical();
        assert_eq!(twice, canonical, "{}", path.display());
        assert_eq!(twice.hash(), canonical.hash(), "{}", path.display());
        assert!(!domain::document::canonical_text(canonical.value()).contains("@odata"), "{}", path.display());
        // Names appear where ids do: a reference is never a keyword.
        assert!(policy.references().iter().all(|reference| reference.id != "All"), "{}", path.display());
    }
}

#[test]
fn a_tenant_history_yields_diffs_that_agree_with_the_hashes() {
    let files = files(&data("tenant-history"));
    assert_eq!(files.len(), 7);
    let snapshots: Vec<_> = files.iter().map(|(_, text)| snapshot(text)).collect();
    let (mut modified, mut fields) = (0, 0);
    for pair in snapshots.windows(2) {
        let ((before, before_documents), (after, after_documents)) = (&pair[0], &pair[1]);
        for change in manifest_diff(before, after) {
            if change.change != ItemChangeKind::Modified {
                assert!(change.before.is_none() || change.after.is_none());
                continue;
            }
            modified += 1;
            let found = diff(
                &before_documents[&change.object_id].canonical(),
                &after_documents[&change.object_id].canonical(),
                &NameTable::default(),
            );
            assert!(!found.is_empty(), "{} is said to differ", change.display_name);
            fields += found.len();
        }
    }
    // Counted with a second implementation, in another language; a canonical form that sees too much or too little moves them.
    assert_eq!((modified, fields), (64, 107));
}

fn snapshot(text: &str) -> (Manifest, BTreeMap<String, PolicyDocument>) {
    let answer: Value = serde_json::from_str(text).unwrap();
    let mut documents = BTreeMap::new();
    let mut items = Vec::new();
    for value in answer["value"].as_array().unwrap() {
        let document = PolicyDocument::from_value(value.clone()).unwrap();
        let object_id = document.graph_id().unwrap().to_string();
        items.push(ManifestItem {
            kind: ItemKind::Policy,
            object_id: object_id.clone(),
            display_name: document.display_name().to_owned(),
            content_hash: document.canonical().hash(),
            document_hash: ContentHash(String::new()),
        });
        documents.insert(object_id, document);
    }
    (Manifest::sorted(items), documents)
}
