//! What policies make of a described sign-in.

use std::sync::Arc;

use app::{WhatIf as Found, WhatIfSide};
use async_graphql::{Context, Object, Result, SimpleObject};
use domain::evaluate::{Clause, Frequency, Missing, SessionOutcome};

use crate::connection::Connection;
use crate::enums::{
    AppliedPolicyResult, ClauseReason, CloudAppSecurityType, ConditionalAccessStatus, EvaluationAnswer, PersistentBrowserMode,
    PolicyCondition, PolicyState, RequiredControl, Standing, Word,
};
use crate::fault::Nullable;
use crate::paging::{args, cost};
use crate::scope::scope;
use crate::types::node;
use crate::types::policy::Policy;

/// What a tenant's policies make of a sign-in.
pub struct WhatIf {
    before: WhatIfDecision,
    after: Option<WhatIfDecision>,
}

impl From<Found> for WhatIf {
    fn from(found: Found) -> Self {
        WhatIf { before: WhatIfDecision(Arc::new(found.before)), after: found.after.map(|after| WhatIfDecision(Arc::new(after))) }
    }
}

/// What a tenant's policies make of a sign-in, as they are and as a change would make them. Nothing is asked of Entra.
#[Object]
impl WhatIf {
    /// By the policies of the latest snapshot.
    async fn before(&self) -> &WhatIfDecision {
        &self.before
    }

    /// By the policies as the change would make them; `null` unless a change was given.
    async fn after(&self) -> Option<&WhatIfDecision> {
        self.after.as_ref()
    }
}

/// What a list of policies decides.
#[derive(Clone)]
pub struct WhatIfDecision(Arc<WhatIfSide>);

impl WhatIfDecision {
    fn policies_at(&self, places: &[usize]) -> Vec<WhatIfPolicy> {
        places.iter().map(|place| WhatIfPolicy { side: self.0.clone(), place: *place }).collect()
    }
}

/// What policies decide together: block wins, and every enforced policy that applies must be satisfied.
#[Object]
impl WhatIfDecision {
    /// How the sign-in stands to all enforced policies together; `SATISFIED` where none applies.
    async fn standing(&self) -> Standing {
        self.0.decision.standing.into()
    }

    /// What the sign-in log would say; `null` where a missing fact would decide. What would interrupt is a failure until the user answers.
    async fn status(&self) -> Option<ConditionalAccessStatus> {
        self.0.decision.status.map(Into::into)
    }

    /// Enforced policies that apply and block. At most as many as the tenant has policies.
    async fn blocked_by(&self) -> Vec<WhatIfPolicy> {
        self.policies_at(&self.0.decision.blocked_by)
    }

    /// What may be unmet of enforced policies, in the order in which it is asked for; nothing where a policy blocks. At most one entry a control.
    async fn missing(&self) -> Vec<WhatIfMissing> {
        self.0.decision.missing.iter().map(|missing| WhatIfMissing { decision: self.clone(), missing: missing.clone() }).collect()
    }

    /// What holds for the session, from enforced policies that certainly apply.
    async fn session(&self) -> WhatIfSession {
        WhatIfSession::from(&self.0.decision.session)
    }

    /// Every policy of the tenant that is not deleted, by name.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn policies(
        &self,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
    ) -> Result<Connection<WhatIfPolicy>> {
        let places = (0..self.0.policies.len()).collect();
        Connection::slice(places, &args(first, after, last, before), |place| WhatIfPolicy { side: self.0.clone(), place })
    }
}

/// A control that is, or may be, unmet.
pub struct WhatIfMissing {
    decision: WhatIfDecision,
    missing: Missing,
}

/// A control that is, or may be, unmet.
#[Object]
impl WhatIfMissing {
    /// The control.
    async fn control(&self) -> RequiredControl {
        self.missing.control.into()
    }

    /// How the sign-in stands to it.
    async fn standing(&self) -> Standing {
        self.missing.standing.into()
    }

    /// Who asks for it. At most as many as the tenant has policies.
    async fn policies(&self) -> Vec<WhatIfPolicy> {
        self.decision.policies_at(&self.missing.policies)
    }
}

