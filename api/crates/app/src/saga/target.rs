//! The object that an apply writes, and the one write that its kind stands for.

use std::time::Duration;

use domain::change::kind::{ChangeKind, TargetObject, WriteOperation};
use domain::document::{Canonical, PolicyDocument, canonical_location};
use domain::snapshot::ItemKind;
use graph::{Call, Created, GraphError, Info, LocationType, Priority, WriteId, WriteReceipt};
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

use super::Apply;

/// What Graph holds now: the object with its canonical form, or its absence.
#[derive(Clone, Debug)]
pub(super) struct Live {
    /// The object as Graph answered; `None` when it is not there.
    pub(super) value: Option<Value>,
    /// Its canonical form; the absent form when it is not there.
    pub(super) canonical: Canonical,
}

/// What Graph answered a write.
pub(super) struct Written {
    pub(super) receipt: WriteReceipt,
    /// For creations and restores: the object's id.
    pub(super) id: Option<Uuid>,
}

impl Live {
    pub(super) fn absent() -> Self {
        Live { value: None, canonical: Canonical::absent() }
    }

    pub(super) fn is_absent(&self) -> bool {
        self.value.is_none()
    }
}

impl Apply<'_> {
    pub(super) fn kind(&self) -> ChangeKind {
        self.change.payload.kind()
    }

    /// Under which kind the object stands in snapshots.
    pub(super) fn item_kind(&self) -> ItemKind {
        match self.kind().target() {
            TargetObject::Policy => ItemKind::Policy,
            TargetObject::NamedLocation => ItemKind::NamedLocation,
        }
    }

    /// Graph's id of the object; `None` for a creation that Graph has not answered.
    pub(super) fn object_id(&self) -> Option<Uuid> {
        let id = self.intent.result_graph_id.as_deref().or(self.change.target_graph_id.as_deref());
        id.or(self.change.payload.location_id())
            .and_then(|id| Uuid::parse_str(id).ok())
            .or(self.policy.as_ref().map(|policy| policy.graph_id))
    }

    /// One read of the live object, with its own deadline. A creation without an answer has none.
    pub(super) async fn read_live(&self) -> Result<Live, GraphError> {
        let Some(id) = self.object_id() else { return Ok(Live::absent()) };
        let read = match self.kind().target() {
            TargetObject::Policy => self.graph.get_policy(&self.call(), id).await,
            TargetObject::NamedLocation => self.graph.get_location(&self.call(), id).await,
        };
        self.as_live(read)
    }

    /// The object in Entra's recycle bin.
    pub(super) async fn read_deleted(&self) -> Result<Live, GraphError> {
        let Some(id) = self.object_id() else { return Ok(Live::absent()) };
        let read = match self.kind().target() {
            TargetObject::Policy => self.graph.get_deleted_policy(&self.call(), id).await,
            TargetObject::NamedLocation => self.graph.get_deleted_location(&self.call(), id).await,
        };
        self.as_live(read)
    }

    /// Every object of the kind: what a creation compares with.
    pub(super) async fn list_live(&self) -> Result<Vec<Value>, GraphError> {
        match self.kind().target() {
            TargetObject::Policy => self.graph.list_policies(&self.call()).await,
            TargetObject::NamedLocation => self.graph.list_named_locations(&self.call()).await,
        }
    }

    /// The one write, under the intent's own mark.
    pub(super) async fn write(&self) -> Result<Written, GraphError> {
        let (call, mark, body) = (self.write_call(), WriteId(self.intent.client_request_id), &self.intent.write);
        let id = || self.object_id().ok_or_else(|| protocol("the change names no object"));
        let written = |receipt: WriteReceipt| Written { receipt, id: None };
        let created = |created: Created| Written { id: Some(created.id), receipt: created.receipt };
        match (self.kind().target(), self.kind().operation()) {
            (TargetObject::Policy, WriteOperation::Create) => self.graph.create_policy(&call, body, mark).await.map(created),
            (TargetObject::Policy, WriteOperation::Update) => self.graph.patch_policy(&call, id()?, body, mark).await.map(written),
            (TargetObject::Policy, WriteOperation::Delete) => self.graph.delete_policy(&call, id()?, mark).await.map(written),
            (TargetObject::Policy, WriteOperation::Restore) => self.graph.restore_policy(&call, id()?, mark).await.map(created),
            (TargetObject::NamedLocation, WriteOperation::Create) => self.graph.create_location(&call, body, mark).await.map(created),
            (TargetObject::NamedLocation, WriteOperation::Update) => {
                let of =
                    self.base_value.as_ref().and_then(LocationType::of).ok_or_else(|| protocol("the named location has no known type"))?;
                self.graph.patch_location(&call, id()?, of, body, mark).await.map(written)
            }
            (TargetObject::NamedLocation, WriteOperation::Delete) => self.graph.delete_location(&call, id()?, mark).await.map(written),
            (TargetObject::NamedLocation, WriteOperation::Restore) => self.graph.restore_location(&call, id()?, mark).await.map(created),
        }
    }

    /// The canonical form of an object of the change's kind.
    pub(super) fn canonical(&self, value: &Value) -> Result<Canonical, GraphError> {
        match self.kind().target() {
            TargetObject::Policy => PolicyDocument::from_value(value.clone())
                .map(|document| document.canonical())
                .map_err(|_| protocol("the policy is not a JSON object")),
            TargetObject::NamedLocation if value.is_object() => Ok(canonical_location(value)),
            TargetObject::NamedLocation => Err(protocol("the named location is not a JSON object")),
        }
    }

    /// A read of this apply.
    pub(super) fn call(&self) -> Call {
        self.call_within(self.app.settings().graph_call)
    }

    /// The write: it ends before the lease could run out, had it been renewed for the last time a heartbeat ago.
    fn write_call(&self) -> Call {
        let settings = self.app.settings();
        self.call_within(settings.graph_call.min(settings.lease * 2 / 3))
    }

    fn call_within(&self, limit: Duration) -> Call {
        Call { deadline: Instant::now() + limit, client_request_id: self.intent.client_request_id, priority: Priority::Apply }
    }

    fn as_live(&self, read: Result<Value, GraphError>) -> Result<Live, GraphError> {
        match read {
            Ok(value) => Ok(Live { canonical: self.canonical(&value)?, value: Some(value) }),
            Err(GraphError::NotFound { .. }) => Ok(Live::absent()),
            Err(error) => Err(error),
        }
    }
}

fn protocol(reason: &str) -> GraphError {
    GraphError::Protocol { reason: reason.to_owned(), info: Info::default() }
}
