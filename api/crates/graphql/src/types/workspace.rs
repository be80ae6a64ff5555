//! Workspaces.

use async_graphql::{Context, ID, Object, Result};

use crate::connection::Connection;
use crate::fault::fault;
use crate::ids::Kind;
use crate::paging::{args, cost};
use crate::scalars::{DateTime, Duration, EventCursor};
use crate::scope::{ids, scope};
use crate::types::freeze_window::{FreezeWindow, freeze_windows};

/// A workspace.
pub struct Workspace(pub domain::workspace::Workspace);

/// One customer of the product: everything below belongs to exactly one.
#[Object]
impl Workspace {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::Workspace, self.0.id.0)
    }

    /// Display name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether a new change needs the approval of a second person. Fixed for each change when it is created.
    async fn require_approval(&self) -> bool {
        self.0.require_approval
    }

    /// How long a dry-run may be acted on.
    async fn dry_run_ttl(&self) -> Duration {
        Duration { seconds: self.0.dry_run_ttl_s }
    }

    /// The newest place in the event log: subscribe with it as `after` and nothing that happens from now on is missed.
    #[graphql(complexity = 5)]
    async fn event_cursor(&self, ctx: &Context<'_>) -> Result<EventCursor> {
        let scope = scope(ctx);
        scope.app.event_head(&scope.actor).await.map(|head| scope.ids.cursor(head)).map_err(fault)
    }

    /// The freeze windows that concern tenants which the caller sees, oldest first; at most 100.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn freeze_windows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
    ) -> Result<Connection<FreezeWindow>> {
        freeze_windows(scope(ctx), &args(first, after, last, before)).await
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Raised by every update; what `expectedRevision` is compared with.
    async fn revision(&self) -> i64 {
        self.0.version
    }
}
