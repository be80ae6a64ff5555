//! The request log's entry for one request.

use uuid::Uuid;

use super::{Call, Outcome};
use crate::core::{Core, Inner};
use crate::ledger::RequestEntry;
use crate::token::Caller;

pub(crate) fn log(
    core: &Core,
    inner: &mut Inner,
    call: &Call,
    tenant: Option<Uuid>,
    caller: Option<&Caller>,
    outcome: &Outcome,
    batched: bool,
) {
    inner.requests.push(RequestEntry {
        seq: 0,
        at: core.now(),
        tenant,
        client: caller.map(|caller| caller.client_id),
        method: call.method.to_string(),
        path: call.target.clone(),
        status: match outcome {
            Outcome::Reply(reply) => reply.status,
            Outcome::Drop => 0,
        },
        client_request_id: call.header("client-request-id").map(str::to_owned),
        user_agent: call.header("user-agent").map(str::to_owned),
        batched,
    });
}
