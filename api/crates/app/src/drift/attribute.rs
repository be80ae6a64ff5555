//! Who did it: an edit and the directory audit's entries put together.

use domain::drift::{ACTOR_LOOKUPS, ActorSource, Drift, DriftActor};
use graph::PolicyActivity;

use super::clues::SKEW;

/// The author of an edit after one more look-up; unknown when no entry fits (yet).
///
/// Entries of our own application count only at the last look-up, and only where no change of ours can have made them: the foreign edit's
/// own entry may still be on its way.
pub(super) fn attribute(drift: &Drift, newest_first: &[PolicyActivity], own_client: &str, ours_too: bool) -> DriftActor {
    let lookups = drift.actor.lookups + 1;
    let fits = |activity: &&PolicyActivity| {
        let target = activity.targets.iter().any(|target| target.eq_ignore_ascii_case(&drift.object_id));
        let named = activity.initiator.object_id.is_some() || activity.initiator.name.is_some();
        let early = drift.changed_after.is_some_and(|after| activity.at < after - SKEW);
        target && named && !early && activity.at <= drift.detected_at + SKEW
    };
    let own = |activity: &&PolicyActivity| activity.initiator.app_id.as_deref().is_some_and(|app| app.eq_ignore_ascii_case(own_client));
    let foreign = newest_first.iter().filter(fits).find(|activity| !own(activity));
    let by_our_application = || {
        let last = lookups >= ACTOR_LOOKUPS && !ours_too;
        newest_first.iter().filter(fits).find(|activity| last && drift.changed_after.is_none_or(|after| activity.at > after))
    };
    match foreign.or_else(by_our_application) {
        Some(activity) => DriftActor {
            source: ActorSource::DirectoryAudit,
            object_id: activity.initiator.object_id.clone(),
            name: activity.initiator.name.clone(),
            app_id: activity.initiator.app_id.clone(),
            at: Some(activity.at),
            lookups,
        },
        None => DriftActor::unknown(lookups),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use domain::change::warning::Severity;
    use domain::drift::{DriftKind, DriftSource, DriftStatus};
    use domain::id::{DriftId, TenantId, WorkspaceId};
    use domain::snapshot::ItemKind;
    use graph::Initiator;
    use uuid::Uuid;

    use super::*;

    const OURS: &str = "our-client";

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn drift(lookups: i32) -> Drift {
        Drift {
            id: DriftId(Uuid::nil()),
            workspace_id: WorkspaceId(Uuid::nil()),
            tenant_id: TenantId(Uuid::nil()),
            source: DriftSource::PortalEdit,
            kind: DriftKind::Modified,
            object_kind: ItemKind::Policy,
            object_id: "policy".to_owned(),
            display_name: "CA001".to_owned(),
            policy_id: None,
            baseline_policy_id: None,
            severity: Severity::Warning,
            before: None,
            after: None,
            before_snapshot_id: None,
            after_snapshot_id: None,
            changed_after: Some(at(60)),
            detected_at: at(75),
            actor: DriftActor::unknown(lookups),
            status: DriftStatus::Open,
            acceptance: None,
            reverts: Vec::new(),
            closed_at: None,
            version: 1,
        }
    }

    fn activity(minutes: i64, target: &str, name: &str, app: Option<&str>) -> PolicyActivity {
        let initiator = Initiator { object_id: None, name: Some(name.to_owned()), app_id: app.map(str::to_owned) };
        PolicyActivity { at: at(minutes), targets: vec![target.to_owned()], initiator }
    }

    fn found(activities: &[PolicyActivity], lookups: i32, ours_too: bool) -> Option<String> {
        let actor = attribute(&drift(lookups), activities, OURS, ours_too);
        assert_eq!(actor.lookups, lookups + 1);
        assert_eq!(actor.source == ActorSource::Unknown, actor.name.is_none());
        actor.name
    }

    #[test]
    fn the_newest_entry_about_the_object_in_the_window_counts() {
        let list = [
            activity(90, "policy", "too late", None),
            activity(74, "other", "another object", None),
            activity(73, "POLICY", "last", None),
            activity(70, "policy", "first", None),
            activity(50, "policy", "too early", None),
        ];
        assert_eq!(found(&list, 0, false).as_deref(), Some("last"));
        assert_eq!(found(&list[..2], 0, false), None);
        assert_eq!(found(&list[4..], 2, false), None);
    }

    #[test]
    fn our_own_application_is_the_last_guess() {
        let list = [activity(70, "policy", "us", Some("OUR-client"))];
        assert_eq!(found(&list, 0, false), None, "the other entry may come yet");
        assert_eq!(found(&list, 2, false).as_deref(), Some("us"), "somebody uses our application");
        assert_eq!(found(&list, 2, true), None, "the entry is our own write's");
        assert_eq!(found(&[activity(58, "policy", "us", Some(OURS))], 2, false), None, "our write before");
        let both = [list[0].clone(), activity(65, "policy", "ada", None)];
        assert_eq!(found(&both, 0, false).as_deref(), Some("ada"));
    }
}
