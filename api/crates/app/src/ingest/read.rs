//! One page of the log.

use domain::summary::log::Slice;
use graph::{Call, GraphError, PageToken, Priority, SignInPage, TenantGraph};
use tokio::time::Instant;

use super::Run;
use super::fail::Trouble;

/// A slice begins anew so often in a turn; then the reading rests, because it would not get any further.
const MAX_RESTARTS: u32 = 3;

impl Run<'_> {
    /// The slice's next page. A page that Graph doesn't know any more takes the slice back to its beginning: what was counted of it is
    /// remembered by id.
    pub(super) async fn page(&mut self, graph: &TenantGraph, slice: &Slice) -> Result<SignInPage, Trouble> {
        let link = slice.link.as_ref().map(PageToken::new);
        let page = match self.ask(graph, slice, link.as_ref()).await {
            Err(GraphError::Rejected { info })
                if link.is_some() && self.restarts < MAX_RESTARTS && matches!(info.status, Some(400 | 410)) =>
            {
                self.restarts += 1;
                tracing::info!(tenant = %self.tenant.id, %info, "a page of the sign-in log has expired; its slice begins anew");
                self.ask(graph, slice, None).await
            }
            page => page,
        }?;
        if link.is_some() && page.next == link {
            return Err(GraphError::Protocol { reason: "a page leads back to itself".to_owned(), info: Default::default() }.into());
        }
        Ok(page)
    }

    async fn ask(&self, graph: &TenantGraph, slice: &Slice, page: Option<&PageToken>) -> Result<SignInPage, GraphError> {
        let call = Call {
            deadline: Instant::now() + self.app.settings().sign_ins.page_deadline,
            client_request_id: self.app.ids().uuid(),
            priority: Priority::Sync,
        };
        graph.sign_ins(&call, slice.from, slice.to, page).await
    }
}
