//! Microsoft Graph, v1.0 and beta: the operations on Conditional Access, reports and the tenant. Directory objects are in [`crate::directory`].

mod audits;
mod batch;
mod contexts;
mod deleted;
mod error;
mod locations;
mod permission;
mod policies;
mod route;
mod session;
mod sign_ins;
mod strengths;
mod tenant;
mod terms;
mod write;

use uuid::Uuid;

pub(crate) use audits::{Activity, audit_entry};
pub(crate) use error::GraphError;
pub(crate) use permission::{AnyOf, Family};
pub(crate) use session::{Answer, ListSpec, Session};

use crate::core::{Core, Inner};
use crate::server::{Call, Reply};
use crate::token::Caller;

/// Serves one operation.
pub(crate) fn serve(core: &Core, inner: &mut Inner, call: &Call, caller: &Caller, batched: bool) -> Reply {
    let request_id = core.ids.uuid();
    let answer = Session::open(core, inner, call, caller, batched).and_then(|mut session| {
        session.spend()?;
        route::route(&mut session)
    });
    match answer {
        Ok(reply) => {
            let client_request_id = call.header("client-request-id").map_or_else(|| request_id.to_string(), str::to_owned);
            correlate(reply, request_id, &client_request_id)
        }
        Err(error) => error.reply(core, call, request_id),
    }
}

/// The headers by which support finds a request.
fn correlate(reply: Reply, request_id: Uuid, client_request_id: &str) -> Reply {
    reply.with("request-id", &request_id.to_string()).with("client-request-id", client_request_id).with(
        "x-ms-ags-diagnostic",
        r#"{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"000","RoleInstance":"entra-sim"}}"#,
    )
}
