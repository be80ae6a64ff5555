//! How a tenant's people behave where somebody wants it otherwise than as usual: more or fewer sign-ins, people who can't satisfy any demand.

use chrono::TimeDelta;
use serde::Deserialize;
use uuid::Uuid;

use super::facts::User;
use super::scene::{FirstFactor, Proof, Scene};

/// The most traffic, in percent of the usual.
const MAX_TRAFFIC: u32 = 2_000;
/// The most rules about who fails.
const MAX_RULES: usize = 20;
/// The most times that a failed sign-in is tried again.
const MAX_RETRIES: u8 = 20;
/// Seconds until it is tried again.
const RETRY_AFTER_S: i64 = 40;

/// How people behave.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Conduct {
    /// Sign-ins in percent of the usual, 0 to 2,000; 0: nobody signs in.
    pub traffic_percent: u32,
    /// They sign in at every hour alike, weekends included: what is looked at does not depend on when.
    pub around_the_clock: bool,
    /// Who can't satisfy any demand beyond the first factor, at most 20 rules; the first that selects a person decides.
    pub failing: Vec<Failing>,
}

/// Some people: no second factor, no registered device, no protected application.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Failing {
    /// Only members of this group, nested ones too; everybody without it.
    pub group: Option<Uuid>,
    /// So many of a hundred of them, by their ids.
    pub percent: u8,
    /// How often they try again, each 40 seconds later and within the same hour; at most 20.
    #[serde(default)]
    pub retries: u8,
}

impl Default for Conduct {
    fn default() -> Self {
        Conduct { traffic_percent: 100, around_the_clock: false, failing: Vec::new() }
    }
}

impl Conduct {
    /// Refuses what is out of bounds, with the bounds.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        match self {
            _ if self.traffic_percent > MAX_TRAFFIC => Err("trafficPercent is 0 to 2000"),
            _ if self.failing.len() > MAX_RULES => Err("there are at most 20 rules"),
            _ if self.failing.iter().any(|rule| rule.percent > 100) => Err("percent is 0 to 100"),
            _ if self.failing.iter().any(|rule| rule.retries > MAX_RETRIES) => Err("retries is 0 to 20"),
            _ => Ok(()),
        }
    }

    /// Times the usual.
    pub(super) fn traffic(&self) -> f64 {
        f64::from(self.traffic_percent) / 100.0
    }

    /// How often this person tries again after failing; none for somebody who doesn't fail.
    pub(super) fn retries_of(&self, user: &User) -> Option<u8> {
        let rule = self.failing.iter().find(|rule| rule.group.is_none_or(|group| user.groups.contains(&group.to_string())))?;
        let number = Uuid::try_parse(&user.id).map_or(0, |id| id.as_u128() % 100);
        (number < u128::from(rule.percent)).then_some(rule.retries)
    }
}

/// The sign-in of somebody who can only give a password, and what follows it.
pub(super) fn failed(scene: Scene<'_>, retries: u8) -> impl Iterator<Item = Scene<'_>> {
    let mut first = scene;
    first.device.registration = None;
    first.device.protected_app = false;
    first.first_factor = FirstFactor::Accepted;
    first.proof = Proof { methods: &[], in_token: None, answers: false };
    let hour = |at: chrono::DateTime<chrono::Utc>| at.timestamp().div_euclid(3_600);
    (0..=retries).map_while(move |number| {
        let at = first.at + TimeDelta::seconds(RETRY_AFTER_S * i64::from(number));
        let id = if number == 0 { first.id } else { Uuid::from_u128(first.id.as_u128() ^ (u128::from(number) << 96)) };
        (hour(at) == hour(first.at)).then(|| Scene { id, at, ..first.clone() })
    })
}
