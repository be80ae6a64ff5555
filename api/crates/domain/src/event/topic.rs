//! What an event is filed under, and its type on the wire.

use super::EventKind;
use crate::text_enum;

text_enum! {
    /// What an event is filed under: what subscribers and webhooks choose by.
    EventTopic {
        /// A change request and its apply.
        Change = "CHANGE",
        /// Approvals of change requests.
        Approval = "APPROVAL",
        /// Schedules of change requests.
        Schedule = "SCHEDULE",
        /// Freeze windows.
        FreezeWindow = "FREEZE_WINDOW",
        /// Bulk changes.
        BulkChange = "BULK_CHANGE",
        /// Phased rollouts.
        Rollout = "ROLLOUT",
        /// Rollouts across tenants.
        BulkRollout = "BULK_ROLLOUT",
        /// Drift.
        Drift = "DRIFT",
        /// A tenant: its connection, emergency access, aliases, baseline.
        Tenant = "TENANT",
        /// Our metadata of policies.
        Policy = "POLICY",
        /// Baselines.
        Baseline = "BASELINE",
        /// Members and API keys.
        Member = "MEMBER",
        /// The optimization agent: its settings and runs.
        Agent = "AGENT",
        /// Suggestions of the agent.
        Suggestion = "SUGGESTION",
        /// Syncs of tenants.
        Sync = "SYNC",
        /// Readings of tenants' people.
        People = "PEOPLE",
        /// Readings of tenants' sign-ins.
        SignIns = "SIGN_INS",
        /// Computations of impact reports.
        Impact = "IMPACT",
        /// Webhooks.
        Webhook = "WEBHOOK",
    }
}

impl EventKind {
    /// What such events are filed under.
    pub const fn topic(self) -> EventTopic {
        self.filed().0
    }

    /// The type of such events on the wire, as Standard Webhooks has it: groups by full stops, in lower case, such as `rollout.guard_tripped`.
    pub fn wire_type(self) -> String {
        let (topic, what) = self.filed();
        format!("{}.{what}", topic.as_str().to_ascii_lowercase())
    }

    const fn filed(self) -> (EventTopic, &'static str) {
        use {EventKind as K, EventTopic as T};
        match self {
            K::TenantConnected => (T::Tenant, "connected"),
            K::TenantConnectionChanged => (T::Tenant, "connection_changed"),
            K::SyncStarted => (T::Sync, "started"),
            K::SyncProgress => (T::Sync, "progress"),
            K::SyncCompleted => (T::Sync, "completed"),
            K::SyncFailed => (T::Sync, "failed"),
            K::PeopleProgress => (T::People, "progress"),
            K::PeopleRead => (T::People, "read"),
            K::PeopleFailed => (T::People, "failed"),
            K::ImpactProgress => (T::Impact, "progress"),
            K::ImpactComputed => (T::Impact, "computed"),
            K::ImpactFailed => (T::Impact, "failed"),
            K::SignInsProgress => (T::SignIns, "progress"),
            K::SignInsRead => (T::SignIns, "read"),
            K::SignInsFailed => (T::SignIns, "failed"),
            K::EmergencyAccessChanged => (T::Tenant, "emergency_access_changed"),
            K::TenantAliasesChanged => (T::Tenant, "aliases_changed"),
            K::PolicyMetadataChanged => (T::Policy, "metadata_changed"),
            K::ChangeCreated => (T::Change, "created"),
            K::ChangeStatusChanged => (T::Change, "status_changed"),
            K::ApprovalChanged => (T::Approval, "changed"),
            K::EmergencyReviewed => (T::Change, "emergency_reviewed"),
            K::ApplyProgress => (T::Change, "apply_progress"),
            K::ScheduleChanged => (T::Schedule, "changed"),
            K::FreezeWindowChanged => (T::FreezeWindow, "changed"),
            K::MemberChanged => (T::Member, "changed"),
            K::BaselineChanged => (T::Baseline, "changed"),
            K::BaselineAssigned => (T::Tenant, "baseline_assigned"),
            K::DriftDetected => (T::Drift, "detected"),
            K::DriftAttributed => (T::Drift, "attributed"),
            K::DriftAccepted => (T::Drift, "accepted"),
            K::DriftReopened => (T::Drift, "reopened"),
            K::DriftRevertDrafted => (T::Drift, "revert_drafted"),
            K::DriftReverted => (T::Drift, "reverted"),
            K::DriftResolved => (T::Drift, "resolved"),
            K::BulkCreated => (T::BulkChange, "created"),
            K::BulkChanged => (T::BulkChange, "changed"),
            K::BulkProgress => (T::BulkChange, "progress"),
            K::RolloutCreated => (T::Rollout, "created"),
            K::RolloutEdited => (T::Rollout, "edited"),
            K::RolloutApproved => (T::Rollout, "approved"),
            K::RolloutStarted => (T::Rollout, "started"),
            K::RolloutPhaseStarted => (T::Rollout, "phase_started"),
            K::RolloutVerdict => (T::Rollout, "verdict"),
            K::RolloutGuardTripped => (T::Rollout, "guard_tripped"),
            K::RolloutPaused => (T::Rollout, "paused"),
            K::RolloutResumed => (T::Rollout, "resumed"),
            K::RolloutReverted => (T::Rollout, "reverted"),
            K::RolloutStopping => (T::Rollout, "stopping"),
            K::RolloutCompleted => (T::Rollout, "completed"),
            K::RolloutCancelled => (T::Rollout, "cancelled"),
            K::RolloutRolledBack => (T::Rollout, "rolled_back"),
            K::RolloutProtectionReduced => (T::Rollout, "protection_reduced"),
            K::BulkRolloutCreated => (T::BulkRollout, "created"),
            K::BulkRolloutChanged => (T::BulkRollout, "changed"),
            K::BulkRolloutProgress => (T::BulkRollout, "progress"),
            K::BulkRolloutHeld => (T::BulkRollout, "held"),
            K::BulkRolloutReleased => (T::BulkRollout, "released"),
            K::BulkRolloutEnded => (T::BulkRollout, "ended"),
            K::AgentSettingsChanged => (T::Agent, "settings_changed"),
            K::AgentRunStarted => (T::Agent, "run_started"),
            K::AgentRunCompleted => (T::Agent, "run_completed"),
            K::AgentRunFailed => (T::Agent, "run_failed"),
            K::SuggestionCreated => (T::Suggestion, "created"),
            K::SuggestionUpdated => (T::Suggestion, "updated"),
            K::SuggestionStatusChanged => (T::Suggestion, "status_changed"),
            K::WebhookChanged => (T::Webhook, "changed"),
            K::WebhookDisabled => (T::Webhook, "disabled"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_type_of_its_own() {
        let types: BTreeSet<String> = EventKind::ALL.iter().map(|kind| kind.wire_type()).collect();
        assert_eq!(types.len(), EventKind::ALL.len());
        let legal = |text: &String| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte == b'.');
        assert!(types.iter().all(legal) && types.iter().all(|text| text.matches('.').count() == 1), "{types:?}");
        assert_eq!(EventKind::RolloutGuardTripped.wire_type(), "rollout.guard_tripped");
        assert_eq!(EventKind::SignInsRead.wire_type(), "sign_ins.read");
    }

    #[test]
    fn every_topic_is_used() {
        let used: BTreeSet<EventTopic> = EventKind::ALL.iter().map(|kind| kind.topic()).collect();
        assert_eq!(used.len(), EventTopic::ALL.len());
    }
}
