//! What is written down beside the code, and must say what the code says.

use std::path::Path;

/// `api::config::Config::reference` is the README's table of settings.
#[test]
fn the_readme_has_every_setting() {
    let table = api::config::Config::reference();
    let readme = read("README.md");
    let missing: Vec<&str> = table.lines().filter(|line| !readme.contains(line)).collect();
    assert!(missing.is_empty(), "README.md lacks or misstates these settings:\n{}", missing.join("\n"));
}

/// The role x operation table that a non-engineer reviews.
#[test]
fn the_roles_are_as_committed() {
    let matrix = domain::access::matrix();
    assert_eq!(read("tests/roles.md"), format!("# Who may do what\n\nPrinted from `domain::access`; a test holds it equal.\n\n{matrix}"));
}

/// The front end's contract.
#[test]
fn the_schema_is_as_committed() {
    let printed = std::process::Command::new(harness::process::binary()).arg("schema").output().expect("the binary runs: build it first");
    let printed = String::from_utf8(printed.stdout).expect("a schema is text");
    assert!(printed == read("schema.graphql"), "schema.graphql is not what the code says: cargo run -- schema > schema.graphql");
}

/// A page that names files which are gone misleads.
#[test]
fn the_pages_name_files_that_exist() {
    for page in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = read(page);
        let paths = text.split('`').skip(1).step_by(2).filter(|word| {
            let plain = word.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-".contains(letter));
            plain
                && word.contains('/')
                && ["api/", "tests/", "docker/", "entity/", "migration/", ".ci/"].iter().any(|root| word.starts_with(root))
        });
        for path in paths {
            assert!(root().join(path).exists(), "{page} names {path}, which is not there");
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is below the root")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|cause| panic!("{path}: {cause}"))
}
