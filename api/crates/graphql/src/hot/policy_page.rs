//! A page of policies, as a type that may answer with bytes.

use std::borrow::Cow;
use std::sync::Arc;

use app::page::Page;
use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};
use domain::policy::PolicyItem;

use super::plan::ConnectionPlan;
use super::write::write;
use crate::connection::Connection;
use crate::scope::Ids;
use crate::types::policy::Policy;

/// `PolicyConnection` in the schema.
pub struct PolicyPage {
    /// The policies.
    pub page: Arc<Page<PolicyItem>>,
    /// Policies in all, where that was asked for.
    pub total: Option<u64>,
    /// Whether it may be written as bytes: no other field of the response has this one's key.
    pub verbatim: bool,
}

impl OutputType for PolicyPage {
    fn type_name() -> Cow<'static, str> {
        <Connection<Policy> as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Connection<Policy> as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        if self.verbatim
            && let Some(ids) = ctx.data_opt::<Ids>()
            && let Some(plan) = ConnectionPlan::of(&ctx.item.node, &ctx.query_env.fragments)
            && let Some(bytes) = write(&plan, self, ids)
        {
            return Ok(Value::Binary(bytes));
        }
        let items = self.page.items.iter().map(|(cursor, item)| (cursor.clone(), Arc::new(item.clone()))).collect();
        let page = Page { items, has_next: self.page.has_next, has_previous: self.page.has_previous };
        Connection::of(page, self.total.map(Ok), Policy::new).resolve(ctx, field).await
    }
}
