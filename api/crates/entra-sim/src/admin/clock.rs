//! Time that a test moves.

use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::json;

use super::{AdminError, Answer, body};
use crate::core::Core;
use crate::server::Call;

/// Ten years: enough for any rule of the service, and far from where dates end.
const MAX_ADVANCE_MS: i64 = 10 * 366 * 24 * 3_600 * 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Advance {
    advance_ms: i64,
}

pub(super) fn advance(core: &Core, call: &Call) -> Answer {
    let Advance { advance_ms } = body(call)?;
    if !(0..=MAX_ADVANCE_MS).contains(&advance_ms) {
        return Err(AdminError(400, format!("advanceMs is 0 to {MAX_ADVANCE_MS}: time only goes forward")));
    }
    core.advance(TimeDelta::milliseconds(advance_ms));
    Ok(json!({"now": core.now()}))
}
