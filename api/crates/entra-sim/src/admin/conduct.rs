//! How a tenant's people sign in.

use serde_json::Value;
use uuid::Uuid;

use super::{AdminError, Answer, body};
use crate::core::{Core, Inner};
use crate::server::Call;
use crate::signin::Conduct;

pub(super) fn set(core: &Core, inner: &mut Inner, call: &Call, tenant: Uuid) -> Answer {
    let conduct: Conduct = body(call)?;
    conduct.check().map_err(|what| AdminError(400, what.to_owned()))?;
    inner.behave(tenant, conduct, core.now());
    Ok(Value::Null)
}
