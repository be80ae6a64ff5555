//! `replayAgentRun`: the rules again, over the stored input of a run.

use domain::access::Operation;
use domain::agent::{AgentRun, suggest};
use domain::event::SubjectKind;
use domain::id::{AgentRunId, AuditId};
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;

use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::error::{AppError, AppResult};

/// `replayAgentRun`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ReplayAgentRun {
    /// The run.
    pub id: AgentRunId,
}

/// What a replay gave. It writes no suggestion.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The run.
    pub run: AgentRun,
    /// Whether the findings and what was left out are the same, word by word.
    pub same: bool,
    /// Findings of the replay.
    pub found: u64,
}

impl App {
    /// Decides again from the stored input. Another result means that the rules are another version's.
    pub async fn replay_agent_run(&self, actor: &Actor, command: ReplayAgentRun) -> AppResult<Replay> {
        let subject = Subject::new(SubjectKind::AgentRun, command.id.0, None);
        let work = async {
            authorize(actor, Operation::ReplayAgentRun)?;
            let run = self.store().reader().agent_run(actor.workspace_id, command.id).await?.ok_or(AppError::NotFound)?;
            in_scope(actor, run.tenant_id)?;
            let Some(input) = self.stored_input(actor, run.id).await? else {
                return Err(AppError::invalid(&["input", "id"], "the run stored no input that this version reads: run the agent again"));
            };
            let analysis = suggest(&input);
            let same = run.summary.as_ref().is_some_and(|summary| summary.digest == analysis.digest());
            let subject = Subject::new(SubjectKind::AgentRun, run.id.0, Some(run.tenant_id));
            let entry = subject.done(actor, Operation::ReplayAgentRun, json!({ "same": same }));
            let tx = self.store().write().await?;
            tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), self.now(), entry).await?;
            tx.commit().await?;
            Ok(Replay { run, same, found: analysis.findings.len() as u64 })
        };
        self.audited(actor, Operation::ReplayAgentRun, subject, work).await
    }
}
