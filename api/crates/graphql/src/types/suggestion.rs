//! Suggestions of the optimization agent.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::agent::{Condition, Proposal, Step};
use domain::id::SuggestionId;

use crate::connection::Connection;
use crate::enums::{ChangeKind, SuggestionKind, SuggestionStatus};
use crate::fault::{Nullable, fault};
use crate::ids::Kind;
use crate::paging::PageArgs;
use crate::scalars::{DateTime, Json};
use crate::scope::{Scope, ids, scope};
use crate::types::agent::{AgentRun, agent_run};
use crate::types::change::ChangeRequest;
use crate::types::node::policy;
use crate::types::policy::Policy;
use crate::types::rollout::{Rollout, rollout};
use crate::types::tenant::{Tenant, tenant};
use crate::types::user::{User, user_of};

/// A suggestion.
pub struct Suggestion(Arc<domain::agent::Suggestion>);

impl Suggestion {
    /// From a row.
    pub fn new(row: domain::agent::Suggestion) -> Self {
        Suggestion(Arc::new(row))
    }
}

/// Loads a suggestion by id.
pub async fn suggestion(scope: &Scope, id: SuggestionId) -> Nullable<Suggestion> {
    scope.loader.load_one(id).await.transpose().map(|found| found.map(Suggestion))
}

/// A page of suggestions.
pub async fn suggestions(scope: &Scope, filter: &app::SuggestionFilter, page: &PageArgs, count: bool) -> Result<Connection<Suggestion>> {
    let found = scope.app.suggestions(&scope.actor, filter, &page.request()?).await.map_err(fault)?;
    let total = match count {
        true => Some(scope.app.count_suggestions(&scope.actor, filter).await.map_err(fault)),
        false => None,
    };
    Ok(Connection::of(found, total, |row| Suggestion(Arc::new(row))))
}

/// What the optimization agent suggests for a tenant. One rule and subject is one suggestion: later runs update it, resolve it or bring it back, and never
/// repeat it.
#[Object]
impl Suggestion {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::Suggestion, self.0.id.0)
    }

    /// The tenant.
    async fn tenant(&self, ctx: &Context<'_>) -> Nullable<Tenant> {
        tenant(scope(ctx), self.0.tenant_id).await
    }

    /// What it is about.
    async fn kind(&self) -> SuggestionKind {
        self.0.finding.kind.into()
    }

    /// What the agent proposes, in the words of Microsoft's agent where it has words for it, such as "Suggested phased rollout".
    async fn action(&self) -> &'static str {
        self.0.finding.action()
    }

    /// Where it stands.
    async fn status(&self) -> SuggestionStatus {
        self.0.status.into()
    }

    /// A short title.
    async fn title(&self) -> &str {
        &self.0.finding.title
    }

    /// Why, in plain sentences; at most 20.
    async fn reasoning(&self) -> &[String] {
        &self.0.finding.reasoning
    }

    /// Grounds by fixed words, such as `UNCOVERED_USERS`: a dismissed suggestion comes back only with a new one. Expect new values.
    async fn grounds(&self) -> Vec<&String> {
        self.0.finding.grounds.iter().collect()
    }

    /// What led to it.
    async fn evidence(&self) -> SuggestionEvidence {
        SuggestionEvidence(Arc::clone(&self.0))
    }

    /// The changes that it proposes, one after the other, at most 10: accepting it drafts the next one. Empty where there is nothing to change,
    /// or a phased rollout is proposed.
    async fn steps(&self) -> Vec<SuggestionStep> {
        let done = self.0.steps_done as usize;
        self.0.finding.steps().iter().enumerate().map(|(at, step)| SuggestionStep { step: step.clone(), done: at < done }).collect()
    }

    /// What makes the policy eligible for a phased rollout, at most 10; `null` where none is proposed.
    async fn rollout_eligibility(&self) -> Option<Vec<RolloutCondition>> {
        match &self.0.finding.proposal {
            Proposal::Rollout { eligibility, .. } => Some(eligibility.iter().map(RolloutCondition::from).collect()),
            Proposal::Changes { .. } | Proposal::Review => None,
        }
    }

    /// The change of the step that is on its way, or of the last one; `null` before it was accepted.
    async fn change(&self) -> Option<ChangeRequest> {
        self.0.change_id.map(ChangeRequest::named)
    }

    /// The phased rollout that carries it out, or the last one that did: created by accepting it, or by a member for its policy while it was open. `null`
    /// before, and where it proposes none.
    #[graphql(complexity = "2 + child_complexity")]
    async fn rollout(&self, ctx: &Context<'_>) -> Nullable<Rollout> {
        rollout(scope(ctx), self.0.rollout_id?).await
    }

    /// Why it was dismissed, or what was noted at the last step.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// Until when it stays away; `null` unless it is snoozed.
    async fn snoozed_until(&self) -> Option<DateTime> {
        self.0.snoozed_until.map(DateTime)
    }

    /// Who took the last step on it.
    async fn decided_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user_of(scope(ctx), self.0.decided_by).await
    }

    /// When that was.
    async fn decided_at(&self) -> Option<DateTime> {
        self.0.decided_at.map(DateTime)
    }

    /// The run that found it first.
    #[graphql(complexity = "2 + child_complexity")]
    async fn first_run(&self, ctx: &Context<'_>) -> Nullable<AgentRun> {
        agent_run(scope(ctx), self.0.first_run).await
    }

    /// The newest run that found it.
    #[graphql(complexity = "2 + child_complexity")]
    async fn last_run(&self, ctx: &Context<'_>) -> Nullable<AgentRun> {
        agent_run(scope(ctx), self.0.last_run).await
    }

    /// When it was found first.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Raised by every change; what `expectedRevision` is compared with.
    async fn revision(&self) -> i64 {
        self.0.revision
    }
}

