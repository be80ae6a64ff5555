//! The query root.

use std::sync::Arc;

use app::ImpactList;
use app::page::Page;
use async_graphql::{Context, ID, Object, Result};
use domain::id::{AgentRunId, BulkChangeId, BulkRolloutId, ChangeId, PolicyId, RolloutId, SnapshotId, SuggestionId, TenantId};
use futures_util::future::join_all;

use crate::connection::{Connection, wants_total};
use crate::enums::{ImpactSource, ImpactStatus, ImpactWindow};
use crate::fault::{Nullable, bad_input, fault, found};
use crate::hot::ask::prefetch;
use crate::ids::Kind;
use crate::input::agent::SuggestionWhere;
use crate::input::filter::{AuditWhere, ChangeWhere, EventWhere, TenantOrder, TenantOrderField, TenantWhere};
use crate::input::rollout::RolloutWhere;
use crate::input::what_if::SignInInput;
use crate::paging::{MAX, args, cost};
use crate::scalars::{DateTime, EventCursor};
use crate::scope::scope;
use crate::types::agent::{AgentRun, agent_run};
use crate::types::audit::{AuditEntry, AuditVerification};
use crate::types::bulk::{BulkChange, bulk_change, bulk_changes};
use crate::types::bulk_rollout::{BulkRollout, bulk_rollout, bulk_rollouts};
use crate::types::change::{ChangeRequest, changes};
use crate::types::event::{Event, events};
use crate::types::impact::PolicyImpact;
use crate::types::node::{self, Node};
use crate::types::policy::Policy;
use crate::types::rollout::{Rollout, rollout, rollouts};
use crate::types::rollout_plan::{RolloutProposal, proposal};
use crate::types::sign_in_summary::{SignInSummaryPage, summaries};
use crate::types::snapshot::{Snapshot, snapshot_of};
use crate::types::suggestion::{Suggestion, suggestion, suggestions};
use crate::types::tenant::{Tenant, tenant};
use crate::types::viewer::Viewer;
use crate::types::what_if::WhatIf;

/// The most tenants or policies that one page may be limited to.
const MOST_NAMED: usize = 1_000;

/// The query root.
pub struct Query;

/// What can be read. Everything is limited to the caller's workspace, and to the tenants its role is limited to: what lies outside
/// looks like what does not exist.
#[Object]
impl Query {
    /// The caller.
    async fn viewer(&self) -> Viewer {
        Viewer
    }

