//! `POST /$batch`: up to 20 requests, one after the other (graph-api.md section 17).
//!
//! Scripted failures, throttling and dropped connections strike the requests inside; scripted latency only the batch as a whole.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Map, Value, json};

use super::{Answer, GraphError, Session};
use crate::server::{Body, Call, Outcome, Reply, graph_call, log, pairs, segments};

const MAX_REQUESTS: usize = 20;

/// One request of a batch.
struct Item {
    id: String,
    call: Call,
    depends_on: Vec<String>,
}

pub(super) fn serve(session: &mut Session<'_>) -> Answer {
    let items = parse(session)?;
    let mut statuses: BTreeMap<String, u16> = BTreeMap::new();
    let mut responses = Vec::new();
    for item in items {
        let failed = item.depends_on.iter().any(|id| statuses.get(id).is_none_or(|status| *status >= 400));
        let reply = if failed {
            GraphError::new(424, "FailedDependency", "The request failed because a request it depends on failed.").reply(
                session.core,
                &item.call,
                session.new_id(),
            )
        } else {
            perform(session, &item.call)
        };
        statuses.insert(item.id.to_lowercase(), reply.status);
        responses.push(response(&item.id, &reply));
    }
    Ok(Reply::json(200, json!({"responses": responses})))
}

fn perform(session: &mut Session<'_>, call: &Call) -> Reply {
    let (core, caller) = (session.core, session.caller);
    let strike = session.inner.faults.strike(caller.tenant, Some(caller.client_id), call.method.as_str(), &call.target);
    let outcome = graph_call(core, session.inner, call, caller, strike.trouble.as_ref(), true);
    log(core, session.inner, call, Some(caller.tenant), Some(caller), &outcome, true);
    match outcome {
        Outcome::Reply(reply) => reply,
        // Inside a batch there is no connection of its own to drop.
        Outcome::Drop => GraphError::scripted(504, None, None, None).reply(core, call, core.ids.uuid()),
    }
}

fn parse(session: &Session<'_>) -> Result<Vec<Item>, GraphError> {
    let bad = |text: String| GraphError::new(400, "BadRequest", text);
    let body = session.body()?;
    let requests = body["requests"].as_array().ok_or_else(|| bad("Invalid batch payload format.".to_owned()))?;
    if requests.len() > MAX_REQUESTS {
        return Err(bad(format!("Number of requests in batch exceeds the maximum limit of {MAX_REQUESTS}.")));
    }
    let mut seen = BTreeSet::new();
    let mut items = Vec::new();
    for request in requests {
        let item = item(session, request).ok_or_else(|| bad("Invalid batch payload format.".to_owned()))?;
        if let Some(unknown) = item.depends_on.iter().find(|id| !seen.contains(*id)) {
            return Err(bad(format!(
                "Request Id '{unknown}' in dependsOn of request '{}' is not an earlier request of the batch.",
                item.id
            )));
        }
        if !seen.insert(item.id.to_lowercase()) {
            return Err(bad(format!("Request Id '{}' is not unique in the batch.", item.id)));
        }
        items.push(item);
    }
    Ok(items)
}

fn item(session: &Session<'_>, request: &Value) -> Option<Item> {
    let id = match &request["id"] {
        Value::String(id) if !id.is_empty() => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => return None,
    };
    let url = request["url"].as_str()?;
    let target = format!("/{}/{}", session.version, url.trim_start_matches('/'));
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut headers = HeaderMap::new();
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        headers.insert(HeaderName::try_from(name.as_str()).ok()?, HeaderValue::from_str(value.as_str()?).ok()?);
    }
    let body = match &request["body"] {
        Value::Null => Bytes::new(),
        // A JSON body needs its content type (graph-api.md section 17).
        _ if !headers.contains_key("content-type") => return None,
        Value::String(text) => {
            base64::engine::general_purpose::STANDARD.decode(text).map_or_else(|_| Bytes::from(text.clone()), Bytes::from)
        }
        json => Bytes::from(json.to_string()),
    };
    let depends_on = request["dependsOn"].as_array().into_iter().flatten().filter_map(|id| id.as_str().map(str::to_lowercase)).collect();
    let call = Call {
        method: Method::from_bytes(request["method"].as_str()?.to_uppercase().as_bytes()).ok()?,
        segments: segments(path),
        query: pairs(query),
        base: session.call.base.clone(),
        target,
        headers,
        body,
    };
    Some(Item { id, call, depends_on })
}

fn response(id: &str, reply: &Reply) -> Value {
    let headers: Map<String, Value> =
        reply.headers.iter().filter_map(|(name, value)| Some((canonical(name.as_str()), Value::from(value.to_str().ok()?)))).collect();
    let mut response = json!({"id": id, "status": reply.status, "headers": headers});
    match &reply.body {
        Body::Empty => {}
        Body::Text(text) => response["body"] = json!(text),
        Body::Json(body) => response["body"] = body.clone(),
    }
    response
}

/// Inside a batch header names are JSON members, and clients look for the usual capitals.
fn canonical(name: &str) -> String {
    name.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect::<Vec<_>>().join("-")
}
