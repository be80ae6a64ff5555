//! The walls between crates (ARCHITECTURE.md): which crate may depend on which.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What each crate may use of the workspace, and of the outside what it never may.
const WALLS: &[(&str, &[&str], &[&str])] = &[
    ("domain", &[], &["tokio", "sea-orm", "reqwest", "async-graphql", "axum", "rand"]),
    ("graph", &["domain"], &["sea-orm", "async-graphql", "axum"]),
    ("courier", &["domain"], &["sea-orm", "async-graphql", "axum"]),
    ("entra-sim", &["domain"], &["sea-orm", "async-graphql"]),
    ("entity", &[], &["async-graphql", "reqwest", "axum"]),
    ("migration", &[], &["async-graphql", "reqwest", "axum", "sea-orm"]),
    ("store", &["domain", "entity", "migration"], &["async-graphql", "reqwest", "axum"]),
    ("app", &["courier", "domain", "store", "graph"], &["sea-orm", "axum", "async-graphql", "reqwest"]),
    ("graphql", &["app", "domain"], &["sea-orm", "axum", "reqwest"]),
    ("api", &["app", "courier", "domain", "entra-sim", "graph", "graphql", "migration", "store"], &["sea-orm"]),
    ("causeway-agreement", &["domain", "entra-sim"], &["tokio", "sea-orm", "async-graphql", "axum"]),
    ("causeway-tests", &["api", "app", "courier", "domain", "entra-sim", "graph", "store"], &["sea-orm"]),
];

#[test]
fn no_crate_reaches_through_a_wall() {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata runs");
    let members: BTreeSet<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let walls: BTreeMap<&str, (&[&str], &[&str])> = WALLS.iter().map(|(name, may, never)| (*name, (*may, *never))).collect();
    assert_eq!(members, walls.keys().copied().collect(), "every crate has its row in WALLS");
    let mut breaches = Vec::new();
    for package in &metadata.packages {
        let (may, never) = walls[package.name.as_str()];
        for dependency in package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal) {
            let name = dependency.name.as_str();
            if (members.contains(name) && !may.contains(&name)) || never.contains(&name) {
                breaches.push(format!("{} -> {name}", package.name));
            }
        }
    }
    assert!(breaches.is_empty(), "walls broken: {breaches:?}");
}

#[test]
fn the_top_level_is_the_customers() {
    let allowed = [
        "Cargo.toml",
        "api",
        "entity",
        "migration",
        "schema.graphql",
        "tests",
        "docker",
        "README.md",
        "Cargo.lock",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "LICENSE",
        "justfile",
        ".gitignore",
        ".ci",
    ];
    let root = MetadataCommand::new().no_deps().exec().expect("cargo metadata runs").workspace_root;
    let listing = std::process::Command::new("git").args(["ls-files"]).current_dir(&root).output().expect("git lists files");
    let files = String::from_utf8(listing.stdout).expect("paths are text");
    let top: BTreeSet<&str> = files.lines().filter_map(|path| path.split('/').next()).collect();
    let strangers: Vec<&&str> = top.iter().filter(|name| !allowed.contains(name)).collect();
    assert!(!files.is_empty() && strangers.is_empty(), "not the customer's layout: {strangers:?}");
}