/// One policy of a decision.
pub struct WhatIfPolicy {
    side: Arc<WhatIfSide>,
    place: usize,
}

impl WhatIfPolicy {
    fn outcome(&self) -> &domain::evaluate::Outcome {
        &self.side.decision.outcomes[self.place]
    }
}

/// What one policy makes of the sign-in.
#[Object]
impl WhatIfPolicy {
    /// The policy as it is; `null` for one that the change would create.
    #[graphql(complexity = "2 + child_complexity")]
    async fn policy(&self, ctx: &Context<'_>) -> Nullable<Policy> {
        node::policy(scope(ctx), self.side.policies[self.place].id?).await
    }

    /// Its display name in this decision.
    async fn display_name(&self) -> &str {
        &self.side.policies[self.place].display_name
    }

    /// Its state in this decision; `null` for one that Causeway doesn't know.
    async fn state(&self) -> Option<PolicyState> {
        self.side.policies[self.place].state.map(Into::into)
    }

    /// Whether it applies. Disabled policies never do.
    async fn applies(&self) -> EvaluationAnswer {
        self.outcome().verdict.applies.into()
    }

    /// The clause that decides: the first that is not met; else the first that can't be told; else the one that includes the person.
    async fn decided_by(&self) -> WhatIfClause {
        WhatIfClause::from(&self.outcome().verdict.decided_by)
    }

    /// Every condition with the clause that decides it. At most one entry a condition, and one for each part that Causeway can't read.
    async fn conditions(&self) -> Vec<WhatIfClause> {
        self.outcome().verdict.conditions.iter().map(WhatIfClause::from).collect()
    }

    /// How the sign-in stands to what it asks for, as if it were enforced; `null` where it doesn't apply.
    async fn standing(&self) -> Option<Standing> {
        self.outcome().standing.map(Into::into)
    }

    /// What the sign-in log would say of it.
    async fn result(&self) -> AppliedPolicyResult {
        self.outcome().result.into()
    }
}

/// What a clause of a policy says of the sign-in.
#[derive(SimpleObject)]
pub struct WhatIfClause {
    /// The condition that it belongs to.
    condition: PolicyCondition,
    /// Whether the condition is met.
    met: EvaluationAnswer,
    /// How that came.
    reason: ClauseReason,
    /// Where it stands, in Graph's own names, such as `conditions.users.excludeGroups`.
    path: String,
    /// The entry of the list, or the rule, that decides: an object id in Entra, a keyword such as `All`; `null` where none does.
    entry: Option<String>,
}

impl From<&Clause> for WhatIfClause {
    fn from(clause: &Clause) -> Self {
        WhatIfClause {
            condition: clause.condition.into(),
            met: clause.met.into(),
            reason: clause.why.into(),
            path: clause.path.clone(),
            entry: clause.entry.clone(),
        }
    }
}

/// What holds for a session: of several policies the strictest.
#[derive(SimpleObject)]
pub struct WhatIfSession {
    /// One must sign in again every time.
    every_time: bool,
    /// One must sign in again after so many hours; `null` where no policy says so.
    sign_in_frequency_hours: Option<i32>,
    /// Whether the browser stays signed in; `null` where no policy says so.
    persistent_browser: Option<PersistentBrowserMode>,
    /// What Defender for Cloud Apps does; `null` where no policy says so.
    cloud_app_security: Option<CloudAppSecurityType>,
    /// Other session controls, as Graph names them. At most one entry a control.
    others: Vec<String>,
}

impl From<&SessionOutcome> for WhatIfSession {
    fn from(outcome: &SessionOutcome) -> Self {
        WhatIfSession {
            every_time: outcome.frequency == Some(Frequency::EveryTime),
            sign_in_frequency_hours: match outcome.frequency {
                Some(Frequency::Hours(hours)) => Some(i32::try_from(hours).unwrap_or(i32::MAX)),
                _ => None,
            },
            persistent_browser: outcome.persistent_browser.map(|mode| PersistentBrowserMode::read(mode.as_str())),
            cloud_app_security: outcome.cloud_app_security.as_deref().map(CloudAppSecurityType::read),
            others: outcome.others.iter().cloned().collect(),
        }
    }
}
