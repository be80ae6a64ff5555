//! Mutations on the optimization agent and its suggestions. None writes to Graph: what does is a change request.

use std::sync::Arc;

use app::{AcceptedAs, AcceptedSuggestion, Replay};
use async_graphql::{Context, Object, SimpleObject};

use crate::fault::Nullable;
use crate::input::agent::{
    AcceptSuggestionInput, DismissSuggestionInput, ReplayAgentRunInput, ReviewSuggestionInput, RunAgentInput, SetAgentSettingsInput,
    SnoozeSuggestionInput,
};
use crate::mutation::payload::{AgentPayload, AgentRunPayload, Payload, SuggestionPayload, settle};
use crate::scope::{Scope, scope};
use crate::types::agent::{Agent, AgentRun};
use crate::types::change::ChangeRequest;
use crate::types::rollout::Rollout;
use crate::types::suggestion::Suggestion;
use crate::user_error::{Refused, UserError};

/// Mutations on the optimization agent and its suggestions.
#[derive(Default)]
pub struct AgentMutations;

#[Object]
impl AgentMutations {
    /// Sets the agent of a tenant. Turned on, it runs at once and then every 24 hours, with the rights of the member who turned it on.
    #[graphql(complexity = "10 + child_complexity")]
    async fn set_agent_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant, and all settings.")] input: SetAgentSettingsInput,
    ) -> Nullable<AgentPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(Agent::new(scope.app.set_agent_settings(&scope.actor, command).await?))
        };
        settle(run.await)
    }

    /// Runs the agent over a tenant now, whether it is on or off, with the rights of the caller. Follow the run by its events.
    #[graphql(complexity = "20 + child_complexity")]
    async fn run_agent(&self, ctx: &Context<'_>, #[graphql(desc = "The tenant.")] input: RunAgentInput) -> Nullable<AgentRunPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(AgentRun::new(scope.app.run_agent(&scope.actor, command).await?))
        };
        settle(run.await)
    }

    /// Decides again from what a run stored, and compares. Changes nothing.
    #[graphql(complexity = "20 + child_complexity")]
    async fn replay_agent_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run.")] input: ReplayAgentRunInput,
    ) -> Nullable<ReplayAgentRunPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(scope.app.replay_agent_run(&scope.actor, command).await?)
        };
        settle(run.await)
    }

    /// Marks a suggestion as looked at, without accepting it.
    #[graphql(complexity = "10 + child_complexity")]
    async fn review_suggestion(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The suggestion.")] input: ReviewSuggestionInput,
    ) -> Nullable<SuggestionPayload> {
        let scope = scope(ctx);
        decide(scope, input.command(scope)).await
    }

    /// Drafts the next change that a suggestion proposes and plans it: to be approved and applied like any other. Where it proposes a phased rollout,
    /// that is planned with the proposed groups, for a person to move it on: who accepts has to be allowed `createRollout`, too; edit and start it
    /// next. Writes nothing to Graph. Once the last of its changes is applied, or the rollout is completed, the suggestion is `APPLIED`; a change that
    /// is cancelled, or a rollout that is cancelled or rolled back, opens it again.
    #[graphql(complexity = "20 + child_complexity")]
    async fn accept_suggestion(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The suggestion.")] input: AcceptSuggestionInput,
    ) -> Nullable<AcceptSuggestionPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(scope.app.accept_suggestion(&scope.actor, command).await?)
        };
        settle(run.await)
    }

    /// Takes a suggestion off the list for good: it comes back only with a ground that it has not now.
    #[graphql(complexity = "10 + child_complexity")]
    async fn dismiss_suggestion(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The suggestion, and why.")] input: DismissSuggestionInput,
    ) -> Nullable<SuggestionPayload> {
        let scope = scope(ctx);
        decide(scope, input.command(scope)).await
    }

    /// Takes a suggestion off the list for a while.
    #[graphql(complexity = "10 + child_complexity")]
    async fn snooze_suggestion(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The suggestion, and until when.")] input: SnoozeSuggestionInput,
    ) -> Nullable<SuggestionPayload> {
        let scope = scope(ctx);
        decide(scope, input.command(scope)).await
    }
}

async fn decide(scope: &Scope, command: Result<app::DecideSuggestion, Refused>) -> Nullable<SuggestionPayload> {
    let run = async { Ok(Suggestion::new(scope.app.decide_suggestion(&scope.actor, command?).await?)) };
    settle(run.await)
}

/// What became of accepting a suggestion.
#[derive(SimpleObject)]
pub struct AcceptSuggestionPayload {
    /// The suggestion as it is now; `null` when the mutation was refused.
    suggestion: Option<Suggestion>,
    /// The draft of its change, planned; `null` when it proposes a phased rollout, or the mutation was refused.
    change: Option<ChangeRequest>,
    /// The planned rollout; `null` unless it proposes one, or when the mutation was refused.
    rollout: Option<Rollout>,
    /// Why it was refused; empty when it was done. At most 100.
    user_errors: Vec<UserError>,
}

impl Payload for AcceptSuggestionPayload {
    type Noun = AcceptedSuggestion;

    fn done(accepted: AcceptedSuggestion) -> Self {
        let (change, rollout) = match accepted.way {
            AcceptedAs::Change(change) => (Some(ChangeRequest::full(Arc::from(change))), None),
            AcceptedAs::Rollout(view) => (None, Some(Rollout(Arc::from(view)))),
        };
        AcceptSuggestionPayload { suggestion: Some(Suggestion::new(accepted.suggestion)), change, rollout, user_errors: Vec::new() }
    }

    fn refused(error: UserError) -> Self {
        AcceptSuggestionPayload { suggestion: None, change: None, rollout: None, user_errors: vec![error] }
    }
}

/// What a replay gave.
#[derive(SimpleObject)]
pub struct ReplayAgentRunPayload {
    /// The run; `null` when the mutation was refused.
    agent_run: Option<AgentRun>,
    /// Whether the findings and what was left out are the same, word by word; `null` when the mutation was refused.
    same: Option<bool>,
    /// Findings of the replay; `null` when the mutation was refused.
    found: Option<u64>,
    /// Why it was refused; empty when it was done. At most 100.
    user_errors: Vec<UserError>,
}

impl Payload for ReplayAgentRunPayload {
    type Noun = Replay;

    fn done(replay: Replay) -> Self {
        ReplayAgentRunPayload {
            agent_run: Some(AgentRun::new(replay.run)),
            same: Some(replay.same),
            found: Some(replay.found),
            user_errors: Vec::new(),
        }
    }

    fn refused(error: UserError) -> Self {
        ReplayAgentRunPayload { agent_run: None, same: None, found: None, user_errors: vec![error] }
    }
}
