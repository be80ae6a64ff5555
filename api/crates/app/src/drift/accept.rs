//! `acceptDrift`: somebody takes responsibility for a deviation, until a date.

use chrono::{DateTime, Utc};
use domain::access::Operation;
use domain::drift::Drift;
use domain::drift::accept::{AcceptError, accept};
use domain::event::{EventKind, SubjectKind};
use domain::id::{AuditId, DriftId};
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;
use store::WriteTx;

use super::events::event;
use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// `acceptDrift`.
#[derive(Clone, Debug, Serialize)]
pub struct AcceptDrift {
    /// The item.
    pub id: DriftId,
    /// Why, 1 to 2,000 characters.
    pub reason: String,
    /// Until when: in the future, at most a year away.
    pub until: DateTime<Utc>,
    /// The revision the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Accepts an item, or prolongs its acceptance. It is open again when the acceptance ends.
    pub async fn accept_drift(&self, actor: &Actor, command: AcceptDrift) -> AppResult<Drift> {
        let subject = Subject::new(SubjectKind::Drift, command.id.0, None);
        let work = async {
            authorize(actor, Operation::AcceptDrift)?;
            let once = Once::new(Operation::AcceptDrift, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            let drift = load_drift(&tx, actor, command.id).await?;
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, command.id.0).await? {
                return Ok(drift);
            }
            expect_revision(&drift, command.expected_revision)?;
            let now = self.now();
            let accepted = accept(drift, actor.member_id, &command.reason, command.until, now).map_err(refused)?;
            let facts = json!({ "reason": accepted.acceptance.as_ref().map(|acceptance| &acceptance.reason), "until": command.until });
            let saved = tx.update_drift(&accepted).await?;
            let event = event(&saved, EventKind::DriftAccepted, Some(actor.member_id), facts.clone());
            tx.append_events(actor.workspace_id, now, vec![event]).await?;
            let subject = Subject::new(SubjectKind::Drift, saved.id.0, Some(saved.tenant_id));
            let entry = subject.done(actor, Operation::AcceptDrift, facts);
            tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(saved)
        };
        self.audited(actor, Operation::AcceptDrift, subject, work).await
    }
}

fn refused(error: AcceptError) -> AppError {
    let field = match error {
        AcceptError::Closed => "id",
        AcceptError::Reason => "reason",
        AcceptError::Until => "until",
    };
    AppError::invalid(&["input", field], error.to_string())
}

/// The item, unless it is not the actor's to see.
pub(super) async fn load_drift(tx: &WriteTx, actor: &Actor, id: DriftId) -> AppResult<Drift> {
    let drift = tx.drift(actor.workspace_id, id).await?.ok_or(AppError::NotFound)?;
    in_scope(actor, drift.tenant_id)?;
    Ok(drift)
}

pub(super) fn expect_revision(drift: &Drift, expected: i64) -> AppResult<()> {
    if drift.version == expected { Ok(()) } else { Err(AppError::StaleRevision { expected, current: drift.version }) }
}
