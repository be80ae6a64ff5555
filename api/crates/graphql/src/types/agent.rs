//! The optimization agent of a tenant, and its runs.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::agent::{AgentSettings as Settings, Instruction};
use domain::id::{AgentRunId, TenantId};

use crate::connection::Connection;
use crate::enums::{AgentLimits, AgentRunStatus, AgentRunTrigger, AgentSkipReason, SuggestionKind};
use crate::fault::{Nullable, fault};
use crate::ids::Kind;
use crate::paging::PageArgs;
use crate::scalars::DateTime;
use crate::scope::{Scope, ids, scope};
use crate::types::tenant::{Tenant, tenant};
use crate::types::user::{User, user_of};

/// The agent of a tenant.
pub struct Agent(domain::agent::Agent);

impl Agent {
    /// From a row.
    pub fn new(row: domain::agent::Agent) -> Self {
        Agent(row)
    }
}

/// The agent of a tenant as it is now.
pub async fn agent(scope: &Scope, tenant: TenantId) -> Nullable<Agent> {
    Some(scope.app.agent(&scope.actor, tenant).await.map(Agent).map_err(fault))
}

/// A page of a tenant's runs.
pub async fn runs_of_tenant(scope: &Scope, tenant: TenantId, page: &PageArgs, count: bool) -> Result<Connection<AgentRun>> {
    let found = scope.app.agent_runs(&scope.actor, tenant, &page.request()?).await.map_err(fault)?;
    let total = match count {
        true => Some(scope.app.count_agent_runs(&scope.actor, tenant).await.map_err(fault)),
        false => None,
    };
    Ok(Connection::of(found, total, |row| AgentRun(Arc::new(row))))
}

/// Loads a run by id.
pub async fn agent_run(scope: &Scope, id: AgentRunId) -> Nullable<AgentRun> {
    scope.loader.load_one(id).await.transpose().map(|found| found.map(AgentRun))
}

/// The optimization agent of a tenant: deterministic rules that look at policies, people and sign-ins every 24 hours, and suggest. It never changes an
/// enforced policy by itself.
#[Object]
impl Agent {
    /// What members decided about it.
    async fn settings(&self) -> AgentSettings {
        AgentSettings(self.0.settings.clone())
    }

    /// Who turned it on: scheduled runs have this member's rights, asked again at each run. `null` while it is off.
    async fn turned_on_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user_of(scope(ctx), self.0.turned_on_by).await
    }

    /// When the next scheduled run is due; `null` while it is off.
    async fn next_run_at(&self) -> Option<DateTime> {
        self.0.next_run_at.map(DateTime)
    }

    /// The newest run that completed.
    #[graphql(complexity = "2 + child_complexity")]
    async fn last_run(&self, ctx: &Context<'_>) -> Nullable<AgentRun> {
        agent_run(scope(ctx), self.0.last_run?).await
    }

    /// Raised by every change of the settings; what `expectedRevision` is compared with. 0 where nobody set it so far.
    async fn revision(&self) -> i64 {
        self.0.revision
    }
}

/// Settings of an agent.
pub struct AgentSettings(Settings);

/// What members decided about the agent of a tenant.
#[Object]
impl AgentSettings {
    /// Whether it runs every 24 hours.
    async fn enabled(&self) -> bool {
        self.0.enabled
    }

    /// Whether phased rollouts are suggested.
    async fn phased_rollout(&self) -> bool {
        self.0.phased_rollout
    }

    /// Whether a run may create the report-only policies that it suggests, through the gate; otherwise a member accepts first.
    async fn may_create_report_only(&self) -> bool {
        self.0.may_create_report_only
    }

    /// Rules that are off.
    async fn rules_off(&self) -> Vec<SuggestionKind> {
        self.0.rules_off.iter().copied().map(Into::into).collect()
    }

    /// Users who are never looked at, by object id in Entra; at most 200.
    async fn left_out_users(&self) -> Vec<String> {
        self.0.left_out_users.iter().map(ToString::to_string).collect()
    }

    /// Groups whose members are never looked at, by object id in Entra; at most 200.
    async fn left_out_groups(&self) -> Vec<String> {
        self.0.left_out_groups.iter().map(ToString::to_string).collect()
    }

    /// Applications that are never looked at, by application id; at most 200.
    async fn left_out_applications(&self) -> Vec<String> {
        self.0.left_out_applications.iter().cloned().collect()
    }

    /// How new policies are called: `{title}` and, if wished, `{kind}` are put in.
    async fn naming_pattern(&self) -> &str {
        &self.0.naming_pattern
    }

    /// What else holds, at most 20.
    async fn instructions(&self) -> Vec<AgentInstruction> {
        self.0.instructions.iter().map(AgentInstruction::from).collect()
    }

    /// How much a run looks at.
    async fn limits(&self) -> AgentLimits {
        self.0.limits.into()
    }
}

