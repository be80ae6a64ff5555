//! `causeway demo rollout`: four ways that a phased rollout can go, each told to its end.

use std::io::Write;
use std::process::ExitCode;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::screen::Screen;
use super::world::{ORIGINAL, World, text};
use super::{DemoError, Told};
use crate::cli::{RolloutStory, StartError};
use crate::config::Config;

mod show;
mod told;

use told::Rollout;

/// Groups of each phase: by hand, so that each is large enough to be proven healthy by the people in it.
const PHASES: [&[&str]; 5] = [
    &["Department Finance", "Department Human Resources", "Department Customer Care"],
    &["Department Engineering"],
    &["Department Sales"],
    &["Department Operations"],
    &["Department IT", "Department Executive Office", "External Staff", "Partner Guests"],
];
/// A day, as rollouts have it unless somebody says otherwise.
const USUAL_BAKE_S: u32 = 86_400;
/// The shortest bake of an automatic rollout.
const SHORT_BAKE_S: u32 = 7_200;

/// Tells the stories one after the other, each with a server of its own, within so many simulated days.
///
/// # Errors
/// With a configured database, which must be empty, there is room for one story.
pub async fn run(config: &Config, stories: &[RolloutStory], days: u32, plain: bool) -> Result<ExitCode, StartError> {
    let all = [RolloutStory::Complete, RolloutStory::Breach, RolloutStory::Edited, RolloutStory::Silence];
    let stories = if stories.is_empty() { &all } else { stories };
    if stories.len() > 1 && !config.database_url.is_empty() {
        let cause = "name one with --story, or leave database_url out: then each has a database of its own".to_owned();
        return Err(StartError::Part { what: "an empty database has room for one story", cause });
    }
    let mut failed = 0;
    for story in stories {
        let screen = Screen::new(plain);
        screen.title(title(*story));
        let told = tell(config, *story, days, &screen).await;
        screen.end();
        let end = match told {
            Ok(end) => format!("  As it should be: {end}\n"),
            Err(error) => {
                failed += 1;
                format!("  NOT AS IT SHOULD BE: {error}\n")
            }
        };
        let _ = std::io::stdout().write_all(end.as_bytes());
    }
    let count = format!("\n{} passed, {failed} failed\n", stories.len() - failed);
    let _ = std::io::stdout().write_all(count.as_bytes());
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn title(story: RolloutStory) -> &'static str {
    match story {
        RolloutStory::Complete => "Five phases to completion",
        RolloutStory::Breach => "Too many people are blocked in phase 3",
        RolloutStory::Edited => "Somebody edits the grant controls in the portal",
        RolloutStory::Silence => "Nobody signs in",
    }
}

async fn tell(config: &Config, story: RolloutStory, days: u32, screen: &Screen) -> Told<String> {
    screen.progress(0.0, "the company is imported, with a week of its sign-ins".to_owned());
    let world = World::start(config, days).await?;
    let told = match story {
        RolloutStory::Complete => complete(&world, screen).await,
        RolloutStory::Breach => breach(&world, screen).await,
        RolloutStory::Edited => edited(&world, screen).await,
        RolloutStory::Silence => silence(&world, screen).await,
    };
    world.stop().await;
    told
}

/// Every phase is proven healthy after a day, and at the end the original takes over.
async fn complete(world: &World, screen: &Screen) -> Told<String> {
    show::proposal(world, screen).await?;
    let rollout = begin(world, screen, USUAL_BAKE_S).await?;
    let end = rollout.until(world, screen, "COMPLETED", |seen| text(seen, "/status") == "COMPLETED").await?;
    expect("phase 5", &format!("phase {}", end["phase"]))?;
    expect("the original ENABLED", &format!("the original {}", text(&end, "/policy/state")))?;
    expect("the twin DISABLED", &format!("the twin {}", text(&end, "/twin/state")))?;
    Ok("the original is on for everybody, the twin is off".to_owned())
}

/// Most of those who join in phase 3 have no second factor: the guard trips.
async fn breach(world: &World, screen: &Screen) -> Told<String> {
    let rollout = begin(world, screen, SHORT_BAKE_S).await?;
    rollout.until(world, screen, "phase 3", |seen| seen["phase"] == 3 && text(seen, "/status") == "RUNNING").await?;
    let sales = world.groups.get("Department Sales");
    world.pull("PUT", "/conduct", json!({ "failing": [{ "group": sales, "percent": 70, "retries": 3 }] })).await?;
    screen.line(world.now(), "Most of Sales never registered a second factor; each tries four times");
    let paused = |seen: &Value| text(seen, "/status") == "PAUSED";
    let end = rollout.until(world, screen, "PAUSED", paused).await?;
    expect("GUARD_TRIPPED", &text(&end, "/pause/reason"))?;
    expect("phase 3", &format!("phase {}", end["phase"]))?;
    expect("the twin REPORT_ONLY", &format!("the twin {}", text(&end, "/twin/state")))?;
    expect("SUGGEST_ROLL_BACK", &text(&end, "/guidance"))?;
    let reasons = show::reasons(world, screen, &end);
    if reasons == 0 {
        return Err(DemoError::Otherwise { expected: "reasons from the sign-ins".to_owned(), found: "none".to_owned() });
    }
    Ok("paused in phase 3, the twin is back in report-only mode, and the reasons are there".to_owned())
}

