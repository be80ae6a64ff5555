//! Looking ahead from a list of tenants: which policies will be asked of each?

use std::collections::HashMap;
use std::sync::Arc;

use app::page::Page;
use async_graphql::parser::types::{Selection, SelectionSet};
use async_graphql::{Context, InputType, Lookahead, SelectionField};
use domain::id::TenantId;
use domain::policy::PolicyItem;

use crate::input::filter::PolicyWhere;
use crate::loaders::PoliciesAsk;
use crate::paging::PageArgs;
use crate::scope::Scope;

/// Distinct asks that are fetched ahead; further ones are loaded when they are reached.
const MOST_ASKS: usize = 4;

type Pages = HashMap<TenantId, Arc<Page<PolicyItem>>>;

/// The policies of all tenants of a page, fetched before the tenants are resolved.
#[derive(Default)]
pub struct Prefetched {
    asks: Vec<(PoliciesAsk, Pages)>,
    /// Whether a page of policies may be written as bytes: nothing of this response has to be merged into it.
    verbatim: bool,
}

impl Prefetched {
    /// A tenant's page, and whether it may be written as bytes.
    pub fn page(&self, ask: &PoliciesAsk, tenant: TenantId) -> Option<(Arc<Page<PolicyItem>>, bool)> {
        let (_, pages) = self.asks.iter().find(|(asked, _)| asked == ask)?;
        Some((pages.get(&tenant).cloned().unwrap_or_else(empty), self.verbatim))
    }
}

/// The page of a tenant that has no such policies.
pub fn empty() -> Arc<Page<PolicyItem>> {
    Arc::new(Page { items: Vec::new(), has_next: false, has_previous: false })
}

/// Whether a connection of policies shows their conditions.
pub fn wants_conditions(connection: &Lookahead<'_>) -> bool {
    connection.field("nodes").field("conditions").exists() || connection.field("edges").field("node").field("conditions").exists()
}

/// Fetches what the list of tenants being resolved will ask of its tenants. What can't be fetched is left for the field that asks
/// for it, so that its failure is that field's and not the list's.
pub async fn prefetch(ctx: &Context<'_>, scope: &Scope, tenants: &[TenantId]) -> Prefetched {
    let ahead = ctx.look_ahead();
    let mut fields = ahead.field("nodes").field("policies").selection_fields();
    fields.extend(ahead.field("edges").field("node").field("policies").selection_fields());
    let mut asks: Vec<PoliciesAsk> = Vec::new();
    for ask in fields.iter().filter_map(ask) {
        if asks.len() < MOST_ASKS && !asks.contains(&ask) {
            asks.push(ask);
        }
    }
    let mut found = Prefetched { asks: Vec::with_capacity(asks.len()), verbatim: fields.len() == 1 && alone(ctx) };
    if tenants.is_empty() {
        return found;
    }
    for ask in asks {
        let Ok(page) = ask.page.request() else { continue };
        if let Ok(pages) = scope.app.policies(&scope.actor, tenants, &ask.filter, &page, ask.conditions).await {
            let pages = pages.into_iter().map(|(tenant, page)| (tenant, Arc::new(page))).collect();
            found.asks.push((ask, pages));
        }
    }
    found
}

/// What a field asks; `None` when its arguments don't parse, which the field itself will say.
fn ask(field: &SelectionField<'_>) -> Option<PoliciesAsk> {
    let mut page = PageArgs::default();
    let mut filter = None;
    for (name, value) in field.arguments().ok()? {
        match name.as_str() {
            "first" => page.first = InputType::parse(Some(value)).ok()?,
            "after" => page.after = InputType::parse(Some(value)).ok()?,
            "last" => page.last = InputType::parse(Some(value)).ok()?,
            "before" => page.before = InputType::parse(Some(value)).ok()?,
            "where" => filter = <Option<PolicyWhere> as InputType>::parse(Some(value)).ok()?,
            _ => return None,
        }
    }
    let conditions = wants_conditions(&Lookahead::from(*field));
    Some(PoliciesAsk { filter: filter.unwrap_or_default().into(), page, conditions })
}

/// Whether the field being resolved is the only one of the root with its response key: fields with one key are merged, and bytes
/// can't be.
fn alone(ctx: &Context<'_>) -> bool {
    let key = &ctx.item.node.response_key().node;
    let root = &ctx.query_env.operation.node.selection_set.node;
    count(ctx, root, key, 0) == 1
}

fn count(ctx: &Context<'_>, set: &SelectionSet, key: &async_graphql::Name, depth: usize) -> usize {
    // Validation has refused cycles; this only bounds the stack.
    if depth > 32 {
        return usize::MAX / 2;
    }
    let each = set.items.iter().map(|selection| match &selection.node {
        Selection::Field(field) => usize::from(field.node.response_key().node == *key),
        Selection::InlineFragment(fragment) => count(ctx, &fragment.node.selection_set.node, key, depth + 1),
        Selection::FragmentSpread(spread) => {
            let fragment = ctx.query_env.fragments.get(&spread.node.fragment_name.node);
            fragment.map_or(0, |fragment| count(ctx, &fragment.node.selection_set.node, key, depth + 1))
        }
    });
    each.fold(0, usize::saturating_add)
}
