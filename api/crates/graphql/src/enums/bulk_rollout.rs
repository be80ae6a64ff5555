//! Rollouts across tenants.

use async_graphql::Enum;

mirror! {
    /// Where a rollout across tenants stands: a pure function of its tenants. Expect new values.
    BulkRolloutStatus = "domain::bulk_rollout::BulkRolloutStatus" {
        /// Plans are being made.
        Planning,
        /// A tenant has no plan: solve what its `blocked` says and plan again, or leave it out.
        Blocked,
        /// Plans wait for approval.
        AwaitingApproval,
        /// It can be started.
        Ready,
        /// Tenants are on their way.
        Running,
        /// A breach in one tenant holds all others.
        Held,
        /// A member holds all of it.
        Paused,
        /// It is on for everybody in every tenant that was not left out.
        Completed,
        /// It is over, and complete in some tenants only.
        CompletedPartial,
        /// It was given up, or ended, before any tenant was complete.
        Cancelled,
        /// It was taken back wherever it was started.
        RolledBack,
    }

    /// Where one tenant of a rollout across tenants stands. Expect new values.
    BulkRolloutItemState = "domain::bulk_rollout::BulkRolloutItemState" {
        /// Its plan is being made.
        Pending,
        /// No plan could be made.
        Blocked,
        /// Its plan waits for approval.
        AwaitingApproval,
        /// It can be started.
        Planned,
        /// It waits for its turn.
        Waiting,
        /// It could not be started at its turn, and a member has to act.
        Refused,
        /// A phase is running, or it is between two.
        Running,
        /// Its sign-ins speak against the policy: it is paused, and holds all others.
        Breached,
        /// It is paused for another reason.
        Paused,
        /// The original is on for everybody.
        Completed,
        /// It was given up.
        Cancelled,
        /// All of it was taken back.
        RolledBack,
        /// It is not started any more.
        NotStarted,
        /// It was left out.
        Excluded,
    }
}
