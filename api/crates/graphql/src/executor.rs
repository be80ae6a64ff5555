//! The schema as the HTTP layer runs it: a scope for each request, and nothing without a caller.

use std::any::TypeId;
use std::sync::Arc;

use app::App;
use async_graphql::{Data, Executor, Request, Response, Schema, ServerError};
use domain::env::Clock;
use domain::workspace::Actor;
use futures_util::stream::{self, BoxStream, StreamExt};

use crate::drive::Batches;
use crate::ids::IdCodec;
use crate::mutation::Mutation;
use crate::query::Query;
use crate::scope::{Ids, Scope};
use crate::subscription::SubscriptionRoot;

/// The schema without what requests need.
pub type Bare = Schema<Query, Mutation, SubscriptionRoot>;

/// The schema over the use cases. Cheap to clone.
///
/// Each request must carry its authenticated [`Actor`] in its own data (or, over a WebSocket, in the session's); a request without
/// one is refused before it is looked at. Loaders are made here, per request, so that nothing read for one caller reaches another.
#[derive(Clone)]
pub struct CausewaySchema {
    pub(crate) schema: Bare,
    pub(crate) app: App,
    pub(crate) codec: Arc<IdCodec>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl CausewaySchema {
    /// The request with its scope, and where its loaders put their batches; `None` without a caller.
    fn prepare(&self, request: Request, session: Option<&Data>) -> Option<(Request, Batches)> {
        let actor = find(&request.data).or_else(|| session.and_then(find))?;
        let ids = Ids::new(self.codec.clone(), actor.workspace_id);
        let batches = Batches::default();
        let scope = Scope::new(self.app.clone(), actor, ids.clone(), self.clock.clone(), batches.clone());
        Some((request.data(ids).data(scope), batches))
    }
}

impl Executor for CausewaySchema {
    async fn execute(&self, request: Request) -> Response {
        match self.prepare(request, None) {
            Some((request, batches)) => batches.drive(self.schema.execute(request)).await,
            None => unauthenticated(),
        }
    }

    fn execute_stream(&self, request: Request, session_data: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        match self.prepare(request, session_data.as_deref()) {
            Some((request, batches)) => {
                let items = self.schema.execute_stream_with_session_data(request, session_data.unwrap_or_default());
                batches.drive_stream(items)
            }
            None => stream::once(async { unauthenticated() }).boxed(),
        }
    }
}

fn find(data: &Data) -> Option<Actor> {
    data.get(&TypeId::of::<Actor>())?.downcast_ref::<Actor>().cloned()
}

fn unauthenticated() -> Response {
    let mut error = ServerError::new("this API answers nobody without a credential", None);
    error.extensions.get_or_insert_default().set("code", "UNAUTHENTICATED");
    Response::from_errors(vec![error])
}
