//! The one way a Graph operation changes the world: operations and ledger entry in one record.

use serde_json::Value;

use super::{Activity, GraphError, Session, audit_entry};
use crate::core::Draft;
use crate::ledger::Effect;
use crate::state::{Kind, Op};

impl Session<'_> {
    /// Commits `ops` as the effect `action` on `collection/id`.
    pub(crate) fn commit(&mut self, action: &str, collection: &str, id: &str, ops: Vec<Op>) -> Result<(), GraphError> {
        let body = self.call.json().ok().flatten().unwrap_or(Value::Null);
        let draft = Draft {
            method: self.call.method.to_string(),
            path: format!("/{}", self.call.segments.iter().skip(1).map(String::as_str).collect::<Vec<_>>().join("/")),
            body,
            client_request_id: self.call.header("client-request-id").map(str::to_owned),
            client: Some(self.caller.client_id),
            portal_user: None,
            effect: Effect { action: action.to_owned(), collection: collection.to_owned(), id: id.to_owned() },
        };
        self.inner.before_policy_write(self.caller.tenant, self.now);
        Ok(self.inner.commit(self.caller.tenant, ops, Some(draft), self.now)?)
    }

    /// Commits a write of the Conditional Access service together with its directory audit.
    pub(crate) fn commit_audited(
        &mut self,
        action: &str,
        collection: &str,
        mut ops: Vec<Op>,
        activity: Activity<'_>,
    ) -> Result<(), GraphError> {
        let id = activity.id().to_owned();
        let initiator = super::audits::by_application(self.caller);
        let audit = audit_entry(&activity, &initiator, self.new_id(), self.now);
        ops.push(Op::Put { kind: Kind::Audit, value: audit });
        self.commit(action, collection, &id, ops)
    }
}
