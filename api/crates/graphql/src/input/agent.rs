//! Inputs of mutations on the optimization agent and its suggestions.

use std::collections::BTreeSet;

use app::{AcceptSuggestion, DecideSuggestion, ReplayAgentRun, RunAgent, SetAgentSettings, SuggestionStep};
use async_graphql::{ID, InputObject};
use domain::agent::{AgentSettings, Instruction};
use domain::id::{AgentRunId, SuggestionId};
use uuid::Uuid;

use crate::enums::{AgentLimits, SuggestionKind, SuggestionStatus};
use crate::ids::Kind;
use crate::input::tenant::{guid, tenant};
use crate::scalars::DateTime;
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id};

/// The settings of a tenant's agent, all of them.
#[derive(InputObject)]
pub struct SetAgentSettingsInput {
    /// The tenant.
    tenant_id: ID,
    /// All settings: what is left out gets its default.
    settings: AgentSettingsInput,
    /// The agent's revision that the caller read; 0 where nobody set it so far.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

/// What members decide about the agent of a tenant.
#[derive(InputObject)]
pub struct AgentSettingsInput {
    /// Whether it runs every 24 hours. Who turns it on lends it its rights.
    enabled: bool,
    /// Whether phased rollouts are suggested.
    #[graphql(default = true)]
    phased_rollout: bool,
    /// Whether a run may create the report-only policies that it suggests, through the gate.
    #[graphql(default = false)]
    may_create_report_only: bool,
    /// Rules to switch off.
    rules_off: Option<Vec<SuggestionKind>>,
    /// Users who are never looked at, object ids in Entra, at most 200.
    left_out_users: Option<Vec<ID>>,
    /// Groups whose members are never looked at, object ids in Entra, at most 200.
    left_out_groups: Option<Vec<ID>>,
    /// Applications that are never looked at, application ids, at most 200.
    left_out_applications: Option<Vec<ID>>,
    /// How new policies are called: `{title}` and, if wished, `{kind}` are put in; at most 100 characters.
    naming_pattern: Option<String>,
    /// What else holds, at most 20.
    instructions: Option<Vec<AgentInstructionInput>>,
    /// How much a run looks at; `CURRENT` unless given.
    limits: Option<AgentLimits>,
}

/// Whom policies of some kinds exclude.
#[derive(InputObject)]
pub struct AgentInstructionInput {
    /// Kinds of suggestion that it is about; all unless given.
    kinds: Option<Vec<SuggestionKind>>,
    /// Users that policies of these kinds exclude, object ids in Entra, at most 200.
    exclude_users: Option<Vec<ID>>,
    /// Groups that policies of these kinds exclude, object ids in Entra, at most 200.
    exclude_groups: Option<Vec<ID>>,
    /// Why, at most 500 characters.
    note: Option<String>,
}

impl SetAgentSettingsInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<SetAgentSettings, Refused> {
        Ok(SetAgentSettings {
            tenant_id: tenant(scope, &self.tenant_id, "tenantId")?,
            settings: self.settings.settings()?,
            expected_revision: self.expected_revision,
            idempotency_key: self.idempotency_key,
        })
    }
}

impl AgentSettingsInput {
    fn settings(self) -> Result<AgentSettings, Refused> {
        let defaults = AgentSettings::default();
        let apps = guids(self.left_out_applications, "leftOutApplications")?;
        let instructions: Result<Vec<Instruction>, Refused> =
            self.instructions.unwrap_or_default().into_iter().map(AgentInstructionInput::instruction).collect();
        Ok(AgentSettings {
            enabled: self.enabled,
            phased_rollout: self.phased_rollout,
            may_create_report_only: self.may_create_report_only,
            rules_off: self.rules_off.unwrap_or_default().into_iter().map(Into::into).collect(),
            left_out_users: guids(self.left_out_users, "leftOutUsers")?,
            left_out_groups: guids(self.left_out_groups, "leftOutGroups")?,
            left_out_applications: apps.iter().map(Uuid::to_string).collect(),
            naming_pattern: self.naming_pattern.unwrap_or(defaults.naming_pattern),
            instructions: instructions?,
            limits: self.limits.map_or(defaults.limits, Into::into),
        })
    }
}

impl AgentInstructionInput {
    fn instruction(self) -> Result<Instruction, Refused> {
        Ok(Instruction {
            kinds: self.kinds.unwrap_or_default().into_iter().map(Into::into).collect(),
            exclude_users: guids(self.exclude_users, "instructions")?,
            exclude_groups: guids(self.exclude_groups, "instructions")?,
            note: self.note.unwrap_or_default(),
        })
    }
}

