//! How much an event matters to somebody who was not looking.

use serde_json::Value;

use super::{EventKind, NewEvent};
use crate::bulk::BulkItemState;
use crate::bulk_rollout::BulkRolloutStatus;
use crate::change::status::ChangeStatus;
use crate::change::warning::Severity;
use crate::rollout::{EndReason, VerdictOutcome};
use crate::schedule::ScheduleState;
use crate::tenant::ConnectionState;
use crate::text_enum;

text_enum! {
    /// How much an event matters, least first.
    EventSeverity {
        /// Causeway's own work goes on: syncs, readings, computations, progress.
        Routine = "ROUTINE",
        /// Somebody did something, or something came to its end as it should.
        Info = "INFO",
        /// Something was paused, stopped, ended early or failed, or protection was taken away: somebody should look at it.
        Warning = "WARNING",
        /// People are being hit, or somebody interferes with what is going on: somebody should look at it now.
        Critical = "CRITICAL",
    }
}

impl EventSeverity {
    /// This one and those above it.
    pub fn and_above(self) -> &'static [EventSeverity] {
        let from = Self::ALL.iter().position(|severity| *severity == self).unwrap_or_default();
        &Self::ALL[from..]
    }
}

impl NewEvent {
    /// How much it matters. Issue 6 asks that every pause, stop and cancellation has one; that they are never below `WARNING` is ours.
    pub fn severity(&self) -> EventSeverity {
        use EventKind as K;
        use EventSeverity::{Critical, Info, Routine, Warning};
        let warned = |bad: bool| if bad { Warning } else { Info };
        match self.kind {
            K::SyncStarted | K::SyncProgress | K::SyncCompleted => Routine,
            K::PeopleProgress | K::PeopleRead | K::ImpactProgress | K::ImpactComputed | K::SignInsProgress | K::SignInsRead => Routine,
            K::ApplyProgress | K::BulkRolloutProgress | K::SuggestionUpdated | K::AgentRunStarted => Routine,
            K::SyncFailed | K::PeopleFailed | K::ImpactFailed | K::SignInsFailed | K::AgentRunFailed => Warning,
            K::TenantConnectionChanged => warned(self.read("to") != Some(ConnectionState::Connected)),
            K::EmergencyAccessChanged => Warning,
            K::ChangeStatusChanged => warned(self.read("to") == Some(ChangeStatus::Failed)),
            K::ScheduleChanged => warned(matches!(self.read("to"), Some(ScheduleState::Missed | ScheduleState::Blocked))),
            K::DriftDetected => match self.read("severity") {
                Some(Severity::Critical) => Critical,
                Some(Severity::Warning) => Warning,
                _ => Info,
            },
            K::BulkProgress if self.bulk_failed() => Warning,
            K::BulkProgress => Routine,
            K::RolloutVerdict => match self.read("outcome") {
                Some(VerdictOutcome::Breach) => Critical,
                Some(VerdictOutcome::NoData) => Warning,
                _ => Info,
            },
            K::RolloutGuardTripped | K::BulkRolloutHeld => Critical,
            K::RolloutPaused | K::RolloutReverted | K::RolloutRolledBack | K::RolloutProtectionReduced => Warning,
            K::RolloutCancelled => match self.read("reason") {
                Some(EndReason::GrantControlsEdited | EndReason::TwinDeleted | EndReason::OriginalDeleted) => Critical,
                _ => Warning,
            },
            K::BulkRolloutEnded => warned(self.read("status") != Some(BulkRolloutStatus::Completed)),
            K::WebhookDisabled => Warning,
            K::TenantConnected
            | K::TenantAliasesChanged
            | K::PolicyMetadataChanged
            | K::ChangeCreated
            | K::ApprovalChanged
            | K::EmergencyReviewed
            | K::FreezeWindowChanged
            | K::MemberChanged
            | K::BaselineChanged
            | K::BaselineAssigned
            | K::DriftAttributed
            | K::DriftAccepted
            | K::DriftReopened
            | K::DriftRevertDrafted
            | K::DriftReverted
            | K::DriftResolved
            | K::BulkCreated
            | K::BulkChanged
            | K::RolloutCreated
            | K::RolloutEdited
            | K::RolloutApproved
            | K::RolloutStarted
            | K::RolloutPhaseStarted
            | K::RolloutResumed
            | K::RolloutCompleted
            | K::BulkRolloutCreated
            | K::BulkRolloutChanged
            | K::BulkRolloutReleased
            | K::AgentSettingsChanged
            | K::AgentRunCompleted
            | K::SuggestionCreated
            | K::SuggestionStatusChanged
            | K::WebhookChanged => Info,
        }
    }

