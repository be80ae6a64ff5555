//! Events: one concrete type for each family of what happens.

use app::EventFilter;
use app::page::Page;
use async_graphql::{Context, Enum, ID, Interface, Object, Result};
use domain::event::EventKind;
use domain::id::ChangeId;
use uuid::Uuid;

use crate::connection::Connection;
use crate::enums::{ApprovalState, ChangeStatus, EventSeverity, EventTopic, TenantConnectionState};
use crate::fault::{Nullable, fault};
use crate::ids::Kind;
use crate::scalars::{DateTime, EventCursor};
use crate::scope::{Scope, ids, scope};
use crate::types::agent_event::{AgentRunEvent, SuggestionEvent};
use crate::types::baseline_event::BaselineEvent;
use crate::types::bulk_event::{BulkChangeEvent, BulkProgressEvent};
use crate::types::bulk_rollout_event::BulkRolloutEvent;
use crate::types::change::ChangeRequest;
use crate::types::drift_event::DriftEvent;
use crate::types::impact_event::ImpactEvent;
use crate::types::member_event::MemberEvent;
use crate::types::node::{Node, subject};
use crate::types::people::PeopleEvent;
use crate::types::rollout_event::RolloutEvent;
use crate::types::schedule_event::{FreezeWindowEvent, ScheduleEvent};
use crate::types::sign_in::SignInLogEvent;
use crate::types::sync_event::SyncEvent;
use crate::types::user::{User, user_of};
use crate::types::webhook::WebhookEvent;

/// One durable, ordered record of something that happened. Expect new concrete types.
#[derive(Interface)]
#[graphql(
    field(name = "id", ty = "ID", desc = "Opaque, globally unique, stable."),
    field(name = "cursor", ty = "EventCursor", desc = "Its place in the log: resume after it."),
    field(name = "at", ty = "DateTime", desc = "When it was committed."),
    field(name = "severity", ty = "EventSeverity", desc = "How much it matters to somebody who was not looking."),
    field(name = "topic", ty = "Nullable<EventTopic>", desc = "What it is filed under; `null` for an `EventGap`."),
    field(name = "actor", ty = "Nullable<User>", desc = "Who did it; `null` is Causeway itself."),
    field(name = "subject", ty = "Nullable<Node>", desc = "What it is about; `null` when that is gone.")
)]
pub enum Event {
    /// A change request was created or moved.
    ChangeEvent(ChangeEvent),
    /// A bulk change was created, or a member took a step on it.
    BulkChangeEvent(BulkChangeEvent),
    /// Work on a bulk change moved on.
    BulkProgressEvent(BulkProgressEvent),
    /// Something happened to a phased rollout.
    RolloutEvent(RolloutEvent),
    /// Something happened to a rollout across tenants.
    BulkRolloutEvent(BulkRolloutEvent),
    /// Impact reports are being computed, were, or could not be.
    ImpactEvent(ImpactEvent),
    /// An approval was asked for, given, refused or voided.
    ApprovalEvent(ApprovalEvent),
    /// A sync moved.
    SyncEvent(SyncEvent),
    /// A reading of a tenant's people moved on or ended.
    PeopleEvent(PeopleEvent),
    /// A reading of a tenant's sign-ins moved on or ended.
    SignInLogEvent(SignInLogEvent),
    /// A tenant changed.
    TenantEvent(TenantEvent),
    /// A policy's metadata changed.
    PolicyEvent(PolicyEvent),
    /// An apply moved.
    ApplyProgressEvent(ApplyProgressEvent),
    /// A schedule was armed or moved.
    ScheduleEvent(ScheduleEvent),
    /// A freeze window was created, edited or deleted.
    FreezeWindowEvent(FreezeWindowEvent),
    /// A baseline was created, imported into or lost a policy.
    BaselineEvent(BaselineEvent),
    /// An item of drift was found, or something became of it.
    DriftEvent(DriftEvent),
    /// A member was added, changed or removed, or an API key created or revoked.
    MemberEvent(MemberEvent),
    /// A run of the agent began or ended.
    AgentRunEvent(AgentRunEvent),
    /// The agent suggests something, or something became of a suggestion.
    SuggestionEvent(SuggestionEvent),
    /// A webhook was created, changed or deleted, or turned off.
    WebhookEvent(WebhookEvent),
    /// Events are missing.
    EventGap(EventGap),
}

