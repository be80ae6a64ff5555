//! `reviewEmergency`: another person looks at what an owner loosened in an emergency.

use domain::access::Operation;
use domain::change::emergency::review;
use domain::change::request::ChangeRequest;
use domain::id::ChangeId;
use domain::workspace::Actor;
use serde::Serialize;

use super::approval::{persons, required_text};
use crate::App;
use crate::changes::step::Step;
use crate::command::IdempotencyKey;
use crate::error::AppResult;

/// `reviewEmergency`.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewEmergency {
    /// The change.
    pub id: ChangeId,
    /// What the reviewer says: 1 to 2,000 characters.
    pub comment: String,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Closes the review of an emergency. Not open to the person who declared it.
    pub async fn review_emergency(&self, actor: &Actor, command: ReviewEmergency) -> AppResult<ChangeRequest> {
        let step = Step {
            operation: Operation::ReviewEmergency,
            id: command.id,
            // What is reviewed does not move: nobody edits an emergency.
            expected_revision: None,
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.step(actor, step, async |tx, change| {
            let comment = required_text(&command.comment, "comment")?;
            let persons = persons(tx, actor, &change).await?;
            Ok(review(change, actor.member_id, comment, &persons, self.now())?)
        })
        .await
    }
}
