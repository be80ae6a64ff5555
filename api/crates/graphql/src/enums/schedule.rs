//! Schedules and freeze windows.

use async_graphql::Enum;

mirror! {
    /// What is looked at again when a schedule fires.
    ScheduleMode = "domain::schedule::ScheduleMode" {
        /// The dry-run that was reviewed is still fresh at the fire time; at most five minutes late.
        WithinDryRun,
        /// Up to 30 days ahead: the tenant is synced and the dry-run made again at the fire time. It fires only if the digest is
        /// unchanged and nothing is critical.
        RevalidateAtFire,
    }

    /// Where a schedule stands.
    ScheduleState = "domain::schedule::ScheduleState" {
        /// Waits for its instant.
        Armed,
        /// Its instant has come; whether it may apply is being found out.
        Firing,
        /// It started to apply its change, whose own status says how that ended.
        Fired,
        /// Its instant passed while nothing could fire it; nothing was applied.
        Missed,
        /// It was taken back, or its change is not the one any more that it was armed for.
        Revoked,
        /// What was found at the fire time did not allow it; nothing was applied.
        Blocked,
    }

    /// What a freeze window means while it is open.
    FreezeWindowKind = "domain::freeze::FreezeKind" {
        /// Changes are applied only while a window of this kind is open.
        Allow,
        /// No change is applied. Outweighs `ALLOW`.
        Deny,
    }
}