impl From<domain::event::Event> for Event {
    fn from(event: domain::event::Event) -> Self {
        match event.event.kind {
            EventKind::ChangeCreated | EventKind::ChangeStatusChanged | EventKind::EmergencyReviewed => {
                Event::ChangeEvent(ChangeEvent(event))
            }
            EventKind::ApprovalChanged => Event::ApprovalEvent(ApprovalEvent(event)),
            EventKind::SyncStarted | EventKind::SyncProgress | EventKind::SyncCompleted | EventKind::SyncFailed => {
                Event::SyncEvent(event.into())
            }
            EventKind::PeopleProgress | EventKind::PeopleRead | EventKind::PeopleFailed => Event::PeopleEvent(event.into()),
            EventKind::ImpactProgress | EventKind::ImpactComputed | EventKind::ImpactFailed => Event::ImpactEvent(event.into()),
            EventKind::SignInsProgress | EventKind::SignInsRead | EventKind::SignInsFailed => Event::SignInLogEvent(event.into()),
            EventKind::BulkCreated | EventKind::BulkChanged => Event::BulkChangeEvent(event.into()),
            EventKind::BulkProgress => Event::BulkProgressEvent(event.into()),
            EventKind::BulkRolloutCreated
            | EventKind::BulkRolloutChanged
            | EventKind::BulkRolloutProgress
            | EventKind::BulkRolloutHeld
            | EventKind::BulkRolloutReleased
            | EventKind::BulkRolloutEnded => Event::BulkRolloutEvent(event.into()),
            EventKind::RolloutCreated
            | EventKind::RolloutEdited
            | EventKind::RolloutApproved
            | EventKind::RolloutStarted
            | EventKind::RolloutPhaseStarted
            | EventKind::RolloutVerdict
            | EventKind::RolloutGuardTripped
            | EventKind::RolloutPaused
            | EventKind::RolloutResumed
            | EventKind::RolloutReverted
            | EventKind::RolloutStopping
            | EventKind::RolloutCompleted
            | EventKind::RolloutCancelled
            | EventKind::RolloutRolledBack
            | EventKind::RolloutProtectionReduced => Event::RolloutEvent(event.into()),
            EventKind::BaselineChanged => Event::BaselineEvent(event.into()),
            EventKind::TenantConnected
            | EventKind::TenantConnectionChanged
            | EventKind::EmergencyAccessChanged
            | EventKind::TenantAliasesChanged
            | EventKind::BaselineAssigned
            | EventKind::AgentSettingsChanged => Event::TenantEvent(TenantEvent(event)),
            EventKind::PolicyMetadataChanged => Event::PolicyEvent(PolicyEvent(event)),
            EventKind::ApplyProgress => Event::ApplyProgressEvent(ApplyProgressEvent(event)),
            EventKind::DriftDetected
            | EventKind::DriftAttributed
            | EventKind::DriftAccepted
            | EventKind::DriftReopened
            | EventKind::DriftRevertDrafted
            | EventKind::DriftReverted
            | EventKind::DriftResolved => Event::DriftEvent(event.into()),
            EventKind::ScheduleChanged => Event::ScheduleEvent(event.into()),
            EventKind::MemberChanged => Event::MemberEvent(event.into()),
            EventKind::FreezeWindowChanged => Event::FreezeWindowEvent(event.into()),
            EventKind::AgentRunStarted | EventKind::AgentRunCompleted | EventKind::AgentRunFailed => Event::AgentRunEvent(event.into()),
            EventKind::SuggestionCreated | EventKind::SuggestionUpdated | EventKind::SuggestionStatusChanged => {
                Event::SuggestionEvent(event.into())
            }
            EventKind::WebhookChanged | EventKind::WebhookDisabled => Event::WebhookEvent(event.into()),
        }
    }
}

