//! How far a webhook has got, and what becomes of it when a message is not accepted.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::WebhookOff;

/// How long one message may be refused before the webhook is turned off.
pub const GIVES_UP_AFTER: TimeDelta = TimeDelta::days(3);

/// Pauses after the first, second and so on attempt in a row, in seconds; the last one is for all that follow. Standard Webhooks asks for growing
/// pauses over several days; ours grow to an hour only, because messages wait behind each other.
const PAUSES_S: [i64; 8] = [5, 15, 60, 120, 300, 600, 1_800, 3_600];

/// How far a webhook has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookPlace {
    /// The last event that is behind it: accepted, or not chosen.
    pub cursor: i64,
    /// Attempts made, ever.
    pub attempts: i64,
    /// Attempts in a row that failed.
    pub failures: u32,
    /// Since when.
    pub failing_since: Option<DateTime<Utc>>,
    /// Not before this instant; `None` is at once.
    pub next_try_at: Option<DateTime<Utc>>,
    /// When a message was last accepted.
    pub delivered_at: Option<DateTime<Utc>>,
}

/// How a message was not accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// The receiver answered 410.
    pub gone: bool,
    /// The receiver asked for this pause.
    pub retry_after: Option<Duration>,
}

impl WebhookPlace {
    /// Just before the event after `cursor`.
    pub fn at(cursor: i64) -> Self {
        WebhookPlace { cursor, attempts: 0, failures: 0, failing_since: None, next_try_at: None, delivered_at: None }
    }

    /// Set to another place by a member: what failed there is forgotten.
    pub fn moved_to(self, cursor: i64) -> Self {
        WebhookPlace { attempts: self.attempts, delivered_at: self.delivered_at, ..WebhookPlace::at(cursor) }
    }

    /// The message of event `seq` was accepted.
    pub fn accepted(self, seq: i64, at: DateTime<Utc>) -> Self {
        WebhookPlace { attempts: self.attempts + 1, delivered_at: Some(at), ..WebhookPlace::at(seq) }
    }

    /// The next message was not accepted; and why the webhook is to be turned off, where it is.
    pub fn refused(self, refused: Refused, at: DateTime<Utc>) -> (Self, Option<WebhookOff>) {
        let since = self.failing_since.unwrap_or(at);
        let asked = refused.retry_after.and_then(|pause| TimeDelta::from_std(pause).ok()).unwrap_or_default();
        let longest = PAUSES_S[PAUSES_S.len() - 1];
        let own = PAUSES_S.get(self.failures as usize).copied().unwrap_or(longest);
        let pause = TimeDelta::seconds(own).max(asked).min(TimeDelta::seconds(longest));
        let off = match refused {
            Refused { gone: true, .. } => Some(WebhookOff::Gone),
            _ if at - since >= GIVES_UP_AFTER => Some(WebhookOff::Failing),
            _ => None,
        };
        let place = WebhookPlace {
            attempts: self.attempts + 1,
            failures: self.failures.saturating_add(1),
            failing_since: Some(since),
            next_try_at: Some(at + pause),
            ..self
        };
        (place, off)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    /// Fails at each of its tries until it is turned off; the pauses in seconds.
    fn until_off() -> (Vec<i64>, WebhookOff, WebhookPlace) {
        let (mut place, mut at, mut pauses) = (WebhookPlace::at(7), NOW, Vec::new());
        loop {
            let (next, off) = place.refused(Refused::default(), at);
            let next_try = next.next_try_at.unwrap();
            pauses.push((next_try - at).num_seconds());
            (place, at) = (next, next_try);
            if let Some(off) = off {
                return (pauses, off, place);
            }
        }
    }

    #[test]
    fn pauses_grow_and_end_after_three_days() {
        let (pauses, off, place) = until_off();
        assert_eq!(pauses[..9], [5, 15, 60, 120, 300, 600, 1_800, 3_600, 3_600]);
        assert_eq!((off, place.cursor, place.failures as usize), (WebhookOff::Failing, 7, pauses.len()));
        let before_last: i64 = pauses[..pauses.len() - 1].iter().sum();
        assert!(before_last >= GIVES_UP_AFTER.num_seconds() && before_last < GIVES_UP_AFTER.num_seconds() + 3_600);
    }

    #[test]
    fn an_accepted_message_forgets_the_failures() {
        let (place, off) = WebhookPlace::at(7).refused(Refused::default(), NOW);
        assert_eq!((off, place.failures, place.attempts), (None, 1, 1));
        let place = place.accepted(9, NOW);
        assert_eq!(place, WebhookPlace { attempts: 2, delivered_at: Some(NOW), ..WebhookPlace::at(9) });
    }

    #[test]
    fn the_receiver_may_ask_for_a_longer_pause_up_to_an_hour() {
        let pause = |asked| {
            let refused = Refused { gone: false, retry_after: Some(Duration::from_secs(asked)) };
            (WebhookPlace::at(0).refused(refused, NOW).0.next_try_at.unwrap() - NOW).num_seconds()
        };
        assert_eq!([pause(0), pause(2), pause(90), pause(86_400)], [5, 5, 90, 3_600]);
    }

    #[test]
    fn gone_turns_it_off_at_once() {
        let refused = Refused { gone: true, retry_after: None };
        assert_eq!(WebhookPlace::at(0).refused(refused, NOW).1, Some(WebhookOff::Gone));
    }
}
