//! Workspaces.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::id::BaselineId;

use crate::connection::Connection;
use crate::enums::Severity;
use crate::fault::{Nullable, fault};
use crate::ids::Kind;
use crate::paging::{args, cost};
use crate::scalars::{DateTime, Duration, EventCursor};
use crate::scope::{ids, scope};
use crate::types::api_key::{ApiKey, api_keys};
use crate::types::baseline::{Baseline, baseline, baselines};
use crate::types::freeze_window::{FreezeWindow, freeze_windows};
use crate::types::member::{Member, members};
use crate::types::webhook::{Webhook, webhooks};

/// Rules by which new changes need approval, beside `requireApproval`; any one that holds is enough.
#[derive(SimpleObject)]
pub struct ApprovalRules {
    /// Changes of policies whose criticality is Critical.
    critical_policy: bool,
    /// Changes with a warning of at least this severity, waived ones included; `null`: none.
    severity: Option<Severity>,
    /// Changes that would block at least this many sign-ins of the impact window; `null`: none.
    would_block: Option<u32>,
    /// Changes after which the policy is enforced.
    enforcing: bool,
    /// Bulk changes of at least this many tenants; `null`: none.
    bulk_tenants: Option<u32>,
    /// How many persons have to approve, whichever rule asks for it: 1 to 3.
    quorum: i32,
}

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

    /// Whether every new change needs approval. Fixed for each change when it is created.
    async fn require_approval(&self) -> bool {
        self.0.require_approval
    }

    /// When else new changes need approval, and of how many persons. Fixed for each change when it is created.
    async fn approval_rules(&self) -> ApprovalRules {
        let rules = &self.0.approval_rules;
        ApprovalRules {
            critical_policy: rules.critical_policy,
            severity: rules.severity.map(Severity::from),
            would_block: rules.would_block,
            enforcing: rules.enforcing,
            bulk_tenants: rules.bulk_tenants,
            quorum: i32::from(rules.quorum),
        }
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

    /// The webhooks, oldest first; at most 20. Never their secrets.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn webhooks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
    ) -> Result<Connection<Webhook>> {
        webhooks(scope(ctx), &args(first, after, last, before)).await
    }

    /// The baselines of the workspace, by name; at most 50.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn baselines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
    ) -> Result<Connection<Baseline>> {
        baselines(scope(ctx), &args(first, after, last, before)).await
    }

    /// One baseline.
    #[graphql(complexity = "2 + child_complexity")]
    async fn baseline(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Nullable<Baseline> {
        let scope = scope(ctx);
        baseline(scope, BaselineId(scope.ids.key(&id, Kind::Baseline).ok()?)).await
    }

    /// The members, oldest first; API keys, and who was removed, are not among them.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
    ) -> Result<Connection<Member>> {
        members(ctx, &args(first, after, last, before)).await
    }

    /// The API keys, newest first, those included that were revoked or have ended. Never their secrets.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
    ) -> Result<Connection<ApiKey>> {
        api_keys(ctx, &args(first, after, last, before)).await
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