/// A stretch of the log after a place, oldest first.
pub async fn events(scope: &Scope, filter: &EventFilter, after: Option<i64>, first: usize) -> Result<Connection<Event>> {
    let page = scope.app.events(&scope.actor, filter, after, first).await.map_err(fault)?;
    let items = page.items.into_iter().map(|event| (scope.ids.cursor(event.seq).0, event)).collect();
    let page = Page { items, has_next: page.has_next, has_previous: after.is_some_and(|after| after > 0) };
    Ok(Connection::of(page, None, Event::from))
}

/// A text of an event's data.
pub(super) fn text<'a>(event: &'a domain::event::Event, field: &str) -> Option<&'a str> {
    event.event.data.get(field)?.as_str()
}

/// A number of an event's data.
pub(super) fn number(event: &domain::event::Event, field: &str) -> Option<i64> {
    event.event.data.get(field)?.as_i64()
}

fn status(event: &domain::event::Event, field: &str) -> Option<ChangeStatus> {
    let status: domain::change::status::ChangeStatus = text(event, field)?.parse().ok()?;
    Some(status.into())
}

fn connection(event: &domain::event::Event, field: &str) -> Option<TenantConnectionState> {
    let state: domain::tenant::ConnectionState = text(event, field)?.parse().ok()?;
    Some(state.into())
}

/// An object with the fields of the interface and its own.
macro_rules! event_object {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        pub struct $name(domain::event::Event);

        impl From<domain::event::Event> for $name {
            fn from(event: domain::event::Event) -> Self {
                $name(event)
            }
        }

        $(#[$meta])*
        #[Object]
        impl $name {
            /// Opaque, globally unique, stable.
            pub async fn id(&self, ctx: &Context<'_>) -> ID {
                ids(ctx).id(Kind::Event, place_key(self.0.seq))
            }

            /// Its place in the log: resume after it.
            pub async fn cursor(&self, ctx: &Context<'_>) -> EventCursor {
                ids(ctx).cursor(self.0.seq)
            }

            /// When it was committed.
            pub async fn at(&self) -> DateTime {
                self.0.at.into()
            }

            /// How much it matters to somebody who was not looking.
            pub async fn severity(&self) -> crate::enums::EventSeverity {
                self.0.event.severity().into()
            }

            /// What it is filed under.
            pub async fn topic(&self) -> Nullable<crate::enums::EventTopic> {
                Some(Ok(self.0.event.kind.topic().into()))
            }

            /// Who did it; `null` is Causeway itself.
            pub async fn actor(&self, ctx: &Context<'_>) -> Nullable<User> {
                user_of(scope(ctx), self.0.event.actor).await
            }

            /// What it is about; `null` when that is gone.
            pub async fn subject(&self, ctx: &Context<'_>) -> Nullable<Node> {
                subject(scope(ctx), self.0.event.subject_kind, self.0.event.subject_id).await
            }

            $($own)*
        }
    };
}

pub(super) use event_object;

/// The key of an event's id.
pub fn place_key(seq: i64) -> Uuid {
    Uuid::from_u128(u128::try_from(seq).unwrap_or_default())
}

/// What a `ChangeEvent` tells.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum ChangeEventType {
    /// It was created.
    Created,
    /// It moved to another status.
    StatusChanged,
    /// What an owner loosened in an emergency was reviewed.
    EmergencyReviewed,
}

event_object! {
    /// A change request was created, or moved to another status.
    ChangeEvent {
        /// What happened.
        async fn kind(&self) -> ChangeEventType {
            match self.0.event.kind {
                EventKind::ChangeCreated => ChangeEventType::Created,
                EventKind::EmergencyReviewed => ChangeEventType::EmergencyReviewed,
                _ => ChangeEventType::StatusChanged,
            }
        }

        /// The status it had; `null` when it was created.
        async fn from(&self) -> Option<ChangeStatus> {
            status(&self.0, "from")
        }

        /// The status it has since.
        async fn to(&self) -> Option<ChangeStatus> {
            status(&self.0, "to")
        }

        /// Why, where Causeway itself moved it: for a person.
        async fn reason(&self) -> Option<&str> {
            text(&self.0, "reason")
        }

        /// The change, as it is now.
        async fn change(&self) -> ChangeRequest {
            ChangeRequest::named(ChangeId(self.0.event.subject_id))
        }
    }
}