/// The evidence of a suggestion.
pub struct SuggestionEvidence(Arc<domain::agent::Suggestion>);

/// What led to a suggestion, as of the newest run that found it.
#[Object]
impl SuggestionEvidence {
    /// Users in all.
    async fn user_count(&self) -> u64 {
        self.0.finding.evidence.user_count
    }

    /// Those with the most sign-ins, at most 100.
    #[graphql(complexity = "20 + 10 * child_complexity")]
    async fn users(&self) -> Vec<SuggestionUser> {
        let user = |user: &domain::agent::UserFacts| SuggestionUser {
            object_id: user.id.to_string(),
            display_name: user.name.clone(),
            sign_ins: user.sign_ins,
            excluded_by: user.excluded_by.clone(),
        };
        self.0.finding.evidence.users.iter().map(user).collect()
    }

    /// Applications in all.
    async fn application_count(&self) -> u64 {
        self.0.finding.evidence.app_count
    }

    /// Those with the most sign-ins, at most 50.
    #[graphql(complexity = "10 + 5 * child_complexity")]
    async fn applications(&self) -> Vec<SuggestionApplication> {
        let app = |app: &domain::agent::AppFacts| SuggestionApplication {
            app_id: app.id.clone(),
            display_name: app.name.clone(),
            sign_ins: app.sign_ins,
        };
        self.0.finding.evidence.apps.iter().map(app).collect()
    }

    /// Sign-ins of the last seven days that it is about.
    async fn sign_ins(&self) -> u64 {
        self.0.finding.evidence.sign_ins
    }

    /// Policies that it is about, at most 10; those that are gone are left out.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn policies(&self, ctx: &Context<'_>) -> Result<Vec<Policy>> {
        let scope = scope(ctx);
        let mut found = Vec::new();
        for id in &self.0.finding.evidence.policies {
            if let Some(policy) = policy(scope, *id).await {
                found.push(policy?);
            }
        }
        Ok(found)
    }
}

/// A user in the evidence.
#[derive(SimpleObject)]
pub struct SuggestionUser {
    /// Object id in Entra. Not an id of this API.
    object_id: String,
    /// Display name.
    display_name: String,
    /// Sign-ins in the last seven days.
    sign_ins: u64,
    /// Policies that would cover the user and exclude it, with the list that does; at most 5.
    excluded_by: Vec<String>,
}

/// An application in the evidence.
#[derive(SimpleObject)]
pub struct SuggestionApplication {
    /// Application (client) id in Entra. Not an id of this API.
    app_id: String,
    /// Its name in the log.
    display_name: String,
    /// Sign-ins in the last seven days.
    sign_ins: u64,
}

/// One change that a suggestion proposes.
pub struct SuggestionStep {
    step: Step,
    done: bool,
}

/// One change that a suggestion proposes.
#[Object]
impl SuggestionStep {
    /// The kind of change.
    async fn kind(&self) -> ChangeKind {
        self.step.payload.kind().into()
    }

    /// The policy; `null` where it is created.
    async fn policy(&self, ctx: &Context<'_>) -> Nullable<Policy> {
        policy(scope(ctx), self.step.policy_id?).await
    }

    /// For a person.
    async fn text(&self) -> &str {
        &self.step.text
    }

    /// What is intended, as JSON; what `createChange` takes as `json`.
    async fn payload_json(&self) -> Result<Json> {
        let text = serde_json::to_string(&self.step.payload);
        text.map(Json::verbatim).map_err(|error| fault(app::error::AppError::Internal(error.into())))
    }

    /// Whether it is applied.
    async fn done(&self) -> bool {
        self.done
    }
}

/// One condition of the eligibility for a phased rollout.
#[derive(SimpleObject)]
pub struct RolloutCondition {
    /// A fixed word, such as `FIVE_GROUPS`. Expect new values.
    code: String,
    /// For a person.
    text: String,
    /// Whether it holds.
    met: bool,
}

impl From<&Condition> for RolloutCondition {
    fn from(condition: &Condition) -> Self {
        RolloutCondition { code: condition.code.clone(), text: condition.text.clone(), met: condition.met }
    }
}
