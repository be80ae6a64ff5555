//! What happens to a request: recognise the caller, decide its trouble, wait, do the work, spoil the answer, log.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use uuid::Uuid;

use super::log::log;
use super::{Call, Reply};
use crate::core::{Core, Inner};
use crate::fault::{Strike, Trouble, When};
use crate::graph::{self, GraphError};
use crate::token::{self, Caller, LoginError};

/// What becomes of a request.
#[derive(Debug)]
pub(crate) enum Outcome {
    Reply(Reply),
    /// The connection closes without an answer.
    Drop,
}

/// Which service a path belongs to.
enum Area {
    Admin,
    /// The login service of a tenant, by the name used in the path.
    Login(String),
    Graph,
    Nothing,
}

/// A request with its caller and its fate.
struct Prepared {
    area: Area,
    caller: Option<Caller>,
    tenant: Option<Uuid>,
    strike: Strike,
    /// Already refused: no or a bad token.
    refused: Option<Reply>,
}

/// Serves one request.
pub(crate) async fn handle(core: Arc<Core>, call: Call) -> Outcome {
    let call = Arc::new(call);
    let prepared = blocking({
        let (core, call) = (core.clone(), call.clone());
        move || prepare(&core, &call)
    });
    let Some(prepared) = prepared.await else { return Outcome::Reply(broken(&core, &call)) };
    if prepared.strike.latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(prepared.strike.latency_ms)).await;
    }
    let performed = blocking({
        let (core, call) = (core.clone(), call.clone());
        move || perform(&core, &call, prepared)
    });
    performed.await.unwrap_or_else(|| Outcome::Reply(broken(&core, &call)))
}

/// Off the async threads: a commit waits for the disk. `None` after a panic.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

fn broken(core: &Core, call: &Call) -> Reply {
    GraphError::new(500, "InternalServerError", "An unexpected error occurred.").reply(core, call, core.ids.uuid())
}

/// The answer to a body that could not be read.
pub(crate) fn refuse_body(core: &Core, call: &Call, status: u16) -> Reply {
    let error = match status {
        413 => GraphError::new(413, "RequestEntityTooLarge", "The request body exceeds the maximum size."),
        _ => GraphError::new(408, "RequestTimeout", "The request body did not arrive in time."),
    };
    error.reply(core, call, core.ids.uuid())
}

fn area(call: &Call) -> Area {
    let is = |at: usize, name: &str| call.segments.get(at).is_some_and(|segment| segment.eq_ignore_ascii_case(name));
    match call.segments.first() {
        Some(first) if first == "__sim" => Area::Admin,
        Some(_) if is(0, "v1.0") || is(0, "beta") => Area::Graph,
        Some(first) if is(1, "oauth2") || is(1, "v2.0") || is(1, "discovery") => Area::Login(first.clone()),
        _ => Area::Nothing,
    }
}

fn prepare(core: &Core, call: &Call) -> Prepared {
    let mut inner = core.lock();
    let area = area(call);
    let (caller, tenant, refused) = match &area {
        Area::Graph => match token::check(&core.key, &inner.world, call.header("authorization"), core.now()) {
            Ok(caller) => (Some(caller.clone()), Some(caller.tenant), None),
            Err(fault) => (None, None, Some(GraphError::unauthorized(&fault).reply(core, call, core.ids.uuid()))),
        },
        Area::Login(name) => (None, inner.world.find_tenant(name).map(|tenant| tenant.id), None),
        Area::Admin | Area::Nothing => (None, None, None),
    };
    let strike = match tenant {
        Some(tenant) => inner.faults.strike(tenant, caller.as_ref().map(|caller| caller.client_id), call.method.as_str(), &call.target),
        None => Strike::default(),
    };
    Prepared { area, caller, tenant, strike, refused }
}

