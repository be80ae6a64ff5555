//! Manifests: what a snapshot holds, and what lies between two.

use domain::id::ContentHash;
use domain::snapshot::{ItemChangeKind, ItemKind, Manifest, ManifestItem, manifest_diff};

fn item(kind: ItemKind, id: &str, content: &str) -> ManifestItem {
    ManifestItem {
        kind,
        object_id: id.into(),
        display_name: format!("{id} as {content}"),
        content_hash: ContentHash(content.into()),
        document_hash: ContentHash(format!("verbatim {content}")),
    }
}

#[test]
fn equal_tenants_have_equal_texts() {
    let (a, b) = (item(ItemKind::Policy, "a", "1"), item(ItemKind::NamedLocation, "a", "2"));
    let one = Manifest::sorted(vec![a.clone(), b.clone()]);
    assert_eq!(one.to_text(), Manifest::sorted(vec![b, a]).to_text());
    assert_eq!(Manifest::parse(&one.to_text()).unwrap(), one);
    assert!(Manifest::parse("{}").is_err());
}

#[test]
fn an_item_is_put_in_the_place_of_the_one_before() {
    let manifest = Manifest::sorted(vec![item(ItemKind::Policy, "a", "1"), item(ItemKind::Group, "a", "1")]);
    let newer = manifest.clone().with_item(item(ItemKind::Policy, "A", "2"));
    assert_eq!(newer.items.len(), 2);
    assert_eq!(newer.find(ItemKind::Policy, "a").unwrap().content_hash.0, "2");
    assert_eq!(newer.find(ItemKind::Group, "a").unwrap().content_hash.0, "1");
    let fewer = newer.without(ItemKind::Policy, "a");
    assert_eq!((fewer.items.len(), fewer.find(ItemKind::Policy, "a")), (1, None));
}

#[test]
fn a_diff_names_what_came_went_and_changed_and_nothing_else() {
    let before = Manifest::sorted(vec![
        item(ItemKind::Policy, "gone", "1"),
        item(ItemKind::Policy, "kept", "1"),
        item(ItemKind::Policy, "edited", "1"),
    ]);
    let mut kept = item(ItemKind::Policy, "kept", "1");
    kept.document_hash = ContentHash("another verbatim text of the same content".into());
    let after = Manifest::sorted(vec![kept, item(ItemKind::Policy, "EDITED", "2"), item(ItemKind::NamedLocation, "new", "1")]);
    let found: Vec<_> =
        manifest_diff(&before, &after).into_iter().map(|change| (change.kind, change.change, change.display_name)).collect();
    let expected = [
        (ItemKind::Policy, ItemChangeKind::Modified, "EDITED as 2".to_owned()),
        (ItemKind::Policy, ItemChangeKind::Removed, "gone as 1".to_owned()),
        (ItemKind::NamedLocation, ItemChangeKind::Added, "new as 1".to_owned()),
    ];
    assert_eq!(found, expected);
    assert!(manifest_diff(&after, &after).is_empty());
    let back = manifest_diff(&after, &before);
    assert_eq!(back.len(), 3);
    assert!(back.iter().all(|change| change.before.is_some() || change.after.is_some()));
}
