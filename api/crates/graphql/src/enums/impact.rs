//! Sets of impact reports.

use async_graphql::Enum;

mirror! {
    /// How far back a report looks: whole days in UTC, the last one as far as the sign-in log was read.
    ImpactWindow = "domain::impact::ImpactWindow" {
        /// One day.
        #[graphql(name = "P1D")]
        Day,
        /// Seven days.
        #[graphql(name = "P7D")]
        Week,
        /// Fourteen days.
        #[graphql(name = "P14D")]
        Fortnight,
        /// Thirty days.
        #[graphql(name = "P30D")]
        Month,
    }

    /// Where a report's figures come from.
    ImpactSource = "domain::impact::ImpactSource" {
        /// Entra's own results, written beside each sign-in: of a policy that is on or in report-only mode, in whichever version it had then.
        Observed,
        /// Our evaluator over the summaries of sign-ins, for any document, taken as enforced.
        Simulated,
    }

    /// What is to be thought of a report.
    ImpactStatus = "domain::impact::ImpactStatus" {
        /// It is of the present document, sign-ins and memberships.
        Fresh,
        /// Sign-ins, memberships or named locations have moved on since it was computed.
        Stale,
        /// There is none: `refreshImpact` makes one.
        NotComputed,
        /// A job is at it; an older report may be shown meanwhile.
        Computing,
        /// There is nothing to be measured: `reason` says why.
        NotApplicable,
    }

    /// Why there is nothing to be measured, or nothing was. Expect new values.
    ImpactReason = "domain::impact::ImpactReason" {
        /// Entra does not evaluate a disabled policy: ask for `SIMULATED`.
        PolicyDisabled,
        /// Entra did not tell report-only results: the header that unlocks them was not honoured. Never read as zero.
        ReportOnlyHidden,
        /// The log lists no policies beside any sign-in: the application lacks the permission to read policies.
        ResultsHidden,
        /// Entra has not evaluated a document that is only intended: ask for `SIMULATED`.
        NotObservable,
        /// No sign-ins of the tenant were read so far.
        NoSignIns,
        /// Each sign-in that the policy may apply to lacks a fact that it tests: `unknownBy` says which.
        NotMeasurable,
        /// The change leaves no policy.
        NoPolicy,
        /// The last computation failed: the server's log has the cause.
        Failed,
    }

    /// Parts of a policy that a sign-in can lack a fact for.
    PolicyPart = "domain::impact::report::PolicyPart" {
        /// Users, groups, roles, guests, or workload identities.
        People,
        /// Applications and user actions.
        Applications,
        /// Locations.
        Locations,
        /// The device filter.
        Devices,
        /// Client types, platforms, risks, authentication contexts and flows.
        Conditions,
        /// Whether what it demands was satisfied.
        Controls,
    }
}
