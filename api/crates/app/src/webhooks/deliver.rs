//! Delivery of a webhook's messages: one job for each webhook that is behind, over in [`TURN`] or when nothing waits.
//!
//! Its place is written after each answer, so a process that dies repeats one message at the most. A message that is not accepted ends the job; the
//! webhook is due again at [`domain::webhook::WebhookPlace::next_try_at`], and `runner::webhooks` sees that, in whichever process.

use std::time::Duration;

use chrono::{DateTime, Utc};
use courier::Failure;
use domain::audit::{AuditOutcome, NewAuditEntry};
use domain::event::{Event, EventKind, SubjectKind};
use domain::id::AuditId;
use domain::webhook::{Refused, Webhook, WebhookAttempt, WebhookOff, WebhookPlace};
use serde_json::json;
use store::{EventFilter, Job, StoreError};
use tokio::time::Instant;

use super::{WebhookMessage, webhook_event};
use crate::App;
use crate::runner::jobs::WebhookPayload;
use crate::runner::{JobEnd, JobError};

/// Events read from the log at a time.
const BATCH: usize = 50;

/// How long a job delivers before others get the worker.
const TURN: Duration = Duration::from_secs(20);

/// What became of one message.
enum Delivered {
    Accepted,
    Refused,
    /// A member changed or deleted the webhook meanwhile: what this attempt found out is not kept.
    Overtaken,
}

pub(crate) async fn run(app: &App, job: &Job) -> Result<JobEnd, JobError> {
    let WebhookPayload { webhook_id } = JobError::decode(job)?;
    let begun = Instant::now();
    let reader = app.store().reader();
    while begun.elapsed() < TURN {
        let Some(mut webhook) = reader.webhook(job.workspace_id, webhook_id).await? else { return Ok(JobEnd::Done) };
        let early = webhook.place.next_try_at.is_some_and(|at| app.now() < at);
        if webhook.off.is_some() || early {
            return Ok(JobEnd::Done);
        }
        // The head first: what is read after it holds everything up to there.
        let head = reader.event_head(webhook.workspace_id).await?;
        let waiting = match waiting(app, &webhook, BATCH).await {
            // One of them can't be read: those before it can.
            Err(StoreError::Corrupt { .. }) => waiting(app, &webhook, 1).await?,
            other => other?,
        };
        if waiting.is_empty() {
            return pass_over(app, job, &webhook, head).await;
        }
        for next in waiting {
            match next.deliver(app, job, &mut webhook).await? {
                Delivered::Accepted if begun.elapsed() < TURN => {}
                Delivered::Refused => return Ok(JobEnd::Done),
                Delivered::Accepted | Delivered::Overtaken => break,
            }
        }
    }
    Ok(JobEnd::Done)
}

