//! `resolveOutcome`: a person says what became of a write that Causeway could not follow.

use domain::access::Operation;
use domain::change::kind::{ChangeKind, TargetObject, WriteOperation};
use domain::change::outcome::unknown;
use domain::change::refusal::Refusal;
use domain::change::request::{ChangeRequest, OutcomeDecision, OutcomeResolution};
use domain::change::transition::{ChangeCommand, Transition, transition};
use domain::id::{ChangeId, PolicyId, SnapshotId};
use domain::snapshot::{ItemKind, Manifest, SnapshotKind};
use domain::tenant::Tenant;
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;
use store::{ApplyIntent, WriteTx};
use uuid::Uuid;

use super::approval::required_text;
use crate::App;
use crate::changes::step::Step;
use crate::command::IdempotencyKey;
use crate::drift::adopted::resolve_adopted;
use crate::error::{AppError, AppResult};
use crate::sync::record::{insert_snapshot, manifest};

/// `resolveOutcome`.
#[derive(Clone, Debug, Serialize)]
pub struct ResolveOutcome {
    /// The change.
    pub id: ChangeId,
    /// The revision the caller read.
    pub expected_revision: i64,
    /// What the caller found.
    pub resolution: OutcomeResolution,
    /// Why: 1 to 2,000 characters.
    pub reason: String,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Adopts what a sync shows as the change's effect, or declares that there was none. Nothing is written to Graph.
    pub async fn resolve_outcome(&self, actor: &Actor, command: ResolveOutcome) -> AppResult<ChangeRequest> {
        let step = Step {
            operation: Operation::ResolveOutcome,
            id: command.id,
            expected_revision: Some(command.expected_revision),
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.step(actor, step, async |tx, change| {
            let reason = required_text(&command.reason, "reason")?;
            let decision = OutcomeDecision { resolution: command.resolution, reason, by: actor.member_id, at: self.now() };
            match command.resolution {
                OutcomeResolution::AdoptLiveAsApplied => self.adopt(tx, actor, change, decision).await,
                OutcomeResolution::DeclareNotApplied => {
                    Ok(transition(change, ChangeCommand::DeclareNotApplied { decision }, Some(actor.member_id), self.now())?)
                }
            }
        })
        .await
    }

    async fn adopt(&self, tx: &WriteTx, actor: &Actor, change: ChangeRequest, decision: OutcomeDecision) -> AppResult<Transition> {
        let (found, pre, post) = if unknown(&change) {
            let tenant = tx.tenant(change.workspace_id, change.tenant_id).await?.ok_or(AppError::NotFound)?;
            let intent = tx.intent(change.workspace_id, change.id).await?.ok_or_else(|| cannot("there is no record of its write"))?;
            let seen = seen_since(tx, &tenant, &change).await?;
            let found = find(&change, &intent, &seen)?;
            let post = SnapshotId(self.ids().uuid());
            insert_snapshot(tx, &tenant, post, SnapshotKind::PostChange, Some(change.id), &seen, self.now()).await?;
            if let (Some(id), Some(since)) = (&found, intent.write_started_at) {
                resolve_adopted(tx, self, &change, actor.member_id, id, since).await?;
            }
            (found, change.pre_snapshot_id.or(intent.pre_snapshot_id), post)
        } else {
            // The transition refuses, and says why.
            (None, None, SnapshotId(self.ids().uuid()))
        };
        let policy_id = policy_of(tx, &change, found.as_deref()).await?;
        let created = change.policy_id.is_none() && policy_id.is_some();
        let command = ChangeCommand::AdoptOutcome { decision, policy_id, target_graph_id: found, pre, post };
        let adopted = transition(change, command, Some(actor.member_id), self.now())?;
        if let Some(original) = adopted.change.rollback_of {
            self.rolled_back(tx, actor, original, adopted.change.id).await?;
        }
        if created {
            tx.make_newest_change(&adopted.change).await?;
        }
        Ok(adopted)
    }

    /// What the adopted change undid is rolled back. Does not commit.
    async fn rolled_back(&self, tx: &WriteTx, actor: &Actor, original: ChangeId, by: ChangeId) -> AppResult<()> {
        let original = tx.change(actor.workspace_id, original).await?.ok_or(AppError::NotFound)?;
        let done = transition(original, ChangeCommand::RolledBack { by }, Some(actor.member_id), self.now())?;
        self.save(tx, actor, Operation::ResolveOutcome, done, json!({ "rolledBackBy": by })).await?;
        Ok(())
    }
}

fn cannot(why: &str) -> AppError {
    Refusal::ResolutionNotPossible(why.to_owned()).into()
}

/// What the tenant held when it was last read as a whole, which must have been after the failure. Syncs and applies of one tenant never
/// overlap, so a sync that ended later also began later.
async fn seen_since(tx: &WriteTx, tenant: &Tenant, change: &ChangeRequest) -> AppResult<Manifest> {
    match tenant.latest_snapshot_id {
        Some(latest) if tenant.last_sync_at.is_some_and(|read| read > change.updated_at) => manifest(tx, tenant, latest).await,
        _ => Err(cannot("the tenant has not been read since it failed: resync it first")),
    }
}

/// Graph's id of the object that shows the effect; `None` where the effect is that there is none.
fn find(change: &ChangeRequest, intent: &ApplyIntent, seen: &Manifest) -> AppResult<Option<String>> {
    let kind = change.payload.kind();
    let item_kind = item_kind(kind);
    let named = intent.result_graph_id.as_deref().or(change.target_graph_id.as_deref()).or(change.payload.location_id());
    match (kind.operation(), named) {
        (WriteOperation::Delete, Some(id)) => match seen.find(item_kind, id) {
            None => Ok(Some(id.to_owned())),
            Some(_) => Err(cannot("the object is still there")),
        },
        (WriteOperation::Create, None) => {
            let known = intent.known_ids.as_deref().unwrap_or_default();
            let new = seen.items.iter().filter(|item| item.kind == item_kind && item.content_hash == intent.desired_hash);
            let new: Vec<_> = new.filter(|item| !known.contains(&item.object_id.to_lowercase())).collect();
            match new.as_slice() {
                [only] => Ok(Some(only.object_id.clone())),
                [] => Err(cannot("no new object is as it was to be created")),
                _ => Err(cannot("more than one new object is as it was to be created: delete the others first, then resync")),
            }
        }
        (_, Some(id)) => match seen.find(item_kind, id) {
            Some(item) if item.content_hash == intent.desired_hash => Ok(Some(item.object_id.clone())),
            Some(_) => Err(cannot("the live object is not as the change intended")),
            None => Err(cannot("the object is not in the tenant")),
        },
        (_, None) => Err(cannot("the change names no object")),
    }
}

fn item_kind(kind: ChangeKind) -> ItemKind {
    match kind.target() {
        TargetObject::Policy => ItemKind::Policy,
        TargetObject::NamedLocation => ItemKind::NamedLocation,
    }
}

/// Our row of the policy that a creation made.
async fn policy_of(tx: &WriteTx, change: &ChangeRequest, graph_id: Option<&str>) -> AppResult<Option<PolicyId>> {
    if change.policy_id.is_some() || change.payload.kind().target() != TargetObject::Policy {
        return Ok(change.policy_id);
    }
    let Some(graph_id) = graph_id.and_then(|id| Uuid::parse_str(id).ok()) else { return Ok(None) };
    let found = tx.policies_by_graph_ids(change.workspace_id, change.tenant_id, &[graph_id]).await?;
    Ok(found.first().map(|policy| policy.id))
}
