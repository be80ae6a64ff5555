//! `createBaseline`.

use domain::access::Operation;
use domain::baseline::{Baseline, MAX_BASELINES};
use domain::event::SubjectKind;
use domain::id::{AuditId, BaselineId};
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;

use super::event;
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

const LONGEST_NAME: usize = 256;
const LONGEST_DESCRIPTION: usize = 2_000;

/// `createBaseline`: an empty one.
#[derive(Clone, Debug, Serialize)]
pub struct CreateBaseline {
    /// Name: 1 to 256 characters, unique in the workspace ignoring case.
    pub name: String,
    /// What it is for; at most 2,000 characters.
    pub description: Option<String>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Adds an empty baseline.
    pub async fn create_baseline(&self, actor: &Actor, command: CreateBaseline) -> AppResult<Baseline> {
        let id = BaselineId(self.ids().uuid());
        let subject = Subject::new(SubjectKind::Baseline, id.0, None);
        let work = async {
            authorize(actor, Operation::CreateBaseline)?;
            let (name, description) = checked(&command)?;
            let once = Once::new(Operation::CreateBaseline, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            if let Claim::Replay(first) = self.claim(&tx, actor, &once, id.0).await? {
                return tx.baseline(actor.workspace_id, BaselineId(first)).await?.ok_or(AppError::NotFound);
            }
            let now = self.now();
            let baseline = Baseline {
                id,
                workspace_id: actor.workspace_id,
                name,
                description,
                policy_count: 0,
                created_at: now,
                updated_at: now,
                version: 1,
            };
            // The event's counter is one row of the workspace: twins wait here for each other, so that the limit holds.
            tx.append_events(actor.workspace_id, now, vec![event(actor, &baseline, "CREATED", json!({}))]).await?;
            if tx.baselines(actor.workspace_id).await?.len() >= MAX_BASELINES {
                return Err(AppError::invalid(&["input"], format!("a workspace has at most {MAX_BASELINES} baselines")));
            }
            tx.insert_baseline(&baseline).await.map_err(|error| match error.violates(store::constraint::BASELINE_NAME) {
                true => AppError::invalid(&["input", "name"], "there is a baseline of this name already"),
                false => error.into(),
            })?;
            let entry = subject.done(actor, Operation::CreateBaseline, json!({ "name": baseline.name }));
            tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(baseline)
        };
        self.audited(actor, Operation::CreateBaseline, subject, work).await
    }
}

fn checked(command: &CreateBaseline) -> AppResult<(String, Option<String>)> {
    let name = command.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(AppError::invalid(&["input", "name"], "a name has 1 to 256 characters, and no control characters"));
    }
    let description = command.description.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if description.is_some_and(|text| text.chars().count() > LONGEST_DESCRIPTION) {
        return Err(AppError::invalid(&["input", "description"], "a description has at most 2,000 characters"));
    }
    Ok((name.to_owned(), description.map(str::to_owned)))
}
