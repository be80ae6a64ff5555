//! Scripted trouble.

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{AdminError, Answer, body};
use crate::core::Inner;
use crate::fault::Rule;
use crate::server::Call;
use crate::signins::Late;

pub(super) fn list(inner: &Inner, tenant: Uuid) -> Answer {
    Ok(json!({"faults": inner.faults.of(tenant)}))
}

pub(super) fn add(inner: &mut Inner, call: &Call, tenant: Uuid) -> Answer {
    let rule: Rule = body(call)?;
    let rule = inner.faults.add(tenant, rule).ok_or_else(|| AdminError(409, "too many faults for this tenant".to_owned()))?;
    Ok(json!(rule))
}

pub(super) fn clear(inner: &mut Inner, tenant: Uuid) -> Answer {
    inner.faults.clear(Some(tenant));
    Ok(Value::Null)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LagRequest {
    ms: u32,
    object: Option<String>,
    #[serde(default)]
    references: bool,
}

pub(super) fn lag(inner: &mut Inner, call: &Call, tenant: Uuid) -> Answer {
    let request: LagRequest = body(call)?;
    inner.lag.set(tenant, request.ms, request.object, request.references);
    Ok(Value::Null)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PagingRequest {
    max_page_size: Option<usize>,
}

pub(super) fn paging(inner: &mut Inner, call: &Call, tenant: Uuid) -> Answer {
    let request: PagingRequest = body(call)?;
    match request.max_page_size {
        Some(size) => drop(inner.page_caps.insert(tenant, size.max(1))),
        None => drop(inner.page_caps.remove(&tenant)),
    }
    Ok(Value::Null)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LateRequest {
    percent: u8,
    hours: u32,
}

pub(super) fn late_sign_ins(inner: &mut Inner, call: &Call, tenant: Uuid) -> Answer {
    let LateRequest { percent, hours } = body(call)?;
    inner.late_sign_ins.insert(tenant, Late { percent, hours });
    Ok(Value::Null)
}
