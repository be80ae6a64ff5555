//! What happened: accepted writes and latest requests.

use serde_json::json;
use uuid::Uuid;

use super::{AdminError, Answer};
use crate::core::Inner;
use crate::server::Call;

pub(super) fn ledger(inner: &Inner, call: &Call) -> Answer {
    let (tenant, after) = window(call)?;
    let entries: Vec<_> =
        inner.world.ledger.iter().filter(|entry| entry.seq > after && tenant.is_none_or(|tenant| entry.tenant == tenant)).collect();
    Ok(json!({"entries": entries, "lastSeq": inner.world.ledger_seq}))
}

pub(super) fn requests(inner: &Inner, call: &Call) -> Answer {
    let (tenant, after) = window(call)?;
    let requests: Vec<_> = inner.requests.of(tenant).filter(|entry| entry.seq > after).collect();
    Ok(json!({"requests": requests}))
}

fn window(call: &Call) -> Result<(Option<Uuid>, u64), AdminError> {
    let value = |name: &str| call.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let bad = |name: &str| AdminError(400, format!("{name} is not valid"));
    let tenant = value("tenant").map(Uuid::try_parse).transpose().map_err(|_| bad("tenant"))?;
    let after = value("after").map(str::parse).transpose().map_err(|_| bad("after"))?;
    Ok((tenant, after.unwrap_or(0)))
}
