//! `/identityGovernance/termsOfUse/agreements` and `/agreements`: delegated only, so that an application is always refused (graph-api.md section 9).

use super::{Answer, Family, GraphError, ListSpec, Session};
use crate::odata::Over;
use crate::state::Kind;

const CONTEXT: &str = "identityGovernance/termsOfUse/agreements";

pub(super) fn list(session: &mut Session<'_>) -> Answer {
    require(session)?;
    let spec = ListSpec {
        context: CONTEXT.to_owned(),
        resource: "agreement",
        default_page: 100,
        max_page: 999,
        over: Over::Clamp,
        filterable: &["id", "displayName"],
        orderable: &["displayName"],
        default_select: &[],
        count_needs_header: false,
    };
    session.list(&spec, session.reader().list(Kind::Terms))
}

pub(super) fn get(session: &mut Session<'_>, id: &str) -> Answer {
    require(session)?;
    let found = session.reader().get(Kind::Terms, id).ok_or_else(|| GraphError::directory_not_found(id))?;
    Ok(session.entity(200, &format!("{CONTEXT}/$entity"), found))
}

fn require(session: &Session<'_>) -> Result<(), GraphError> {
    if session.caller.delegated {
        return session.require(Family::Directory, &[&["Agreement.Read.All"], &["Agreement.ReadWrite.All"]]);
    }
    Err(GraphError::new(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."))
}