    fn read<T: std::str::FromStr>(&self, field: &str) -> Option<T> {
        self.data.get(field)?.as_str()?.parse().ok()
    }

    /// Whether something about a bulk change ended badly just then.
    fn bulk_failed(&self) -> bool {
        let failed = [BulkItemState::Failed, BulkItemState::OutcomeUnknown].map(BulkItemState::as_str);
        let moved = self.data.get("moved").and_then(Value::as_array);
        moved.is_some_and(|moved| moved.iter().any(|item| item["to"].as_str().is_some_and(|to| failed.contains(&to))))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::event::SubjectKind;

    fn severity(kind: EventKind, data: Value) -> EventSeverity {
        NewEvent { kind, actor: None, tenant_id: None, subject_kind: SubjectKind::Rollout, subject_id: Uuid::nil(), data }.severity()
    }

    #[test]
    fn what_stops_or_hurts_is_never_below_a_warning() {
        use EventKind as K;
        use EventSeverity::{Critical, Info, Routine, Warning};
        let table = [
            (K::RolloutGuardTripped, json!({}), Critical),
            (K::RolloutPaused, json!({ "reason": "ASKED" }), Warning),
            (K::RolloutReverted, json!({}), Warning),
            (K::RolloutCancelled, json!({ "reason": "ASKED" }), Warning),
            (K::RolloutCancelled, json!({ "reason": "GRANT_CONTROLS_EDITED" }), Critical),
            (K::RolloutRolledBack, json!({}), Warning),
            (K::RolloutCompleted, json!({}), Info),
            (K::RolloutVerdict, json!({ "outcome": "BREACH" }), Critical),
            (K::RolloutVerdict, json!({ "outcome": "HEALTHY" }), Info),
            (K::BulkRolloutHeld, json!({}), Critical),
            (K::BulkRolloutEnded, json!({ "status": "CANCELLED" }), Warning),
            (K::BulkRolloutEnded, json!({ "status": "COMPLETED" }), Info),
            (K::BulkProgress, json!({ "moved": [{ "to": "APPLIED" }] }), Routine),
            (K::BulkProgress, json!({ "moved": [{ "to": "APPLIED" }, { "to": "OUTCOME_UNKNOWN" }] }), Warning),
            (K::ChangeStatusChanged, json!({ "to": "failed" }), Warning),
            (K::ChangeStatusChanged, json!({ "to": "applied" }), Info),
            (K::ScheduleChanged, json!({ "to": "missed" }), Warning),
            (K::TenantConnectionChanged, json!({ "to": "CONSENT_REVOKED" }), Warning),
            (K::TenantConnectionChanged, json!({ "to": "CONNECTED" }), Info),
            (K::DriftDetected, json!({ "severity": "CRITICAL" }), Critical),
            (K::SyncCompleted, json!({}), Routine),
        ];
        for (kind, data, expected) in table {
            assert_eq!(severity(kind, data.clone()), expected, "{kind} {data}");
        }
    }

    #[test]
    fn severities_are_in_order() {
        assert!(EventSeverity::ALL.is_sorted());
        assert_eq!(EventSeverity::Warning.and_above(), [EventSeverity::Warning, EventSeverity::Critical]);
        assert_eq!(EventSeverity::Routine.and_above(), EventSeverity::ALL);
    }
}