event_object! {
    /// An approval was asked for, given, refused, withdrawn, voided, or it expired.
    ApprovalEvent {
        /// What became of the approval.
        async fn state(&self) -> Option<ApprovalState> {
            let state: domain::change::request::ApprovalState = text(&self.0, "state")?.parse().ok()?;
            Some(state.into())
        }

        /// The change, as it is now.
        async fn change(&self) -> ChangeRequest {
            ChangeRequest::named(ChangeId(self.0.event.subject_id))
        }
    }
}

/// What a `TenantEvent` tells. Expect new values.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum TenantEventType {
    /// It was connected.
    Connected,
    /// Its connection state changed.
    ConnectionChanged,
    /// Its emergency access was configured.
    EmergencyAccessChanged,
    /// The names that members keep for its objects were replaced.
    AliasesChanged,
    /// Its agent was turned on or off, or set otherwise.
    AgentSettingsChanged,
}

event_object! {
    /// A tenant was connected, its connection changed, or its emergency access was configured.
    TenantEvent {
        /// What happened.
        async fn kind(&self) -> TenantEventType {
            match self.0.event.kind {
                EventKind::TenantConnected => TenantEventType::Connected,
                EventKind::EmergencyAccessChanged => TenantEventType::EmergencyAccessChanged,
                EventKind::TenantAliasesChanged => TenantEventType::AliasesChanged,
                EventKind::AgentSettingsChanged => TenantEventType::AgentSettingsChanged,
                _ => TenantEventType::ConnectionChanged,
            }
        }

        /// The connection state it had, when that changed.
        async fn from(&self) -> Option<TenantConnectionState> {
            connection(&self.0, "from")
        }

        /// The connection state it has since, when that changed.
        async fn to(&self) -> Option<TenantConnectionState> {
            connection(&self.0, "to")
        }
    }
}

/// What a `PolicyEvent` tells. Expect new values.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum PolicyEventType {
    /// Its metadata was edited.
    MetadataChanged,
}

event_object! {
    /// Something about a policy changed.
    PolicyEvent {
        /// What happened.
        async fn kind(&self) -> PolicyEventType {
            PolicyEventType::MetadataChanged
        }
    }
}

event_object! {
    /// An apply moved on.
    ApplyProgressEvent {
        /// The step it reached. Expect new values.
        async fn stage(&self) -> Option<&str> {
            text(&self.0, "stage")
        }

        /// The change, as it is now.
        async fn change(&self) -> ChangeRequest {
            ChangeRequest::named(ChangeId(self.0.event.subject_id))
        }
    }
}

/// A hole in what a subscriber sees.
pub struct EventGap {
    /// The oldest event that is kept.
    pub oldest: i64,
}

/// Sent first when the cursor is older than what is kept: read the present state again, then go on. Events follow from
/// `oldestAvailable`.
#[Object]
impl EventGap {
    /// Opaque, globally unique.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::Event, place_key(self.oldest - 1))
    }

    /// The place just before the oldest event that is kept.
    pub async fn cursor(&self, ctx: &Context<'_>) -> EventCursor {
        ids(ctx).cursor(self.oldest - 1)
    }

    /// When the gap was noticed.
    pub async fn at(&self, ctx: &Context<'_>) -> DateTime {
        scope(ctx).clock.now().into()
    }

    /// Always `WARNING`: what is missing may have been anything.
    pub async fn severity(&self) -> EventSeverity {
        EventSeverity::Warning
    }

    /// Always `null`.
    pub async fn topic(&self) -> Nullable<EventTopic> {
        None
    }

    /// Always `null`.
    pub async fn actor(&self) -> Nullable<User> {
        None
    }

    /// Always `null`.
    pub async fn subject(&self) -> Nullable<Node> {
        None
    }

    /// The oldest event that is kept.
    async fn oldest_available(&self, ctx: &Context<'_>) -> EventCursor {
        ids(ctx).cursor(self.oldest)
    }
}
