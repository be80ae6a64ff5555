//! Session controls, and what becomes of those of several policies (ca-semantics.md section 9).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::text_enum;

/// How often one must sign in again; the smaller, the stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Frequency {
    /// Every time, with five minutes of grace.
    EveryTime,
    /// After so many hours.
    Hours(u32),
}

text_enum! {
    /// Whether a browser stays signed in after it was closed. Of several policies the one that forbids it wins.
    PersistentBrowser {
        /// Never.
        Never = "never",
        /// Always.
        Always = "always",
    }
}

/// What holds for the session. Session controls are applied once every grant control is met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionOutcome {
    /// The shortest of all; `None`: the default of 90 days.
    pub frequency: Option<Frequency>,
    /// Whether the browser stays signed in; `None`: nothing is said.
    pub persistent_browser: Option<PersistentBrowser>,
    /// `cloudAppSecurityType`, the strictest: `blockDownloads`, then `monitorOnly`, then `mcasConfigured`.
    pub cloud_app_security: Option<String>,
    /// Every other session control by its name in Graph, such as `applicationEnforcedRestrictions`.
    pub others: BTreeSet<String>,
}

/// The session controls of one policy.
#[derive(Clone, Debug, Default)]
pub(super) struct Session(SessionOutcome);

/// From lax to strict.
const CLOUD_APP_SECURITY: [&str; 3] = ["mcasConfigured", "monitorOnly", "blockDownloads"];

impl Session {
    /// Of a canonical document, in which a control that is switched off is none.
    pub(super) fn new(policy: &Value) -> Self {
        let mut outcome = SessionOutcome::default();
        for (name, control) in policy.get("sessionControls").and_then(Value::as_object).into_iter().flatten() {
            let text = |member: &str| control.get(member).and_then(Value::as_str);
            match name.as_str() {
                "signInFrequency" => outcome.frequency = frequency(control),
                "persistentBrowser" => outcome.persistent_browser = text("mode").and_then(|mode| mode.parse().ok()),
                "cloudAppSecurity" => outcome.cloud_app_security = text("cloudAppSecurityType").map(str::to_owned),
                _ => {
                    outcome.others.insert(name.clone());
                }
            }
        }
        Session(outcome)
    }

    /// Adds what this policy asks for to what others do.
    pub(super) fn join(&self, outcome: &mut SessionOutcome) {
        outcome.frequency = outcome.frequency.into_iter().chain(self.0.frequency).min();
        outcome.persistent_browser = outcome.persistent_browser.into_iter().chain(self.0.persistent_browser).min();
        let strictness = |kind: &String| CLOUD_APP_SECURITY.iter().position(|known| known == kind);
        outcome.cloud_app_security =
            outcome.cloud_app_security.take().into_iter().chain(self.0.cloud_app_security.clone()).max_by_key(strictness);
        outcome.others.extend(self.0.others.iter().cloned());
    }
}

fn frequency(control: &Value) -> Option<Frequency> {
    if control.get("frequencyInterval").and_then(Value::as_str) == Some("everyTime") {
        return Some(Frequency::EveryTime);
    }
    let value = u32::try_from(control.get("value")?.as_u64()?).ok()?;
    let hours = if control.get("type").and_then(Value::as_str) == Some("days") { value.saturating_mul(24) } else { value };
    Some(Frequency::Hours(hours))
}
