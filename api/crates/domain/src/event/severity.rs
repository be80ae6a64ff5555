//! How much an event matters to somebody who was not looking.

use serde_json::Value;

use super::{EventKind, NewEvent};
use crate::access::Operation;
use crate::bulk::{BulkItemState, BulkStage};
use crate::bulk_rollout::BulkRolloutStatus;
use crate::change::status::ChangeStatus;
use crate::change::transition::ChangeEventKind;
use crate::change::warning::Severity;
use crate::rollout::{EndReason, VerdictOutcome};
use crate::schedule::{ScheduleState, Void};
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
            K::ChangeStatusChanged => {
                warned(self.read("to") == Some(ChangeStatus::Failed) || self.read("event") == Some(ChangeEventKind::Stop))
            }
            K::ScheduleChanged => warned(match self.read("to") {
                Some(ScheduleState::Missed | ScheduleState::Blocked) => true,
                // Not the one that a member took back: one that will not fire, and nobody said so.
                Some(ScheduleState::Revoked) => self.read("code") != Some(Void::Cancelled),
                _ => false,
            }),
            K::BulkChanged | K::BulkRolloutChanged => warned(self.read("what").is_some_and(stops)),
            K::DriftDetected => match self.read("severity") {
                Some(Severity::Critical) => Critical,
                Some(Severity::Warning) => Warning,
                _ => Info,
            },
            K::BulkProgress if self.bulk_failed() => Warning,
            K::BulkProgress => Routine,
            K::RolloutVerdict => match self.read("outcome") {
                Some(VerdictOutcome::Breach) => Critical,
                _ => Info,
            },
            K::RolloutGuardTripped | K::BulkRolloutHeld => Critical,
            K::RolloutPaused | K::RolloutReverted | K::RolloutRolledBack | K::RolloutProtectionReduced => Warning,
            K::RolloutStopping | K::RolloutCancelled => match self.read("reason") {
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
            | K::RolloutCreated
            | K::RolloutEdited
            | K::RolloutApproved
            | K::RolloutStarted
            | K::RolloutPhaseStarted
            | K::RolloutResumed
            | K::RolloutCompleted
            | K::BulkRolloutCreated
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

    /// Whether something about a bulk change ended badly just then, or will not be tried because others did.
    fn bulk_failed(&self) -> bool {
        use BulkItemState as S;
        let back = self.read("stage") == Some(BulkStage::Rollback);
        let bad = |to| matches!(to, S::Failed | S::OutcomeUnknown | S::NotStarted) || (back && to == S::Applied);
        let moved = self.data.get("moved").and_then(Value::as_array);
        moved.is_some_and(|moved| moved.iter().any(|item| item["to"].as_str().and_then(|to| to.parse().ok()).is_some_and(bad)))
    }
}

/// Operations by which members stop, hold or take back what goes on in many tenants.
fn stops(operation: Operation) -> bool {
    use Operation as O;
    matches!(
        operation,
        O::StopBulkChange | O::CancelBulkChange | O::RollbackBulk | O::PauseBulkRollout | O::CancelBulkRollout | O::RollBackBulkRollout
    )
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
            (K::RolloutVerdict, json!({ "outcome": "NO_DATA" }), Info),
            (K::RolloutStopping, json!({ "reason": "ASKED" }), Warning),
            (K::RolloutStopping, json!({ "reason": "TWIN_DELETED" }), Critical),
            (K::BulkRolloutHeld, json!({}), Critical),
            (K::BulkRolloutEnded, json!({ "status": "CANCELLED" }), Warning),
            (K::BulkRolloutEnded, json!({ "status": "COMPLETED" }), Info),
            (K::BulkProgress, json!({ "moved": [{ "to": "APPLIED" }] }), Routine),
            (K::BulkProgress, json!({ "moved": [{ "to": "APPLIED" }, { "to": "OUTCOME_UNKNOWN" }] }), Warning),
            (K::ChangeStatusChanged, json!({ "to": "failed" }), Warning),
            (K::ChangeStatusChanged, json!({ "to": "applied" }), Info),
            (K::ChangeStatusChanged, json!({ "to": "cancelled", "event": "CANCEL" }), Info),
            (K::ChangeStatusChanged, json!({ "to": "cancelled", "event": "STOP" }), Warning),
            (K::ScheduleChanged, json!({ "to": "missed" }), Warning),
            (K::ScheduleChanged, json!({ "to": "revoked", "code": "CANCELLED" }), Info),
            (K::ScheduleChanged, json!({ "to": "revoked", "code": "DRY_RUN_VOID" }), Warning),
            (K::BulkChanged, json!({ "what": "stopBulkChange" }), Warning),
            (K::BulkChanged, json!({ "what": "applyBulkChange" }), Info),
            (K::BulkRolloutChanged, json!({ "what": "pauseBulkRollout" }), Warning),
            (K::BulkRolloutChanged, json!({ "what": "resumeBulkRollout" }), Info),
            (K::BulkProgress, json!({ "moved": [{ "to": "NOT_STARTED" }] }), Warning),
            (K::BulkProgress, json!({ "stage": "ROLLBACK", "moved": [{ "to": "ROLLED_BACK" }] }), Routine),
            (K::BulkProgress, json!({ "stage": "ROLLBACK", "moved": [{ "to": "APPLIED" }] }), Warning),
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
