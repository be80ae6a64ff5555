//! `/identity/conditionalAccess/deletedItems`: policies and named locations for 30 days after their deletion.

use chrono::{DateTime, TimeDelta};
use serde_json::Value;

use super::permission::{DELETED_READ, POLICY_RESTORE};
use super::policies::marked_deleted;
use super::{Activity, Answer, Family, GraphError, ListSpec, Session};
use crate::ca;
use crate::odata::Over;
use crate::server::Reply;
use crate::state::{Kind, Op};

const KEPT: TimeDelta = TimeDelta::days(30);

/// One of the two collections.
pub(super) struct Bin {
    deleted: Kind,
    live: Kind,
    collection: &'static str,
    resource: &'static str,
    type_name: &'static str,
    noun: &'static str,
}

pub(super) const POLICIES: Bin = Bin {
    deleted: Kind::DeletedPolicy,
    live: Kind::Policy,
    collection: "policies",
    resource: "conditionalAccessPolicy",
    type_name: "ConditionalAccessPolicy",
    noun: "conditional access policy",
};
pub(super) const LOCATIONS: Bin = Bin {
    deleted: Kind::DeletedLocation,
    live: Kind::Location,
    collection: "namedLocations",
    resource: "namedLocation",
    type_name: "NamedLocation",
    noun: "named location",
};

impl Bin {
    fn context(&self) -> String {
        format!("identity/conditionalAccess/deletedItems/{}", self.collection)
    }

    /// As it is: a write isn't misled by lag.
    fn find(&self, session: &Session<'_>, id: &str) -> Result<Value, GraphError> {
        let found = session.tenant().get(self.deleted, id).filter(|object| kept(session, object)).cloned();
        found.ok_or_else(|| self.not_found(id))
    }

    fn not_found(&self, id: &str) -> GraphError {
        GraphError::ca_not_found(self.type_name, id)
    }

    pub(super) fn list(&self, session: &mut Session<'_>) -> Answer {
        session.require(Family::ConditionalAccess, DELETED_READ)?;
        let spec = ListSpec {
            context: self.context(),
            resource: self.resource,
            default_page: 1000,
            max_page: 1000,
            over: Over::Clamp,
            filterable: &["id", "displayName", "deletedDateTime", "state"],
            orderable: &["displayName", "deletedDateTime"],
            default_select: &[],
            count_needs_header: false,
        };
        let items = session.reader().list(self.deleted).into_iter().filter(|object| kept(session, object)).collect();
        session.list(&spec, items)
    }

    pub(super) fn get(&self, session: &mut Session<'_>, id: &str) -> Answer {
        session.require(Family::ConditionalAccess, DELETED_READ)?;
        let found = session.reader().get(self.deleted, id).filter(|object| kept(session, object)).ok_or_else(|| self.not_found(id))?;
        Ok(session.entity(200, &format!("{}/$entity", self.context()), found))
    }

    /// Brings it back under the same id and in the state it had.
    pub(super) fn restore(&self, session: &mut Session<'_>, id: &str) -> Answer {
        session.require(Family::ConditionalAccess, POLICY_RESTORE)?;
        let restored = marked_deleted(&self.find(session, id)?, Value::Null);
        ca::check_room_for(&restored, &session.view())?;
        let ops = vec![Op::Remove { kind: self.deleted, id: id.to_owned() }, Op::Put { kind: self.live, value: restored.clone() }];
        let activity = Activity { verb: "Restore", noun: self.noun, property: self.type_name, before: None, after: Some(&restored) };
        session.commit_audited("restore", self.collection, ops, activity)?;
        Ok(session.entity(200, &format!("identity/conditionalAccess/{}/$entity", self.collection), restored))
    }

    /// Permanently.
    pub(super) fn purge(&self, session: &mut Session<'_>, id: &str) -> Answer {
        session.require(Family::ConditionalAccess, POLICY_RESTORE)?;
        let gone = self.find(session, id)?;
        let ops = vec![Op::Remove { kind: self.deleted, id: id.to_owned() }];
        let activity = Activity { verb: "Hard delete", noun: self.noun, property: self.type_name, before: Some(&gone), after: None };
        session.commit_audited("purge", self.collection, ops, activity)?;
        Ok(Reply::empty(204))
    }
}

fn kept(session: &Session<'_>, object: &Value) -> bool {
    let deleted_at = object["deletedDateTime"].as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    deleted_at.is_some_and(|at| session.now - at.to_utc() < KEPT)
}
