//! What one request may reach: the use cases, the caller, its loaders.

use std::sync::Arc;

use app::App;
use async_graphql::dataloader::{DataLoader, NoCache};
use async_graphql::{Context, ID, Result};
use domain::env::Clock;
use domain::id::WorkspaceId;
use domain::workspace::Actor;
use uuid::Uuid;

use crate::drive::{AtOnce, Batches};
use crate::fault::bad_input;
use crate::ids::{Decoded, IdCodec, IdError, Kind};
use crate::loaders::Batch;
use crate::scalars::EventCursor;

/// Made by the executor for each request, from the caller that the HTTP layer authenticated.
pub struct Scope {
    /// The use cases.
    pub app: App,
    /// The caller.
    pub actor: Actor,
    /// Ids and cursors of the caller's workspace.
    pub ids: Ids,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Loads by id, in batches. Without a cache: a subscription sees each object as it is at each event, and a mutation's answer is
    /// never older than the mutation.
    pub loader: DataLoader<Batch, NoCache>,
}

/// The request's scope. Only the executor starts requests, and it puts one into each.
pub fn scope<'a>(ctx: &Context<'a>) -> &'a Scope {
    ctx.data_unchecked::<Scope>()
}

/// The ids and cursors of the request's workspace.
pub fn ids<'a>(ctx: &Context<'a>) -> &'a Ids {
    ctx.data_unchecked::<Ids>()
}

impl Scope {
    /// A scope for one request, whose batches are run by whoever runs the request.
    pub fn new(app: App, actor: Actor, ids: Ids, clock: Arc<dyn Clock>, batches: Batches) -> Self {
        let batch = Batch { app: app.clone(), actor: actor.clone() };
        let loader = DataLoader::new(batch, batches, AtOnce);
        Scope { app, actor, ids, clock, loader }
    }
}

/// The ids and cursors of one workspace.
#[derive(Clone)]
pub struct Ids {
    codec: Arc<IdCodec>,
    workspace: WorkspaceId,
}

impl Ids {
    /// Those of this workspace.
    pub fn new(codec: Arc<IdCodec>, workspace: WorkspaceId) -> Self {
        Ids { codec, workspace }
    }

    /// The opaque id of a thing.
    pub fn id(&self, kind: Kind, key: Uuid) -> ID {
        self.codec.encode(kind, self.workspace, key)
    }

    /// Appends the opaque id of a thing.
    pub fn write_id(&self, text: &mut String, kind: Kind, key: Uuid) {
        self.codec.encode_into(text, kind, self.workspace, key);
    }

    /// The opaque id of a part of a thing.
    pub fn part_id(&self, kind: Kind, owner: Uuid, part: Uuid) -> ID {
        self.codec.encode_part(kind, self.workspace, owner, part)
    }

    /// What an id names.
    pub fn decode(&self, id: &ID) -> Result<Decoded, IdError> {
        self.codec.decode(id, self.workspace)
    }

    /// The key of an id that must be of this kind.
    pub fn key(&self, id: &ID, kind: Kind) -> Result<Uuid, IdError> {
        self.codec.expect(id, kind, self.workspace)
    }

    /// The keys of those ids that name things of this kind; the others find nothing, as ids of nothing do.
    pub fn keys(&self, ids: &[ID], kind: Kind) -> Vec<Uuid> {
        ids.iter().filter_map(|id| self.key(id, kind).ok()).collect()
    }

    /// The cursor of a place in the event log.
    pub fn cursor(&self, seq: i64) -> EventCursor {
        EventCursor(self.codec.cursor(self.workspace, seq))
    }

    /// The place that a cursor names, or `BAD_USER_INPUT`.
    pub fn place(&self, cursor: Option<EventCursor>) -> Result<Option<i64>> {
        let place = |cursor: EventCursor| self.codec.place(&cursor.0, self.workspace);
        cursor.map(|cursor| place(cursor).ok_or_else(|| bad_input("the cursor is not one of this event log's"))).transpose()
    }
}