    /// The object that an id names; `null` when there is none that the caller may see.
    #[graphql(complexity = "2 + child_complexity")]
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The id.")] id: ID) -> Nullable<Node> {
        node::node(scope(ctx), &id).await
    }

    /// The objects that ids name, in the order given, `null` for those that are not there. At most 100.
    #[graphql(complexity = "1 + ids.len().min(MAX) * (1 + child_complexity)")]
    async fn nodes(&self, ctx: &Context<'_>, #[graphql(desc = "The ids, at most 100.")] ids: Vec<ID>) -> Result<Vec<Nullable<Node>>> {
        if ids.len() > MAX {
            return Err(bad_input(format!("ids may hold at most {MAX} ids, it holds {}.", ids.len())));
        }
        let scope = scope(ctx);
        Ok(join_all(ids.iter().map(|id| node::node(scope, id))).await)
    }

    /// The tenants of the workspace.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "GraphQL arguments")]
    async fn tenants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
        #[graphql(name = "where", desc = "Which tenants; all unless given.")] filter: Option<TenantWhere>,
        #[graphql(desc = "The order; by display name unless given.")] order_by: Option<TenantOrder>,
    ) -> Result<Connection<Tenant>> {
        let scope = scope(ctx);
        let page = args(first, after, last, before).request()?;
        let filter = filter.unwrap_or_default().into();
        let order = order_by.map_or(TenantOrderField::DisplayName, |order| order.field).into();
        let found = scope.app.tenants(&scope.actor, &filter, order, &page).await.map_err(fault)?;
        let total = match wants_total(ctx) {
            true => Some(scope.app.count_tenants(&scope.actor, &filter).await.map_err(fault)),
            false => None,
        };
        let ids: Vec<TenantId> = found.items.iter().map(|(_, row)| row.id).collect();
        let prefetched = Arc::new(prefetch(ctx, scope, &ids).await);
        Ok(Connection::of(found, total, |row| Tenant::listed(row, prefetched.clone())))
    }

    /// One tenant.
    #[graphql(complexity = "2 + child_complexity")]
    async fn tenant(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Nullable<Tenant> {
        let scope = scope(ctx);
        tenant(scope, TenantId(scope.ids.key(&id, Kind::Tenant).ok()?)).await
    }

    /// One policy.
    #[graphql(complexity = "2 + child_complexity")]
    async fn policy(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Nullable<Policy> {
        let scope = scope(ctx);
        node::policy(scope, PolicyId(scope.ids.key(&id, Kind::Policy).ok()?)).await
    }

    /// One snapshot.
    #[graphql(complexity = "2 + child_complexity")]
    async fn snapshot(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Nullable<Snapshot> {
        let scope = scope(ctx);
        snapshot_of(scope, Some(SnapshotId(scope.ids.key(&id, Kind::Snapshot).ok()?))).await
    }

    /// A tenant's sign-ins, added up by day and by everything that a policy can test; `null` when there is no such tenant. What is kept is
    /// shown as it is: nothing is read or computed for it. A cursor ends with `BAD_CURSOR` when its part of a day was put together with
    /// others in between: begin again with that day.
    #[graphql(complexity = "20 + 4 * child_complexity")]
    async fn sign_in_summaries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start or after a cursor: 1 to 1000, 100 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "The tenant.")] tenant_id: ID,
        #[graphql(desc = "From the day of this instant on, in UTC; the first that is kept unless given.")] from: Option<DateTime>,
        #[graphql(desc = "Up to the day of this instant, in UTC; the last unless given.")] to: Option<DateTime>,
    ) -> Nullable<SignInSummaryPage> {
        let scope = scope(ctx);
        let tenant = TenantId(scope.ids.key(&tenant_id, Kind::Tenant).ok()?);
        summaries(scope, tenant, first, after.as_deref(), (from, to)).await
    }

    /// One change request.
    #[graphql(complexity = "2 + child_complexity")]
    async fn change_request(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Nullable<ChangeRequest> {
        let scope = scope(ctx);
        let row = node::change(scope, ChangeId(scope.ids.key(&id, Kind::Change).ok()?)).await?;
        Some(row.map(ChangeRequest::full))
    }

    /// The change requests of the workspace, newest first.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn change_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
        #[graphql(name = "where", desc = "Which changes; all unless given.")] filter: Option<ChangeWhere>,
    ) -> Result<Connection<ChangeRequest>> {
        let scope = scope(ctx);
        let filter = filter.unwrap_or_default().resolve(scope);
        changes(scope, filter, args(first, after, last, before), wants_total(ctx)).await
    }

    /// One bulk change; `null` too where the caller does not see all of its tenants.
    #[graphql(complexity = "2 + child_complexity")]
    async fn bulk_change(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Nullable<BulkChange> {
        let scope = scope(ctx);
        bulk_change(scope, BulkChangeId(scope.ids.key(&id, Kind::BulkChange).ok()?)).await
    }

    /// The bulk changes of the workspace, newest first; those of which the caller sees every tenant.
    #[graphql(complexity = "cost(first, None, child_complexity)")]
    async fn bulk_changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
    ) -> Result<Connection<BulkChange>> {
        bulk_changes(scope(ctx), first, after, wants_total(ctx)).await
    }

    /// One rollout across tenants; `null` too where the caller does not see all of its tenants.
    #[graphql(complexity = "5 + child_complexity")]
    async fn bulk_rollout(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Nullable<BulkRollout> {
        let scope = scope(ctx);
        bulk_rollout(scope, BulkRolloutId(scope.ids.key(&id, Kind::BulkRollout).ok()?)).await
    }

    /// The rollouts across tenants of the workspace, newest first; those of which the caller sees every tenant.
    #[graphql(complexity = "cost(first, None, 10 + child_complexity)")]
    async fn bulk_rollouts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rollouts from the newest or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
    ) -> Result<Connection<BulkRollout>> {
        bulk_rollouts(scope(ctx), first, after, wants_total(ctx)).await
    }

    /// One phased rollout.
    #[graphql(complexity = "2 + child_complexity")]
    async fn rollout(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Nullable<Rollout> {
        let scope = scope(ctx);
        rollout(scope, RolloutId(scope.ids.key(&id, Kind::Rollout).ok()?)).await
    }

    /// The phased rollouts of the workspace, newest first.
    #[graphql(complexity = "cost(first, None, child_complexity)")]
    async fn rollouts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(name = "where", desc = "Which rollouts; all unless given.")] filter: Option<RolloutWhere>,
    ) -> Result<Connection<Rollout>> {
        let scope = scope(ctx);
        rollouts(scope, first, after, &filter.unwrap_or_default().resolve(scope), wants_total(ctx)).await
    }

    /// Whether a policy can be rolled out in phases, and the plan that is proposed: from the database alone, nothing is stored. `createRollout`
    /// accepts it. It reads a week of sign-ins: expect seconds.
    #[graphql(complexity = "200 + child_complexity")]
    async fn rollout_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The report-only policy.")] policy_id: ID,
    ) -> Nullable<RolloutProposal> {
        let scope = scope(ctx);
        proposal(scope, PolicyId(scope.ids.key(&policy_id, Kind::Policy).ok()?)).await
    }

    /// One run of the optimization agent.
    #[graphql(complexity = "2 + child_complexity")]
    async fn agent_run(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Nullable<AgentRun> {
        let scope = scope(ctx);
        agent_run(scope, AgentRunId(scope.ids.key(&id, Kind::AgentRun).ok()?)).await
    }

    /// One suggestion of the optimization agent.
    #[graphql(complexity = "2 + child_complexity")]
    async fn suggestion(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Nullable<Suggestion> {
        let scope = scope(ctx);
        suggestion(scope, SuggestionId(scope.ids.key(&id, Kind::Suggestion).ok()?)).await
    }

    /// Suggestions of the optimization agent, newest first.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn suggestions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
        #[graphql(name = "where", desc = "Which suggestions; all unless given.")] filter: Option<SuggestionWhere>,
    ) -> Result<Connection<Suggestion>> {
        let scope = scope(ctx);
        let page = args(first, after, last, before);
        match filter.unwrap_or_default().resolve(scope) {
            Some(filter) => suggestions(scope, &filter, &page, wants_total(ctx)).await,
            None => Connection::slice(Vec::new(), &page, Suggestion::new),
        }
    }

    /// Every policy of any number of tenants with its impact report, by tenant and name: for integrators. It reads the cache alone; it never causes
    /// work and never calls Graph.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "GraphQL arguments")]
    async fn impact_reports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
        #[graphql(desc = "Of these tenants, at most 1,000; every tenant unless given.")] tenant_ids: Option<Vec<ID>>,
        #[graphql(desc = "Of these policies, at most 1,000; every policy unless given.")] policy_ids: Option<Vec<ID>>,
        #[graphql(desc = "How far back.", default_with = "ImpactWindow::Week")] window: ImpactWindow,
        #[graphql(desc = "Where figures come from.", default_with = "ImpactSource::Observed")] source: ImpactSource,
        #[graphql(desc = "In one of these statuses; in any unless given.")] status: Option<Vec<ImpactStatus>>,
    ) -> Result<Connection<PolicyImpact>> {
        let scope = scope(ctx);
        let keys = |ids: Option<Vec<ID>>, kind: Kind, name: &str| match ids {
            Some(ids) if ids.len() > MOST_NAMED => Err(bad_input(format!("{name} may hold at most {MOST_NAMED} ids."))),
            // An id that names nothing finds nothing, as elsewhere.
            Some(ids) => Ok(Some(ids.iter().filter_map(|id| scope.ids.key(id, kind).ok()).collect::<Vec<_>>())),
            None => Ok(None),
        };
        let list = ImpactList {
            tenant_ids: keys(tenant_ids, Kind::Tenant, "tenantIds")?.map(|ids| ids.into_iter().map(TenantId).collect()),
            policy_ids: keys(policy_ids, Kind::Policy, "policyIds")?.map(|ids| ids.into_iter().map(PolicyId).collect()),
            window: window.into(),
            source: source.into(),
            statuses: status.map(|statuses| statuses.into_iter().map(domain::impact::ImpactStatus::from).collect()),
        };
        let page = args(first, after, last, before).request()?;
        let found = scope.app.impact_reports(&scope.actor, &list, &page).await.map_err(fault)?;
        Ok(PolicyImpact::page(found))
    }

    /// The event log, oldest first: the same log and cursors that the subscriptions use. For catching up, and for integrators.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Events from the oldest kept or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<EventCursor>,
        #[graphql(desc = "The newest events, 1 to 100; not together with `where`. Fewer where the caller does not see all of them.")]
        last: Option<i32>,
        #[graphql(desc = "The cursor to go back from; the newest event unless given.")] before: Option<EventCursor>,
        #[graphql(name = "where", desc = "Which events; all unless given.")] filter: Option<EventWhere>,
    ) -> Result<Connection<Event>> {
        let scope = scope(ctx);
        let text = |cursor: &Option<EventCursor>| cursor.as_ref().map(|cursor| cursor.0.clone());
        let page = args(first, text(&after), last, text(&before)).request()?;
        if !page.backwards {
            let after = scope.ids.place(after)?;
            return events(scope, &filter.unwrap_or_default().resolve(scope), after, page.first).await;
        }
        if filter.is_some() {
            return Err(bad_input("last does not go together with where."));
        }
        // The log is dense, so the events before a place are found by counting back.
        let end = match scope.ids.place(before)? {
            Some(before) => before - 1,
            None => scope.app.event_head(&scope.actor).await.map_err(fault)?,
        };
        let wanted = i64::try_from(page.first).unwrap_or(i64::MAX).min(end.max(0));
        if wanted == 0 {
            return Ok(Connection::of(
                Page { items: Vec::new(), has_next: false, has_previous: false },
                None,
                |event: domain::event::Event| Event::from(event),
            ));
        }
        events(scope, &app::EventFilter::default(), Some(end - wanted), usize::try_from(wanted).unwrap_or(page.first)).await
    }

    /// Who did what, newest first.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
        #[graphql(name = "where", desc = "Which entries; all unless given.")] filter: Option<AuditWhere>,
    ) -> Result<Connection<AuditEntry>> {
        let scope = scope(ctx);
        let page = args(first, after, last, before).request()?;
        let Some(filter) = filter.unwrap_or_default().resolve(scope) else {
            return Ok(Connection::of(Page { items: Vec::new(), has_next: false, has_previous: false }, None, AuditEntry));
        };
        let found = scope.app.audit_log(&scope.actor, &filter, &page).await.map_err(fault)?;
        Ok(Connection::of(found, None, AuditEntry))
    }

    /// What the policies of a tenant make of a sign-in that is described by hand, each with the clause that decides; with a change, also what they
    /// would make of it. Evaluated by Causeway: Entra is not asked. `null` for a tenant or a change that is not there.
    ///
    /// Requires one of: OWNER, ADMIN, OPERATOR.
    #[graphql(complexity = "200 + child_complexity")]
    async fn what_if(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant.")] tenant_id: ID,
        #[graphql(desc = "The sign-in.")] sign_in: SignInInput,
        #[graphql(desc = "A change of one of its policies, in any status.")] change_id: Option<ID>,
    ) -> Nullable<WhatIf> {
        let scope = scope(ctx);
        let tenant = TenantId(scope.ids.key(&tenant_id, Kind::Tenant).ok()?);
        let change = match change_id {
            Some(id) => Some(ChangeId(scope.ids.key(&id, Kind::Change).ok()?)),
            None => None,
        };
        let described = match sign_in.described() {
            Ok(described) => described,
            Err(error) => return Some(Err(error)),
        };
        found(scope.app.what_if(&scope.actor, tenant, described, change).await).map(|found| found.map(WhatIf::from))
    }

    /// Computes the audit chain again, entry by entry: whatever was changed, dropped or added shows. At most 100,000 entries a call.
    /// `causeway audit verify` does the same without a limit, and `causeway audit export` hands the log out as JSON lines.
    ///
    /// Requires one of: OWNER.
    #[graphql(complexity = "100 + first.clamp(0, 100_000) as usize / 100 + child_complexity")]
    async fn verify_audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            default,
            desc = "The place of the entry after which to begin: `AuditVerification.through` of the stretch before, 0 for the start."
        )]
        after_seq: i64,
        #[graphql(default = 100_000, desc = "Entries at most: 1 to 100,000.")] first: i32,
    ) -> Nullable<AuditVerification> {
        let scope = scope(ctx);
        let limit = usize::try_from(first).unwrap_or(0).clamp(1, 100_000);
        found(scope.app.verify_audit_log(&scope.actor, after_seq.max(0), limit).await).map(|found| found.map(AuditVerification))
    }
}
