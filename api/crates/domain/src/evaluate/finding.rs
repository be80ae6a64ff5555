//! What one condition says of a sign-in, and which clause says it.

use uuid::Uuid;

use super::Answer;
use crate::text_enum;

text_enum! {
    /// Conditions in the order of the portal: of several that are not met, the first is told (ca-semantics.md section 18).
    Condition {
        /// `state`: a disabled policy is not evaluated.
        PolicyState = "policyState",
        /// `users`
        Users = "users",
        /// `clientApplications` and its filter.
        WorkloadIdentities = "workloadIdentities",
        /// `applications` by resource.
        Application = "application",
        /// `applications` by user action.
        UserActions = "userActions",
        /// `applications` by authentication context.
        AuthenticationContext = "authenticationContext",
        /// `platforms`
        DevicePlatform = "devicePlatform",
        /// `locations`
        Location = "location",
        /// `clientAppTypes`
        ClientApps = "clientApps",
        /// `devices`, `deviceStates`
        Devices = "devices",
        /// `signInRiskLevels`
        SignInRisk = "signInRisk",
        /// `userRiskLevels`
        UserRisk = "userRisk",
        /// `servicePrincipalRiskLevels`
        ServicePrincipalRisk = "servicePrincipalRisk",
        /// `insiderRiskLevels`
        InsiderRisk = "insiderRisk",
        /// `authenticationFlows`
        AuthenticationFlow = "authenticationFlow",
        /// A member that this version doesn't know.
        UnknownMember = "unknownMember",
    }
}

text_enum! {
    /// How a clause came to its answer.
    Why {
        /// The condition is not configured, and so holds for everything.
        NotConfigured = "notConfigured",
        /// The clause includes it.
        Included = "included",
        /// No clause includes it.
        NotIncluded = "notIncluded",
        /// The clause excludes it; an exclusion beats every inclusion.
        Excluded = "excluded",
        /// The sign-in lacks the fact that the clause tests.
        FactMissing = "factMissing",
        /// The clause refers to something that nobody read, such as a deleted location.
        NotRead = "notRead",
        /// The clause is one that this version can't read.
        NotUnderstood = "notUnderstood",
        /// The policy is not evaluated in its state.
        NotEvaluated = "notEvaluated",
    }
}

/// What one condition says, without a copy of anything.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finding<'r> {
    pub condition: Condition,
    pub answer: Answer,
    pub why: Why,
    /// The member that decided, as a path in Graph's names.
    pub path: &'r str,
    pub entry: Entry<'r>,
}

/// Which entry of a list decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry<'r> {
    None,
    Id(Uuid),
    Text(&'r str),
}

impl Entry<'_> {
    pub(super) fn text(self) -> Option<String> {
        match self {
            Entry::None => None,
            Entry::Id(id) => Some(id.to_string()),
            Entry::Text(text) => Some(text.to_owned()),
        }
    }
}

/// What one side of a condition, its includes or its excludes, says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit<'r> {
    pub answer: Answer,
    /// Why it is unknown; [`Why::Included`] otherwise.
    pub why: Why,
    pub path: &'r str,
    pub entry: Entry<'r>,
}

impl<'r> Hit<'r> {
    pub(super) fn none(path: &'r str) -> Self {
        Hit { answer: Answer::No, why: Why::NotIncluded, path, entry: Entry::None }
    }

    pub(super) fn yes(path: &'r str, entry: Entry<'r>) -> Self {
        Hit { answer: Answer::Yes, why: Why::Included, path, entry }
    }

    pub(super) fn unknown(why: Why, path: &'r str, entry: Entry<'r>) -> Self {
        Hit { answer: Answer::Unknown, why, path, entry }
    }

    /// The stronger of two hits: one of them is enough.
    pub(super) fn or(self, other: impl FnOnce() -> Hit<'r>) -> Self {
        if self.answer == Answer::Yes {
            return self;
        }
        let other = other();
        if other.answer > self.answer { other } else { self }
    }
}

/// `applies = included AND NOT excluded`: an exclusion always beats an inclusion (ca-semantics.md section 2).
pub(super) fn sides<'r>(condition: Condition, included: Hit<'r>, excluded: Hit<'r>) -> Finding<'r> {
    let (answer, why, hit) = match (included.answer, excluded.answer) {
        (_, Answer::Yes) => (Answer::No, Why::Excluded, excluded),
        (Answer::No, _) => (Answer::No, Why::NotIncluded, included),
        (Answer::Unknown, _) => (Answer::Unknown, included.why, included),
        (Answer::Yes, Answer::Unknown) => (Answer::Unknown, excluded.why, excluded),
        (Answer::Yes, Answer::No) => (Answer::Yes, included.why, included),
    };
    Finding { condition, answer, why, path: hit.path, entry: hit.entry }
}

/// A condition that is not configured holds for everything.
pub(super) fn anything(condition: Condition, path: &str) -> Finding<'_> {
    Finding { condition, answer: Answer::Yes, why: Why::NotConfigured, path, entry: Entry::None }
}
