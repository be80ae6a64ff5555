//! Workspaces.

use async_graphql::{Context, ID, Object, Result};

use crate::fault::fault;
use crate::ids::Kind;
use crate::scalars::{DateTime, Duration, EventCursor};
use crate::scope::{ids, scope};

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

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Raised by every update; what `expectedRevision` is compared with.
    async fn revision(&self) -> i64 {
        self.0.version
    }
}
