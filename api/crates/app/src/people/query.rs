//! What is known about the last reading.

use chrono::{DateTime, Utc};
use domain::id::TenantId;
use domain::people::Gap;
use domain::workspace::Actor;

use crate::App;
use crate::authorize::in_scope;
use crate::error::AppResult;

/// The last reading of a tenant's people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleState {
    /// When it began: what changed later is not in it.
    pub as_of: DateTime<Utc>,
    /// Users in it.
    pub users: i64,
    /// Guests and other people from outside among them.
    pub guests: i64,
    /// Groups whose members were read.
    pub groups: i64,
    /// What it had to leave out.
    pub gaps: Vec<Gap>,
}

impl PeopleState {
    /// What was left out, for a person; `None` when nothing was.
    pub fn reason(&self) -> Option<String> {
        let sentences = self.gaps.iter().map(|gap| match gap {
            Gap::Users => "the tenant has more users than the server is set to keep: those beyond are unknown",
            Gap::Roles => "who holds which directory role could not be read",
            Gap::Groups => "the members of some groups could not be read, or are more than are kept",
        });
        let sentences: Vec<&str> = sentences.collect();
        (!sentences.is_empty()).then(|| sentences.join("; "))
    }
}

impl App {
    /// The last reading of the tenant's people; `None` before the first.
    pub async fn people_state(&self, actor: &Actor, tenant: TenantId) -> AppResult<Option<PeopleState>> {
        in_scope(actor, tenant)?;
        let summary = self.store().reader().people_summary(actor.workspace_id, tenant).await?;
        Ok(summary.map(|found| PeopleState {
            as_of: found.as_of,
            users: found.users,
            guests: found.guests,
            groups: found.groups,
            gaps: found.gaps,
        }))
    }
}