fn perform(core: &Core, call: &Call, prepared: Prepared) -> Outcome {
    let Prepared { area, caller, tenant, strike, refused } = prepared;
    if let Area::Admin = area {
        return Outcome::Reply(crate::admin::serve(core, call));
    }
    let mut inner = core.lock();
    let outcome = match (&area, refused, &caller) {
        (_, Some(reply), _) => Outcome::Reply(reply),
        (Area::Graph, None, Some(caller)) => graph_call(core, &mut inner, call, caller, strike.trouble.as_ref(), false),
        (Area::Login(name), ..) => spoil(core, call, strike.trouble.as_ref(), || login(core, &inner, call, name)),
        _ => Outcome::Reply(not_found(core, call)),
    };
    log(core, &mut inner, call, tenant, caller.as_ref(), &outcome, false);
    outcome
}

/// One Graph operation with the trouble decided for it; `$batch` calls this for each of its requests.
pub(crate) fn graph_call(
    core: &Core,
    inner: &mut Inner,
    call: &Call,
    caller: &Caller,
    trouble: Option<&Trouble>,
    batched: bool,
) -> Outcome {
    spoil(core, call, trouble, || graph::serve(core, inner, call, caller, batched))
}

/// Plays `trouble` around `work`, which runs unless the trouble comes before the effect.
fn spoil(core: &Core, call: &Call, trouble: Option<&Trouble>, work: impl FnOnce() -> Reply) -> Outcome {
    let request_id = core.ids.uuid();
    match trouble {
        None | Some(Trouble::Latency { .. }) => Outcome::Reply(work()),
        Some(Trouble::Throttle { retry_after }) => Outcome::Reply(GraphError::throttled(*retry_after).reply(core, call, request_id)),
        Some(Trouble::Drop { when }) => {
            if *when == When::After {
                work();
            }
            Outcome::Drop
        }
        Some(Trouble::Fail { status, when, code, message, retry_after }) => {
            if *when == When::After {
                work();
            }
            let error = GraphError::scripted(*status, code.as_deref(), message.as_deref(), *retry_after);
            Outcome::Reply(error.reply(core, call, request_id))
        }
    }
}

fn login(core: &Core, inner: &Inner, call: &Call, name: &str) -> Reply {
    let path: Vec<String> = call.segments.iter().skip(1).map(|segment| segment.to_lowercase()).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let (now, base) = (core.now(), call.base.as_str());
    let correlation = call.header("client-request-id").map_or_else(|| core.ids.uuid().to_string(), str::to_owned);
    let refuse = |error: LoginError| error.reply(core.ids.uuid(), &correlation, now, base);
    let tenant = inner.world.find_tenant(name).map(|tenant| tenant.id);
    let shared = ["common", "organizations", "consumers"].iter().any(|shared| name.eq_ignore_ascii_case(shared));
    let reply = match (&call.method, path.as_slice()) {
        (&Method::POST, ["oauth2", "v2.0", "token"]) => match token::issue(&core.key, &inner.world, call, name, now, core.random()) {
            Ok(body) => Reply::json(200, body).with("pragma", "no-cache"),
            Err(error) => refuse(error),
        },
        (&Method::GET, ["discovery", "instance"]) => Reply::json(200, token::discovery_instance(base, name)),
        (&Method::GET, _) if tenant.is_none() && !shared => refuse(LoginError::tenant_not_found(name)),
        (&Method::GET, ["v2.0", ".well-known", "openid-configuration"]) => {
            Reply::json(200, token::openid_configuration(base, name, tenant))
        }
        (&Method::GET, ["discovery", "v2.0", "keys"]) => Reply::json(200, token::keys_document(&core.key, base, tenant)),
        (_, ["oauth2", "v2.0", "token"]) => refuse(LoginError::invalid_request(
            900_561,
            format!("The endpoint only accepts POST requests. Received a {} request.", call.method),
        )),
        _ => Reply::empty(404),
    };
    reply.with("client-request-id", &correlation).with("x-ms-request-id", &core.ids.uuid().to_string())
}

fn not_found(core: &Core, call: &Call) -> Reply {
    let version = call.segments.first().cloned().unwrap_or_default();
    GraphError::new(400, "BadRequest", format!("Invalid version: {version}")).reply(core, call, core.ids.uuid())
}
