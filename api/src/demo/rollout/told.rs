//! One rollout, followed through the simulated time.

use std::cell::RefCell;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::show;
use crate::demo::screen::Screen;
use crate::demo::world::{World, text};
use crate::demo::{DemoError, Told};

/// So far the clock jumps at a time: several looks fall together, and each is late by so much at most.
const JUMP: TimeDelta = TimeDelta::hours(1);
/// Ended, or stopped: nothing goes on by itself.
const STILL: [&str; 4] = ["PAUSED", "COMPLETED", "CANCELLED", "ROLLED_BACK"];

/// What is asked of a rollout each time.
const QUERY: &str = "query($id: ID!) { rollout(id: $id) { id revision status phase guidance lookedAt effectiveFrom bakesUntil endReason \
    hold { why text } pause { reason text verdict { counts { reasons { errorCode appName attempts users } } } } step { step standing failure } \
    twin { graphId state } policy { state } \
    plan { phases { number members reasoning groups { name members } forecast { users upper wouldBlockUsers wouldInterruptUsers notMeasurable } } } \
    verdict { outcome why rawRate userRate wilsonUpper counts { signIns attempts blockedAttempts users blockedUsers dataThrough \
    reasons { errorCode appName attempts users platforms } } } } }";

/// A rollout that a story is about.
pub(super) struct Rollout {
    id: String,
    /// What was said last, so that it is said once.
    said: RefCell<String>,
}

impl Rollout {
    pub(super) fn new(id: String) -> Self {
        Rollout { id, said: RefCell::new(String::new()) }
    }

    /// As it is now.
    pub(super) async fn look(&self, world: &World) -> Told<Value> {
        let mut data = world.api.ask(QUERY, json!({ "id": self.id })).await?;
        Ok(data["rollout"].take())
    }

    /// Follows it until `wanted`; it is an error when it comes to rest before, or takes too long.
    pub(super) async fn until(&self, world: &World, screen: &Screen, what: &str, wanted: impl Fn(&Value) -> bool) -> Told<Value> {
        let mut seen = self.settled(world, screen, None).await?;
        loop {
            if wanted(&seen) {
                return Ok(seen);
            }
            self.confirm(world, screen, &seen).await?;
            let status = text(&seen, "/status");
            if STILL.contains(&status.as_str()) || world.now() > world.latest {
                let why = [text(&seen, "/pause/text"), text(&seen, "/endReason"), text(&seen, "/hold/text")].join(" ");
                return Err(DemoError::Otherwise { expected: what.to_owned(), found: format!("{status} {}", why.trim()) });
            }
            seen = self.step(world, screen).await?;
        }
    }

    /// An hour passes, its sign-ins are read, and the rollout is looked at.
    pub(super) async fn step(&self, world: &World, screen: &Screen) -> Told<Value> {
        let since = world.now() + JUMP;
        world.pass(JUMP).await?;
        self.settled(world, screen, Some(since)).await
    }

    /// A person looks at a forecast that is worse than the limit, and goes on.
    async fn confirm(&self, world: &World, screen: &Screen, seen: &Value) -> Told<()> {
        if text(seen, "/hold/why") != "FORECAST_NOT_CONFIRMED" {
            return Ok(());
        }
        screen.line(world.now(), &format!("Somebody confirms: {}", text(seen, "/hold/text")));
        let reason = "these people have been told to register a second factor";
        let input = json!({ "id": self.id, "expectedRevision": seen["revision"], "confirmForecast": true, "reason": reason });
        world.api.mutate_with("advanceRollout", "ForwardRolloutInput", input, "rollout { id }").await.map(drop)
    }

    /// Waits until nothing is being written, and it was looked at since an instant.
    async fn settled(&self, world: &World, screen: &Screen, since: Option<DateTime<Utc>>) -> Told<Value> {
        let look = async |world: &World| {
            let seen = self.look(world).await?;
            self.say(world, screen, &seen);
            let status = text(&seen, "/status");
            let looked = since.is_none_or(|since| instant(&seen, "/lookedAt").is_some_and(|at| at >= since));
            let moving = ["PLANNED", "ADVANCING", "REVERTING"].contains(&status.as_str());
            Ok((STILL.contains(&status.as_str()) || looked && !moving).then_some(seen))
        };
        world.until("the next look at the rollout", look).await
    }

    fn say(&self, world: &World, screen: &Screen, seen: &Value) {
        screen.progress(show::done(seen, world.now()), show::counts(seen));
        let said = show::standing(seen);
        if *self.said.borrow() != said {
            screen.line(world.now(), &said);
            *self.said.borrow_mut() = said;
        }
    }
}

/// An instant of an answer.
pub(super) fn instant(value: &Value, pointer: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(value.pointer(pointer)?.as_str()?).ok().map(|at| at.to_utc())
}
