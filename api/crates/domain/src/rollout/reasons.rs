//! Why attempts were blocked, in few lines.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::counts::{BlockReason, MAX_REASONS};
use super::sign_in::SignInFacts;

/// Values of one fact that a reason shows.
const SHOWN: usize = 3;

/// The reasons of blocked attempts, by error code and application.
#[derive(Clone, Debug, Default)]
pub(super) struct Reasons(BTreeMap<(i32, String), Reason>);

#[derive(Clone, Debug, Default)]
struct Reason {
    app_name: Option<String>,
    attempts: u64,
    users: BTreeSet<Uuid>,
    clients: BTreeMap<String, u64>,
    platforms: BTreeMap<String, u64>,
    countries: BTreeMap<String, u64>,
}

impl Reasons {
    pub(super) fn add(&mut self, user: Uuid, app: String, facts: &SignInFacts) {
        let reason = self.0.entry((facts.error_code, app)).or_default();
        reason.attempts += 1;
        reason.users.insert(user);
        if facts.app_name.is_some() {
            reason.app_name.clone_from(&facts.app_name);
        }
        let shown =
            [(&mut reason.clients, &facts.client), (&mut reason.platforms, &facts.platform), (&mut reason.countries, &facts.country)];
        for (of, value) in shown {
            if let Some(value) = value {
                *of.entry(value.clone()).or_default() += 1;
            }
        }
    }

    /// Those with most users, then with most attempts: at most [`MAX_REASONS`].
    pub(super) fn most(self) -> Vec<BlockReason> {
        let mut all: Vec<BlockReason> = self.0.into_iter().map(|((error_code, app), reason)| reason.shown(error_code, app)).collect();
        // The order of the map decides between equals.
        all.sort_by_key(|reason| (Reverse(reason.users), Reverse(reason.attempts)));
        all.truncate(MAX_REASONS);
        all
    }
}

impl Reason {
    fn shown(self, error_code: i32, app: String) -> BlockReason {
        BlockReason {
            error_code,
            app,
            app_name: self.app_name,
            attempts: self.attempts,
            users: self.users.len() as u64,
            clients: most_of(self.clients),
            platforms: most_of(self.platforms),
            countries: most_of(self.countries),
        }
    }
}

fn most_of(values: BTreeMap<String, u64>) -> Vec<String> {
    let mut values: Vec<(String, u64)> = values.into_iter().collect();
    values.sort_by_key(|(_, count)| Reverse(*count));
    values.into_iter().take(SHOWN).map(|(value, _)| value).collect()
}
