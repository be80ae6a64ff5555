//! Whether changes of a tenant are frozen at an instant.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

use super::calendar::Calendar;
use super::window::{FreezeKind, FreezeWindow};
use crate::id::TenantId;

/// Why changes are frozen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Freeze {
    /// A window that denies is open.
    Denied {
        /// The window's name.
        name: String,
        /// When it closes.
        until: DateTime<Utc>,
    },
    /// There are windows that allow, and none of them is open.
    OutsideAllowed {
        /// The one that opens next, and when; `None` when none ever does again.
        next: Option<(String, DateTime<Utc>)>,
    },
    /// A stored window can't be read any more: in doubt, frozen.
    Unreadable {
        /// The window's name.
        name: String,
    },
}

impl fmt::Display for Freeze {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |at: &DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        match self {
            Freeze::Denied { name, until } => write!(f, "the freeze window '{name}' is open until {}", text(until)),
            Freeze::OutsideAllowed { next: Some((name, at)) } => {
                write!(f, "changes are allowed only in certain windows; the next, '{name}', opens at {}", text(at))
            }
            Freeze::OutsideAllowed { next: None } => {
                f.write_str("changes are allowed only in certain windows, and none of them opens again: edit or delete them")
            }
            Freeze::Unreadable { name } => write!(f, "the times of the freeze window '{name}' can't be read: edit it"),
        }
    }
}

/// Whether changes of this tenant are frozen at an instant, and why. A window that denies outweighs every one that allows; where any window
/// that allows concerns the tenant, changes are frozen outside all of them.
pub fn frozen(windows: &[FreezeWindow], tenant: TenantId, at: DateTime<Utc>) -> Option<Freeze> {
    let (mut limited, mut allowed, mut next) = (false, false, None::<(String, DateTime<Utc>)>);
    let mut denied = None::<Freeze>;
    for window in windows.iter().filter(|window| window.concerns(tenant)) {
        let name = || window.name.clone();
        let Ok(calendar) = Calendar::of(window) else { return Some(Freeze::Unreadable { name: name() }) };
        match (window.kind, calendar.open_at(at)) {
            (FreezeKind::Deny, Some(open)) => {
                let later = !matches!(&denied, Some(Freeze::Denied { until, .. }) if *until >= open.ends_at);
                if later {
                    denied = Some(Freeze::Denied { name: name(), until: open.ends_at });
                }
            }
            (FreezeKind::Deny, None) => {}
            (FreezeKind::Allow, Some(_)) => (limited, allowed) = (true, true),
            (FreezeKind::Allow, None) => {
                limited = true;
                let opens = calendar.next(at, 1).first().map(|occurrence| occurrence.starts_at);
                if let Some(opens) = opens.filter(|opens| next.as_ref().is_none_or(|(_, soonest)| opens < soonest)) {
                    next = Some((name(), opens));
                }
            }
        }
    }
    denied.or_else(|| (limited && !allowed).then_some(Freeze::OutsideAllowed { next }))
}
