//! Reading the event log: the same log and cursor that the subscriptions stream.

use std::collections::BTreeSet;

use domain::event::{Event, EventSeverity, EventTopic};
use domain::id::TenantId;
use domain::webhook::kinds_of;
use domain::workspace::Actor;
use uuid::Uuid;

use super::visible;
use crate::App;
use crate::error::{AppError, AppResult};
use crate::page::LONGEST_PAGE;

/// Which events are shown.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Of these tenants.
    pub tenant_ids: Option<Vec<TenantId>>,
    /// About these subjects.
    pub subject_ids: Option<Vec<Uuid>>,
    /// Filed under these; empty is any.
    pub topics: BTreeSet<EventTopic>,
    /// At least this severe; `None` is any.
    pub min_severity: Option<EventSeverity>,
}

impl EventFilter {
    /// Events about one subject.
    pub fn of_subject(subject: Uuid) -> Self {
        EventFilter { subject_ids: Some(vec![subject]), ..EventFilter::default() }
    }

    pub(crate) fn for_actor(&self, actor: &Actor) -> store::EventFilter {
        store::EventFilter {
            subjects: self.subject_ids.clone(),
            tenant_scope: visible(actor, self.tenant_ids.as_deref()),
            kinds: kinds_of(&self.topics),
            min_severity: self.min_severity,
        }
    }
}

/// A stretch of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct EventPage {
    /// The events, oldest first.
    pub items: Vec<Event>,
    /// Whether more follow.
    pub has_next: bool,
}

impl App {
    /// The newest event's place in the log; 0 when there is none.
    pub async fn event_head(&self, actor: &Actor) -> AppResult<i64> {
        Ok(self.store().reader().event_head(actor.workspace_id).await?)
    }

    /// Events after a cursor, oldest first; from the beginning of what is kept when it is `None`.
    pub async fn events(&self, actor: &Actor, filter: &EventFilter, after: Option<i64>, first: usize) -> AppResult<EventPage> {
        let first = first.clamp(1, LONGEST_PAGE);
        let after = after.unwrap_or(0);
        if after < 0 {
            return Err(AppError::BadCursor);
        }
        let mut items = self.store().reader().events_after(actor.workspace_id, after, first + 1, &filter.for_actor(actor)).await?;
        let has_next = items.len() > first;
        items.truncate(first);
        Ok(EventPage { items, has_next })
    }
}
