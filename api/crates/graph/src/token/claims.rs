//! The two claims we look at. Graph's tokens are opaque to clients and never validated here (graph-api.md section 1): `tid` is only compared
//! with the tenant we asked for, and `roles` only reported.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use uuid::Uuid;

/// More role claims than any application has.
const MAX_ROLES: usize = 1_000;

/// Claims of a token that turned out to be a readable JWT.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) tid: Option<Uuid>,
    pub(crate) roles: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Payload {
    tid: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
}

/// The claims, or `None` for a token that is not a JWT (encrypted or opaque ones are legitimate).
pub(crate) fn read(token: &str) -> Option<Claims> {
    let mut parts = token.split('.');
    let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let payload: Payload = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()?;
    Some(Claims {
        tid: payload.tid.as_deref().and_then(|tid| Uuid::try_parse(tid).ok()),
        roles: payload.roles.into_iter().take(MAX_ROLES).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jwt_is_read_and_anything_else_is_opaque() {
        let jwt = |payload: &str| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload));
        let tid = Uuid::from_u128(7);
        let claims = read(&jwt(&format!(r#"{{"tid":"{tid}","roles":["Policy.Read.All"],"x":1}}"#))).unwrap();
        assert_eq!(claims.tid, Some(tid));
        assert!(claims.roles.contains("Policy.Read.All"));
        assert_eq!(read(&jwt("{}")), Some(Claims { tid: None, roles: BTreeSet::new() }));
        assert_eq!(read(&jwt(r#"{"tid":"not a guid"}"#)).and_then(|claims| claims.tid), None);
        for opaque in ["", "abc", "a.b", "a.b.c", "a.b.c.d.e", &jwt("[]"), &jwt("text")] {
            assert_eq!(read(opaque), None, "{opaque}");
        }
    }
}
