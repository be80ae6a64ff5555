//! Sets of the optimization agent.

use async_graphql::Enum;

mirror! {
    /// What a suggestion is about; each is a rule that can be switched off. Expect new values.
    SuggestionKind = "domain::agent::SuggestionKind" {
        /// Users or applications that no enforced policy holds to a second factor.
        MfaGap,
        /// Members whom no policy asks for a compliant or joined device, or a protected application.
        DeviceControls,
        /// Accounts that can use legacy authentication.
        LegacyAuthentication,
        /// Accounts that can use device code flow.
        DeviceCodeFlow,
        /// High-risk users need not change their password (Entra ID P2).
        RiskyUsers,
        /// High-risk sign-ins need no second factor (Entra ID P2).
        RiskySignIns,
        /// Holders of administrative roles without a second factor.
        AdminProtection,
        /// Users who came since the last run and are not covered.
        NewUsers,
        /// Applications that were first seen since the last run and are not covered.
        NewApplications,
        /// Exclusions of a policy that grew, are many, or lack the emergency accounts.
        Exclusions,
        /// A report-only policy that can be turned on.
        ReadyToEnforce,
        /// A report-only policy for all users that can be turned on in phases.
        PhasedRollout,
        /// Two similar policies that can become one.
        Consolidation,
        /// A spike or dip of a policy's effect.
        PolicyReview,
    }

    /// Where a suggestion stands.
    SuggestionStatus = "domain::agent::SuggestionStatus" {
        /// Nobody looked at it, or it is back.
        New,
        /// A member looked at it without accepting it.
        Reviewed,
        /// A member accepted it; its change, or its rollout, is on its way.
        Accepted,
        /// A member doesn't want it: it stays away unless it grows by a ground.
        Dismissed,
        /// It stays away until a moment.
        Snoozed,
        /// Its last change is applied, or its rollout is completed.
        Applied,
        /// A later run finds it no more.
        Superseded,
    }

    /// Where a run of the agent stands.
    AgentRunStatus = "domain::agent::AgentRunStatus" {
        /// Waits for a worker, or is at work.
        Running,
        /// Done.
        Completed,
        /// Gave up; its failure says why.
        Failed,
    }

    /// What began a run of the agent.
    AgentRunTrigger = "domain::agent::AgentRunTrigger" {
        /// The schedule of every 24 hours.
        Schedule,
        /// A member.
        Member,
    }

    /// How much one run of the agent looks at, as Microsoft documents it.
    AgentLimits = "domain::agent::LimitsProfile" {
        /// 300 users, 150 applications, 40 pairs of policies.
        Current,
        /// 150 users, 100 applications, 4 pairs of policies.
        Earlier,
    }

    /// Why a rule of the agent, or one of its findings, was left out. Expect new values.
    AgentSkipReason = "domain::agent::SkipReason" {
        /// Settings switch the rule off.
        RuleOff,
        /// The tenant lacks a licence.
        LicenceMissing,
        /// What the rule looks at was not read.
        NotKnown,
        /// There is no earlier run to compare with.
        FirstRun,
        /// A report-only policy would close the gap: it has only to be turned on.
        ReportOnlyExists,
        /// Not everything that the proof needs holds.
        NotProved,
        /// More than one run looks at; the rest waits for the next one.
        LimitReached,
        /// Too few sign-ins, or too many that would be refused.
        NotReady,
        /// A phased rollout of the policy is under way: whatever else is to be done to it waits for its end.
        RolloutUnderWay,
    }
}