/// The job gave up for a reason of our own, such as an event that can't be read: an attempt like any other that failed, so that people see it and it
/// is tried ever later.
pub(crate) async fn gave_up(app: &App, job: &Job) -> Result<(), JobError> {
    let WebhookPayload { webhook_id } = JobError::decode(job)?;
    let Some(webhook) = app.store().reader().webhook(job.workspace_id, webhook_id).await? else { return Ok(()) };
    let (seq, at) = (webhook.place.cursor + 1, app.now());
    let fault = Err(Failure::Unsendable("an internal error: the server's log has the cause"));
    let (place, off) = webhook.place.clone().refused(Refused::default(), at);
    let attempt = attempt(&webhook, seq, "unknown", 0, &fault, at);
    match save(app, job, &webhook, place, off, &attempt, fault.as_ref().err()).await {
        // A member changed it meanwhile: the next look tries that.
        Ok(()) | Err(JobError::Store(StoreError::Conflict)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The next messages of a webhook.
pub(crate) async fn waiting(app: &App, webhook: &Webhook, limit: usize) -> Result<Vec<Waiting>, StoreError> {
    let reader = app.store().reader();
    let oldest = reader.event_oldest(webhook.workspace_id).await?;
    if oldest > webhook.place.cursor + 1 {
        return Ok(vec![Waiting::Gap { oldest }]);
    }
    let filter = EventFilter {
        subjects: None,
        tenant_scope: webhook.choice.tenant_ids.clone(),
        kinds: webhook.choice.kinds(),
        min_severity: Some(webhook.choice.min_severity),
    };
    let events = reader.events_after(webhook.workspace_id, webhook.place.cursor, limit, &filter).await?;
    Ok(events.into_iter().map(|event| Waiting::Event(Box::new(event))).collect())
}

/// A message to be.
pub(crate) enum Waiting {
    Event(Box<Event>),
    /// Events before this one are not kept any more.
    Gap {
        oldest: i64,
    },
}

impl Waiting {
    /// The place that is behind the webhook once the message was accepted.
    fn seq(&self) -> i64 {
        match self {
            Waiting::Event(event) => event.seq,
            Waiting::Gap { oldest } => oldest - 1,
        }
    }

    /// One attempt; when it was accepted, the webhook is a place further.
    async fn deliver(self, app: &App, job: &Job, webhook: &mut Webhook) -> Result<Delivered, JobError> {
        let (seq, at) = (self.seq(), app.now());
        let written = match self {
            Waiting::Event(event) => app.event_message(webhook, *event).await.map_err(JobError::app)?,
            Waiting::Gap { oldest } => app.write_message(&WebhookMessage::Gap { workspace_id: webhook.workspace_id, oldest, at }),
        };
        let sent = Instant::now();
        let outcome = app.send_message(webhook, &written, at).await;
        let took_ms = i64::try_from(sent.elapsed().as_millis()).unwrap_or(i64::MAX);
        let ended = app.now();
        let (place, off) = match &outcome {
            Ok(_) => (webhook.place.clone().accepted(seq, ended), None),
            Err(failure) => webhook.place.clone().refused(refused(failure), ended),
        };
        let attempt = attempt(webhook, seq, &written.event_type, took_ms, &outcome, at);
        match save(app, job, webhook, place.clone(), off, &attempt, outcome.as_ref().err()).await {
            Ok(()) if outcome.is_ok() => {
                webhook.place = place;
                Ok(Delivered::Accepted)
            }
            Ok(()) => Ok(Delivered::Refused),
            Err(JobError::Store(StoreError::Conflict)) => Ok(Delivered::Overtaken),
            Err(error) => Err(error),
        }
    }
}

fn refused(failure: &Failure) -> Refused {
    let retry_after = match failure {
        Failure::Status { retry_after, .. } => *retry_after,
        _ => None,
    };
    Refused { gone: failure.gone(), retry_after }
}

fn attempt(
    webhook: &Webhook,
    seq: i64,
    event_type: &str,
    took_ms: i64,
    outcome: &Result<courier::Accepted, Failure>,
    at: DateTime<Utc>,
) -> WebhookAttempt {
    let status = match outcome {
        Ok(accepted) => Some(accepted.status),
        Err(failure) => failure.status(),
    };
    WebhookAttempt {
        webhook_id: webhook.id,
        number: webhook.place.attempts + 1,
        seq,
        event_type: event_type.to_owned(),
        attempt: webhook.place.failures.saturating_add(1),
        at,
        took_ms,
        status,
        failure: outcome.as_ref().err().map(|failure| failure.code().to_owned()),
    }
}

/// Everything that one attempt changes, if the job is still ours and no member changed the webhook.
async fn save(
    app: &App,
    job: &Job,
    webhook: &Webhook,
    place: WebhookPlace,
    off: Option<WebhookOff>,
    attempt: &WebhookAttempt,
    failure: Option<&Failure>,
) -> Result<(), JobError> {
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    match off {
        None => tx.put_webhook_place(webhook, &place).await?,
        Some(off) => {
            let now = app.now();
            let turned_off = Webhook { off: Some(off), place, updated_at: now, ..webhook.clone() };
            tx.update_webhook(&turned_off).await?;
            let text = match (off, failure) {
                (WebhookOff::Gone, _) => "the receiver answered 410: it wants no more messages".to_owned(),
                (_, Some(failure)) => format!("no message was accepted for three days: {failure}"),
                (_, None) => "no message was accepted for three days".to_owned(),
            };
            let data = json!({ "reason": off, "text": text });
            let event = webhook_event(webhook, None, EventKind::WebhookDisabled, data.clone());
            tx.append_events(webhook.workspace_id, now, vec![event]).await?;
            let entry = NewAuditEntry {
                actor: None,
                action: "system.disableWebhook".to_owned(),
                tenant_id: None,
                subject_kind: SubjectKind::Webhook,
                subject_id: webhook.id.0,
                outcome: AuditOutcome::Done,
                detail: data,
            };
            tx.append_audit(webhook.workspace_id, AuditId(app.ids().uuid()), now, entry).await?;
        }
    }
    tx.insert_webhook_attempt(webhook.workspace_id, attempt).await?;
    tx.commit().await?;
    if off.is_some() {
        app.hub().poke();
    }
    Ok(())
}

/// Nothing that it carries is waiting: all up to `head` is behind it.
async fn pass_over(app: &App, job: &Job, webhook: &Webhook, head: i64) -> Result<JobEnd, JobError> {
    if head > webhook.place.cursor {
        let tx = app.store().write().await?;
        tx.assert_fence(job.lease()).await?;
        match tx.put_webhook_place(webhook, &WebhookPlace { cursor: head, ..webhook.place.clone() }).await {
            Ok(()) => tx.commit().await?,
            // A member set it to another place: the next look goes on from there.
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(JobEnd::Done)
}