/// The twin's grant controls are changed by somebody else: nobody approved that.
async fn edited(world: &World, screen: &Screen) -> Told<String> {
    let rollout = begin(world, screen, USUAL_BAKE_S).await?;
    let running = rollout.until(world, screen, "phase 1", |seen| seen["phase"] == 1 && text(seen, "/status") == "RUNNING").await?;
    world.pass(TimeDelta::hours(3)).await?;
    let grant = json!({ "grantControls": { "operator": "OR", "builtInControls": ["compliantDevice"] } });
    let edit = json!({ "method": "PATCH", "policy": text(&running, "/twin/graphId"), "body": grant });
    world.pull("POST", "/portal", edit).await?;
    screen.line(world.now(), "Somebody makes the twin ask for a compliant device, in the portal");
    let end = rollout.until(world, screen, "CANCELLED", |seen| text(seen, "/status") == "CANCELLED").await?;
    expect("GRANT_CONTROLS_EDITED", &text(&end, "/endReason"))?;
    expect("the twin REPORT_ONLY", &format!("the twin {}", text(&end, "/twin/state")))?;
    expect("the original REPORT_ONLY", &format!("the original {}", text(&end, "/policy/state")))?;
    Ok("cancelled, and the twin enforces nothing".to_owned())
}

/// Silence is neither failure nor health: the rollout waits for people, and goes on with them.
async fn silence(world: &World, screen: &Screen) -> Told<String> {
    world.pull("PUT", "/conduct", json!({ "trafficPercent": 0 })).await?;
    screen.line(world.now(), "Everybody is away");
    let rollout = begin(world, screen, USUAL_BAKE_S).await?;
    rollout.until(world, screen, "phase 1", |seen| seen["phase"] == 1 && text(seen, "/status") == "RUNNING").await?;
    let back = world.now() + TimeDelta::days(2);
    while world.now() < back {
        let seen = rollout.step(world, screen).await?;
        expect("RUNNING in phase 1", &format!("{} in phase {}", text(&seen, "/status"), seen["phase"]))?;
    }
    let seen = rollout.look(world).await?;
    expect("NO_TRAFFIC", &text(&seen, "/hold/why"))?;
    expect("NO_DATA", &text(&seen, "/verdict/outcome"))?;
    screen.line(world.now(), &format!("Two days later it still waits: {}", text(&seen, "/hold/text")));
    world.pull("PUT", "/conduct", json!({})).await?;
    screen.line(world.now(), "People are back");
    rollout.until(world, screen, "phase 2", |seen| seen["phase"] == 2 && text(seen, "/status") == "RUNNING").await?;
    Ok("it held for as long as nobody signed in, and went on when people were back".to_owned())
}

/// Accepts the plan and starts it.
async fn begin(world: &World, screen: &Screen, bake_s: u32) -> Told<Rollout> {
    let mut phases = Vec::new();
    for names in PHASES {
        let ids: Vec<_> = names.iter().filter_map(|name| world.groups.get(*name)).collect();
        phases.push(json!({ "groupIds": ids, "minBakeSeconds": bake_s }));
    }
    let input = json!({ "policyId": world.policy, "phases": phases, "mode": "AUTOMATIC" });
    let made = world.api.mutate("createRollout", input, "rollout { id revision }").await?;
    let id = text(&made, "/rollout/id");
    let rollout = Rollout::new(id.clone());
    show::plan(world, screen, &rollout.look(world).await?);
    let input = json!({ "id": id, "expectedRevision": made.pointer("/rollout/revision"), "confirmForecast": true });
    world.api.mutate("startRollout", input, "rollout { id }").await?;
    screen.line(world.now(), &format!("The rollout of \u{201c}{ORIGINAL}\u{201d} is started"));
    Ok(rollout)
}

fn expect(expected: &str, found: &str) -> Told<()> {
    if expected == found {
        return Ok(());
    }
    Err(DemoError::Otherwise { expected: expected.to_owned(), found: found.to_owned() })
}
