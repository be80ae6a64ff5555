//! The four stories of `causeway demo rollout`, with days of simulated time, judged by what they print and by their exit code.

use std::time::Duration;

use harness::Database;
use tokio::process::Command;
use tokio::time::timeout;

on_both_databases!(
    five_phases_to_completion,
    a_breach_in_phase_three_pauses,
    an_edit_of_the_grant_controls_cancels,
    nobody_signs_in_and_it_holds,
    a_story_that_is_not_over_in_time_has_failed,
);

/// The test runner gives a test five minutes.
const WITHIN: Duration = Duration::from_secs(290);

async fn five_phases_to_completion(database: Database) {
    let (passed, told) = told(database, "complete", "12").await;
    assert!(passed, "{told}");
    in_order(
        &told,
        &[
            "Proposed: ",
            "Phase 1: ",
            "RUNNING, phase 1",
            "RUNNING, phase 2",
            "RUNNING, phase 3",
            "RUNNING, phase 4",
            "RUNNING, phase 5",
            "COMPLETED",
            "As it should be: ",
            "1 passed, 0 failed",
        ],
    );
    assert!(!told.contains("PAUSED") && !told.contains("BREACH"), "{told}");
}

async fn a_breach_in_phase_three_pauses(database: Database) {
    let (passed, told) = told(database, "breach", "12").await;
    assert!(passed, "{told}");
    in_order(
        &told,
        &[
            "RUNNING, phase 3",
            "never registered a second factor",
            "PAUSED, phase 3 because of GUARD_TRIPPED",
            "AADSTS50076 at ",
            "As it should be: ",
            "1 passed, 0 failed",
        ],
    );
    assert!(!told.contains("phase 4 because") && !told.contains("RUNNING, phase 4"), "{told}");
}

async fn an_edit_of_the_grant_controls_cancels(database: Database) {
    let (passed, told) = told(database, "edited", "12").await;
    assert!(passed, "{told}");
    in_order(
        &told,
        &["RUNNING, phase 1", "in the portal", "CANCELLED", "GRANT_CONTROLS_EDITED", "As it should be: ", "1 passed, 0 failed"],
    );
}

async fn nobody_signs_in_and_it_holds(database: Database) {
    let (passed, told) = told(database, "silence", "12").await;
    assert!(passed, "{told}");
    in_order(
        &told,
        &[
            "Everybody is away",
            "RUNNING, phase 1: NO_DATA",
            "Two days later it still waits",
            "People are back",
            "RUNNING, phase 2",
            "As it should be: ",
            "1 passed, 0 failed",
        ],
    );
}

async fn a_story_that_is_not_over_in_time_has_failed(database: Database) {
    let (passed, told) = told(database, "complete", "1").await;
    assert!(!passed, "five phases of a day each are not over after one: {told}");
    in_order(&told, &["RUNNING, phase 1", "NOT AS IT SHOULD BE: it should be COMPLETED", "0 passed, 1 failed"]);
}

/// Tells one story; whether the command succeeded, and what it printed.
async fn told(database: Database, story: &str, days: &str) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let url = database.create(folder.path()).await;
    let telling = Command::new(harness::process::binary())
        .args(["demo", "rollout", "--plain", "--story", story, "--days", days])
        .env("CAUSEWAY__DATABASE_URL", url)
        .env("CAUSEWAY__LOG__FILTER", "warn")
        .kill_on_drop(true)
        .output();
    let output = timeout(WITHIN, telling).await.expect("the story is told in time").unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.code().is_some_and(|code| code < 2), "it begins at all: {}", text(&output.stderr));
    (output.status.success(), text(&output.stdout))
}

fn in_order(told: &str, parts: &[&str]) {
    let mut rest = told;
    for part in parts {
        let at = rest.find(part).unwrap_or_else(|| panic!("\u{201c}{part}\u{201d} does not come in its turn:\n{told}"));
        rest = &rest[at + part.len()..];
    }
}
