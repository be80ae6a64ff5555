//! Use cases: authorize, load, decide (crate `domain`), save with event, audit and job; and the background runners.
//!
//! The only place where a caller's rights are asked for, and the only place from which Graph is written to (`saga`).
//! What is deliberately absent: SQL (crate `store`), Graph's JSON (crate `graph`), and anything about HTTP or GraphQL.

mod agent;
pub mod api_keys;
pub mod audit_chain;
mod audited;
mod authorize;
pub mod baselines;
pub mod bootstrap;
mod bulk;
mod bulk_rollouts;
mod changes;
pub mod command;
mod coverage;
mod drift;
pub mod error;
mod evaluation;
pub mod failpoint;
pub mod freeze;
mod hub;
mod idempotency;
mod impact;
mod ingest;
pub mod members;
pub mod page;
mod people;
mod policies;
mod query;
mod rollouts;
pub mod runner;
mod saga;
pub mod schedules;
pub mod seal;
mod session;
pub mod settings;
mod states;
mod stream;
mod sync;
mod tenants;
mod webhooks;
mod workspace;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use courier::Courier;
use domain::env::{Clock, Ids};
use graph::GraphClient;
use store::Store;

use crate::bulk::KnownCounts;
use crate::coverage::Computations;
use crate::failpoint::Failpoints;
use crate::hub::Hub;
use crate::seal::Sealer;
use crate::settings::Settings;

pub use agent::{
    AcceptSuggestion, AcceptedAs, AcceptedSuggestion, DecideSuggestion, Replay, ReplayAgentRun, RunAgent, SetAgentSettings,
    SuggestionFilter, SuggestionStep,
};
pub use bulk::{
    ApplyBulkChange, BulkItemFilter, BulkItemView, BulkStep, BulkUpdate, BulkView, CreateBulkChange, DecideBulkApproval, ExcludeTenant,
    IncludeTenant, ScheduleBulkChange,
};
pub use bulk_rollouts::{
    BulkRolloutItemFilter, BulkRolloutItemView, BulkRolloutStep, BulkRolloutUpdate, BulkRolloutView, CreateBulkRollout,
    DecideBulkRolloutApproval, ExcludeBulkRolloutTenant, ReasonedBulkRolloutStep, RequestBulkRolloutApproval, StartBulkRollout,
};
pub use changes::intent::{Intent, NewPolicy, NewPolicySource};
pub use changes::{EditChange, LoosenInEmergency, ResolveOutcome, ReviewEmergency, StopChange, WaiveWarning};
pub use coverage::{NotMeasurable, PolicyOverlap, TenantCoverage, TenantOverlaps};
pub use drift::{AcceptDrift, DriftFilter, DriftReverts, RevertDrift};
pub use evaluation::{DescribedIdentity, DescribedSignIn, DescribedUser, WhatIf, WhatIfPolicy, WhatIfSide};
pub use impact::{ImpactList, ImpactOf, ImpactSubject, MAX_REFRESHED, RefreshImpact, Refreshed};
pub use ingest::ReadSignIns;
pub use people::PeopleState;
pub use query::audit::AuditFilter;
pub use query::changes::ChangeFilter;
pub use query::decision::Decision;
pub use query::events::{EventFilter, EventPage};
pub use query::policies::{PolicyFilter, RECYCLE_BIN};
pub use query::sign_ins::{MAX_SUMMARIES, SummaryPage, SummaryPlace};
pub use query::snapshots::SnapshotItemDiff;
pub use query::tenants::{TenantFilter, TenantOrder};
pub use rollouts::{
    CreateRollout, DecideRolloutApproval, EditRollout, MoveRollout, PhaseDraft, RequestRolloutApproval, RolloutListFilter, RolloutProposal,
    RolloutUpdate, RolloutView, StoredVerdict,
};
pub use session::Identity;
pub use stream::StreamItem;
pub use tenants::{NewAlias, SetTenantAliases};
pub use webhooks::{
    CreateWebhook, CreatedWebhook, DeleteWebhook, MessageWriter, ReplayWebhook, RotateWebhookSecret, TestWebhook, TestedWebhook,
    UpdateWebhook, WebhookMessage, WrittenMessage,
};

/// What the use cases are made of.
pub struct Deps {
    /// Storage.
    pub store: Store,
    /// Microsoft Graph.
    pub graph: GraphClient,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Ids and randomness.
    pub ids: Arc<dyn Ids>,
    /// Seals tenant credentials.
    pub sealer: Sealer,
    /// Waits and limits.
    pub settings: Settings,
    /// Sends webhooks' messages.
    pub courier: Courier,
    /// Writes them.
    pub message_writer: MessageWriter,
    /// Where tests stop the process.
    pub failpoints: Failpoints,
}

/// The use cases. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    deps: Deps,
    hub: Hub,
    computations: Computations,
    known_counts: KnownCounts,
}

impl App {
    /// Use cases over these parts.
    pub fn new(deps: Deps) -> Self {
        let (hub, computations, known_counts) = (Hub::new(), Computations::default(), KnownCounts::default());
        App { inner: Arc::new(Inner { deps, hub, computations, known_counts }) }
    }

    /// Whether the database answers; for readiness.
    pub async fn ready(&self) -> bool {
        self.store().ping().await.is_ok()
    }

    fn store(&self) -> &Store {
        &self.inner.deps.store
    }

    fn graph(&self) -> &GraphClient {
        &self.inner.deps.graph
    }

    fn ids(&self) -> &dyn Ids {
        &*self.inner.deps.ids
    }

    fn now(&self) -> DateTime<Utc> {
        self.inner.deps.clock.now()
    }

    fn settings(&self) -> &Settings {
        &self.inner.deps.settings
    }

    fn sealer(&self) -> &Sealer {
        &self.inner.deps.sealer
    }

    fn courier(&self) -> &Courier {
        &self.inner.deps.courier
    }

    fn message_writer(&self) -> &MessageWriter {
        &self.inner.deps.message_writer
    }

    fn hub(&self) -> &Hub {
        &self.inner.hub
    }

    fn computations(&self) -> &Computations {
        &self.inner.computations
    }

    fn known_counts(&self) -> &KnownCounts {
        &self.inner.known_counts
    }

    fn failpoints(&self) -> &Failpoints {
        &self.inner.deps.failpoints
    }
}