/// Whom policies of some kinds exclude.
#[derive(SimpleObject)]
pub struct AgentInstruction {
    /// Kinds of suggestion that it is about; none: all.
    kinds: Vec<SuggestionKind>,
    /// Users that policies of these kinds exclude, by object id in Entra; at most 200.
    exclude_users: Vec<String>,
    /// Groups that policies of these kinds exclude, by object id in Entra; at most 200.
    exclude_groups: Vec<String>,
    /// Why.
    note: String,
}

impl From<&Instruction> for AgentInstruction {
    fn from(instruction: &Instruction) -> Self {
        AgentInstruction {
            kinds: instruction.kinds.iter().copied().map(Into::into).collect(),
            exclude_users: instruction.exclude_users.iter().map(ToString::to_string).collect(),
            exclude_groups: instruction.exclude_groups.iter().map(ToString::to_string).collect(),
            note: instruction.note.clone(),
        }
    }
}

/// A run.
pub struct AgentRun(Arc<domain::agent::AgentRun>);

impl AgentRun {
    /// From a row.
    pub fn new(row: domain::agent::AgentRun) -> Self {
        AgentRun(Arc::new(row))
    }
}

/// One run of the agent over a tenant: what it looked at, found and left out.
#[Object]
impl AgentRun {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::AgentRun, self.0.id.0)
    }

    /// The tenant.
    async fn tenant(&self, ctx: &Context<'_>) -> Nullable<Tenant> {
        tenant(scope(ctx), self.0.tenant_id).await
    }

    /// Where it stands.
    async fn status(&self) -> AgentRunStatus {
        self.0.status.into()
    }

    /// What began it.
    async fn trigger(&self) -> AgentRunTrigger {
        self.0.trigger.into()
    }

    /// Whose rights it has.
    async fn as_member(&self, ctx: &Context<'_>) -> Nullable<User> {
        user_of(scope(ctx), Some(self.0.as_member)).await
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it ended.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(DateTime)
    }

    /// What it looked at, found and left out; `null` unless it completed.
    async fn summary(&self) -> Option<AgentRunSummary> {
        self.0.summary.as_ref().map(AgentRunSummary::from)
    }

    /// Why it gave up.
    async fn failure(&self) -> Option<AgentRunFailure> {
        let failure = self.0.failure.clone()?;
        Some(AgentRunFailure { code: failure.code, message: failure.message })
    }
}

/// Why a run gave up.
#[derive(SimpleObject)]
pub struct AgentRunFailure {
    /// `MEMBER_NOT_ALLOWED`, `NOT_MEASURABLE` or `INTERNAL`. Expect new values.
    code: String,
    /// For a person: what to do.
    message: String,
}

/// What a run looked at, found and left out.
#[derive(SimpleObject)]
pub struct AgentRunSummary {
    /// Policies that are on or in report-only mode.
    policies: u64,
    /// Users who were looked at.
    users: u64,
    /// Sign-ins of the last seven days.
    sign_ins: u64,
    /// New users since the run before.
    new_users: u64,
    /// New applications since the run before.
    new_applications: u64,
    /// Similar pairs of policies that were looked at.
    pairs: u64,
    /// Findings.
    found: u64,
    /// Suggestions that it made.
    created: u64,
    /// Suggestions that it found again with other evidence.
    updated: u64,
    /// Suggestions that it found again as they were.
    unchanged: u64,
    /// Suggestions that are back on the list.
    reopened: u64,
    /// Suggestions that it found no more.
    superseded: u64,
    /// What was left out, with the reason; at most 200.
    skipped: Vec<AgentSkip>,
    /// What became of the report-only policies that the run was to create by itself, a sentence each; at most 20.
    created_policies: Vec<String>,
}

impl From<&domain::agent::RunSummary> for AgentRunSummary {
    fn from(summary: &domain::agent::RunSummary) -> Self {
        let skip =
            |skip: &domain::agent::Skipped| AgentSkip { kind: skip.kind.into(), reason: skip.reason.into(), text: skip.text.clone() };
        AgentRunSummary {
            policies: summary.policies,
            users: summary.users,
            sign_ins: summary.sign_ins,
            new_users: summary.new_users,
            new_applications: summary.new_applications,
            pairs: summary.pairs,
            found: summary.found,
            created: summary.created,
            updated: summary.updated,
            unchanged: summary.unchanged,
            reopened: summary.reopened,
            superseded: summary.superseded,
            skipped: summary.skipped.iter().map(skip).collect(),
            created_policies: summary.created_policies.clone(),
        }
    }
}

/// A rule, or one of its findings, that was left out.
#[derive(SimpleObject)]
pub struct AgentSkip {
    /// The rule.
    kind: SuggestionKind,
    /// Why.
    reason: AgentSkipReason,
    /// For a person.
    text: String,
}
