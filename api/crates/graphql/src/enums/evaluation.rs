//! Sets of the evaluator.

use async_graphql::Enum;

mirror! {
    /// An answer that may be open: a fact that nobody told, or a part of a policy that Causeway can't read, would decide it.
    EvaluationAnswer = "domain::evaluate::Answer" {
        /// No, whatever the missing facts are.
        No,
        /// A missing fact would decide.
        Unknown,
        /// Yes, whatever the missing facts are.
        Yes,
    }

    /// How a sign-in stands to what policies ask for.
    Standing = "domain::evaluate::Standing" {
        /// Everything is met.
        Satisfied,
        /// The user would have to do something, such as proving a second factor.
        Interrupted,
        /// It is blocked, or lacks what no prompt can give.
        Refused,
        /// A missing fact would decide.
        Unknown,
    }

    /// Conditions of a policy, in the order in which they are told. Expect new values.
    PolicyCondition = "domain::evaluate::Condition" {
        /// The policy's state: a disabled policy is not evaluated.
        PolicyState,
        /// Users, groups, roles and guests.
        Users,
        /// Service principals.
        WorkloadIdentities,
        /// Resources.
        Application,
        /// User actions.
        UserActions,
        /// Authentication contexts.
        AuthenticationContext,
        /// Device platforms.
        DevicePlatform,
        /// Locations.
        Location,
        /// Client app types.
        ClientApps,
        /// The filter for devices.
        Devices,
        /// Sign-in risk.
        SignInRisk,
        /// User risk.
        UserRisk,
        /// Risk of a service principal.
        ServicePrincipalRisk,
        /// Insider risk.
        InsiderRisk,
        /// Authentication flows.
        AuthenticationFlow,
        /// A condition that Causeway doesn't know.
        UnknownMember,
    }

    /// How a clause came to its answer. Expect new values.
    ClauseReason = "domain::evaluate::Why" {
        /// The condition is not configured and holds for everything.
        NotConfigured,
        /// The clause includes it.
        Included,
        /// No clause includes it.
        NotIncluded,
        /// The clause excludes it; an exclusion beats every inclusion.
        Excluded,
        /// The sign-in lacks the fact that the clause tests.
        FactMissing,
        /// The clause refers to something that was not read, such as a deleted location.
        NotRead,
        /// The clause is one that Causeway can't read.
        NotUnderstood,
        /// The policy is not evaluated in its state.
        NotEvaluated,
    }

    /// Controls, in the order in which what is unmet is asked for. Expect new values.
    RequiredControl = "domain::evaluate::Control" {
        /// Access is refused.
        Block,
        /// A second factor.
        Mfa,
        /// A strong enough combination of factors.
        AuthenticationStrength,
        /// A compliant device.
        CompliantDevice,
        /// A hybrid-joined device.
        DomainJoinedDevice,
        /// An approved client app.
        ApprovedApplication,
        /// An app with an app protection policy.
        CompliantApplication,
        /// A remediated risk.
        RiskRemediation,
        /// A new password.
        PasswordChange,
        /// Accepted terms of use.
        TermsOfUse,
        /// Another vendor's factor.
        CustomAuthenticationFactor,
        /// Token protection.
        TokenProtection,
        /// A control that Causeway doesn't know.
        Unknown,
    }

    /// What the sign-in log says of one policy. Expect new values.
    AppliedPolicyResult = "domain::summary::AppliedResult" {
        /// Enforced and satisfied.
        Success,
        /// Enforced and not satisfied.
        Failure,
        /// Not applied.
        NotApplied,
        /// Disabled.
        NotEnabled,
        /// It can't be told.
        Unknown,
        /// A value that Causeway doesn't know.
        UnknownFutureValue,
        /// Report-only and satisfied.
        ReportOnlySuccess,
        /// Report-only; it would have refused.
        ReportOnlyFailure,
        /// Report-only and not applied.
        ReportOnlyNotApplied,
        /// Report-only; the user would have been asked for something.
        ReportOnlyInterrupted,
    }

    /// What the sign-in log says of all enforced policies together. Expect new values.
    ConditionalAccessStatus = "domain::summary::AccessStatus" {
        /// Every enforced policy that applied was satisfied.
        Success,
        /// One was not.
        Failure,
        /// None applied.
        NotApplied,
        /// A value that Causeway doesn't know.
        Unknown,
    }
}
