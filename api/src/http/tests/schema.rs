//! Fields that behave, and fields that don't.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_graphql::{Context, Error, ErrorExtensions, Object, OutputType, Schema, Subscription, Value};
use bytes::Bytes;
use domain::workspace::Actor;
use futures_util::{Stream, StreamExt, stream};
use tokio::time::sleep;

use super::super::RequestContext;

/// Counts what was executed.
#[derive(Clone, Debug, Default)]
pub struct Counter(pub Arc<AtomicUsize>);

pub type TestSchema = Schema<Query, Mutation, Subscriptions>;

pub fn schema(counter: Counter) -> TestSchema {
    Schema::build(Query, Mutation, Subscriptions).data(counter).limit_depth(10).limit_complexity(1_000).finish()
}

pub struct Query;

#[Object]
impl Query {
    async fn hello(&self) -> &'static str {
        "world"
    }

    async fn echo(&self, text: String) -> String {
        text
    }

    async fn number(&self, n: i32) -> i32 {
        n
    }

    async fn me(&self, context: &Context<'_>) -> String {
        let actor = context.data_unchecked::<Actor>();
        let request = context.data_unchecked::<RequestContext>();
        format!("{} {} {:?}", actor.role, request.request_id.as_str(), request.transport)
    }

    async fn nested(&self) -> Query {
        Query
    }

    async fn fails(&self) -> Option<Result<String, Error>> {
        Some(Err(Error::new("secret detail: password=canary")))
    }

    async fn refuses(&self) -> Option<Result<String, Error>> {
        Some(Err(Error::new("Not there.").extend_with(|_, extensions| extensions.set("code", "NOT_FOUND"))))
    }

    async fn must(&self) -> Result<String, Error> {
        Err(Error::new("secret detail"))
    }

    async fn panics(&self) -> i32 {
        let nothing: Option<i32> = std::hint::black_box(None);
        nothing.expect("on purpose")
    }

    async fn slow(&self, ms: u64) -> i32 {
        sleep(Duration::from_millis(ms)).await;
        1
    }

    async fn document(&self) -> Verbatim {
        Verbatim
    }
}

/// JSON text that isn't parsed on its way.
pub struct Verbatim;

async_graphql::scalar!(Json, "Json");

#[derive(serde::Serialize, serde::Deserialize)]
struct Json(serde_json::Value);

impl OutputType for Verbatim {
    fn type_name() -> std::borrow::Cow<'static, str> {
        <Json as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
        <Json as OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        _: &async_graphql::ContextSelectionSet<'_>,
        _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
    ) -> async_graphql::ServerResult<Value> {
        Ok(Value::Binary(Bytes::from_static(b"{\n  \"a\": [1, 2]\n}")))
    }
}

pub struct Mutation;

#[Object]
impl Mutation {
    async fn bump(&self, context: &Context<'_>, #[graphql(default = 0)] after_ms: u64) -> usize {
        sleep(Duration::from_millis(after_ms)).await;
        context.data_unchecked::<Counter>().0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

pub struct Subscriptions;

#[Subscription]
impl Subscriptions {
    async fn count(&self, to: i32) -> impl Stream<Item = i32> {
        stream::iter(1..=to)
    }

    async fn silence(&self) -> impl Stream<Item = i32> {
        stream::pending()
    }

    async fn boom(&self) -> impl Stream<Item = i32> {
        stream::iter(1..=3).map(|n| if n == 3 { panic!("on purpose") } else { n })
    }

    /// Big messages without end, for readers that don't read.
    async fn flood(&self) -> impl Stream<Item = String> {
        stream::repeat_with(|| "x".repeat(100_000))
    }

    async fn refused(&self) -> Result<stream::Pending<i32>, Error> {
        Err(Error::new("No.").extend_with(|_, extensions| extensions.set("code", "FORBIDDEN")))
    }

    async fn documents(&self) -> impl Stream<Item = Verbatim> {
        stream::iter([Verbatim])
    }
}
