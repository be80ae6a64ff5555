//! What events are filed under and how severe they are, and webhooks.

use async_graphql::Enum;

mirror! {
    /// What an event is filed under. Expect new values.
    EventTopic = "domain::event::EventTopic" {
        /// A change request and its apply.
        Change,
        /// Approvals of change requests.
        Approval,
        /// Schedules of change requests.
        Schedule,
        /// Freeze windows.
        FreezeWindow,
        /// Bulk changes.
        BulkChange,
        /// Phased rollouts.
        Rollout,
        /// Rollouts across tenants.
        BulkRollout,
        /// Drift.
        Drift,
        /// A tenant: its connection, emergency access, aliases, baseline.
        Tenant,
        /// Causeway's metadata of policies.
        Policy,
        /// Baselines.
        Baseline,
        /// Members and API keys.
        Member,
        /// The optimization agent: its settings and runs.
        Agent,
        /// Suggestions of the agent.
        Suggestion,
        /// Syncs of tenants.
        Sync,
        /// Readings of tenants' people.
        People,
        /// Readings of tenants' sign-ins.
        SignIns,
        /// Computations of impact reports.
        Impact,
        /// Webhooks.
        Webhook,
    }

    /// How much an event matters to somebody who was not looking, least first.
    EventSeverity = "domain::event::EventSeverity" {
        /// Causeway's own work goes on: syncs, readings, computations, progress.
        Routine,
        /// Somebody did something, or something came to its end as it should.
        Info,
        /// Something was paused, stopped, ended early or failed, or protection was taken away: somebody should look at it.
        Warning,
        /// People are being hit, or somebody interferes with what is going on: somebody should look at it now.
        Critical,
    }

    /// Why a webhook is off.
    WebhookDisabledReason = "domain::webhook::WebhookOff" {
        /// A member turned it off.
        Asked,
        /// Its messages were not accepted for three days.
        Failing,
        /// The receiver answered 410: it wants no more.
        Gone,
    }
}