fn guids(ids: Option<Vec<ID>>, field: &str) -> Result<BTreeSet<Uuid>, Refused> {
    let ids = ids.unwrap_or_default();
    ids.iter().enumerate().map(|(at, id)| guid(id, &["input", "settings", field, &at.to_string()])).collect()
}

/// A tenant whose agent is to run.
#[derive(InputObject)]
pub struct RunAgentInput {
    /// The tenant.
    tenant_id: ID,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl RunAgentInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<RunAgent, Refused> {
        Ok(RunAgent { tenant_id: tenant(scope, &self.tenant_id, "tenantId")?, idempotency_key: self.idempotency_key })
    }
}

/// A run to decide again.
#[derive(InputObject)]
pub struct ReplayAgentRunInput {
    /// The run.
    id: ID,
}

impl ReplayAgentRunInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<ReplayAgentRun, Refused> {
        let id = scope.ids.key(&self.id, Kind::AgentRun).map(AgentRunId).map_err(|error| bad_id(error, "id"))?;
        Ok(ReplayAgentRun { id })
    }
}

/// A suggestion that was looked at.
#[derive(InputObject)]
pub struct ReviewSuggestionInput {
    /// The suggestion.
    id: ID,
    /// The suggestion's revision that the caller read.
    expected_revision: i64,
    /// What others should know, at most 2,000 characters.
    note: Option<String>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

/// A suggestion that is not wanted.
#[derive(InputObject)]
pub struct DismissSuggestionInput {
    /// The suggestion.
    id: ID,
    /// The suggestion's revision that the caller read.
    expected_revision: i64,
    /// Why, at most 2,000 characters.
    reason: String,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

/// A suggestion that is to stay away for a while.
#[derive(InputObject)]
pub struct SnoozeSuggestionInput {
    /// The suggestion.
    id: ID,
    /// The suggestion's revision that the caller read.
    expected_revision: i64,
    /// Until when: at least an hour, at most 90 days away; 14 days unless given. The first run after it brings the suggestion back.
    until: Option<DateTime>,
    /// What others should know, at most 2,000 characters.
    note: Option<String>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

/// A suggestion whose next change is to be drafted.
#[derive(InputObject)]
pub struct AcceptSuggestionInput {
    /// The suggestion.
    id: ID,
    /// The suggestion's revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ReviewSuggestionInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<DecideSuggestion, Refused> {
        let (id, step) = (suggestion(scope, &self.id)?, SuggestionStep::Review);
        Ok(DecideSuggestion { id, expected_revision: self.expected_revision, step, note: self.note, idempotency_key: self.idempotency_key })
    }
}

impl DismissSuggestionInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<DecideSuggestion, Refused> {
        let (id, step, note) = (suggestion(scope, &self.id)?, SuggestionStep::Dismiss, Some(self.reason));
        Ok(DecideSuggestion { id, expected_revision: self.expected_revision, step, note, idempotency_key: self.idempotency_key })
    }
}

impl SnoozeSuggestionInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<DecideSuggestion, Refused> {
        let (id, step) = (suggestion(scope, &self.id)?, SuggestionStep::Snooze(self.until.map(|until| until.0)));
        Ok(DecideSuggestion { id, expected_revision: self.expected_revision, step, note: self.note, idempotency_key: self.idempotency_key })
    }
}

impl AcceptSuggestionInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<AcceptSuggestion, Refused> {
        let id = suggestion(scope, &self.id)?;
        Ok(AcceptSuggestion { id, expected_revision: self.expected_revision, idempotency_key: self.idempotency_key })
    }
}

fn suggestion(scope: &Scope, id: &ID) -> Result<SuggestionId, Refused> {
    scope.ids.key(id, Kind::Suggestion).map(SuggestionId).map_err(|error| bad_id(error, "id"))
}

/// Which suggestions are shown. All that is given must hold.
#[derive(InputObject, Default)]
pub struct SuggestionWhere {
    /// Of this tenant.
    tenant_id: Option<ID>,
    /// In one of these statuses.
    status: Option<Vec<SuggestionStatus>>,
    /// Of one of these kinds.
    kind: Option<Vec<SuggestionKind>>,
}

impl SuggestionWhere {
    /// With ids decoded; `None` when it can find nothing.
    pub fn resolve(self, scope: &Scope) -> Option<app::SuggestionFilter> {
        let tenant_id = match &self.tenant_id {
            Some(id) => Some(domain::id::TenantId(scope.ids.key(id, Kind::Tenant).ok()?)),
            None => None,
        };
        Some(app::SuggestionFilter {
            tenant_id,
            statuses: self.status.unwrap_or_default().into_iter().map(Into::into).collect(),
            kinds: self.kind.unwrap_or_default().into_iter().map(Into::into).collect(),
        })
    }
}
