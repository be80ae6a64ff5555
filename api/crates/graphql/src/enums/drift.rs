//! Sets of drift.

use async_graphql::Enum;

mirror! {
    /// What an item of drift was measured against.
    DriftSource = "domain::drift::DriftSource" {
        /// The last snapshot: somebody edited the tenant outside Causeway.
        PortalEdit,
        /// The tenant's baseline.
        Baseline,
    }

    /// What is different.
    DriftKind = "domain::drift::DriftKind" {
        /// It appeared since the last snapshot.
        Added,
        /// It disappeared since the last snapshot.
        Removed,
        /// Its content is another one.
        Modified,
        /// The baseline has it, the tenant has not.
        Missing,
        /// The tenant has it, the baseline has not.
        Extra,
    }

    /// What became of an item of drift.
    DriftStatus = "domain::drift::DriftStatus" {
        /// Nobody decided yet, or the acceptance has ended.
        Open,
        /// A member accepted it until a date.
        Accepted,
        /// A change that was drafted to revert it took the object back.
        Reverted,
        /// The object is as it should be, by whomever.
        Resolved,
    }

    /// Where the name of who edited something comes from.
    DriftActorSource = "domain::drift::ActorSource" {
        /// Entra's directory audit.
        DirectoryAudit,
        /// Nowhere: the audit can't be read, or has no entry (yet).
        Unknown,
    }
}
