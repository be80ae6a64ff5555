//! The tenants' sign-in logs, made as time passes.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::core::{Core, Inner};

/// Sign-ins so far.
#[derive(Debug, Default)]
pub(crate) struct SignIns;

impl Inner {
    pub(crate) fn sign_ins(&mut self, _core: &Core, _tenant: Uuid, _now: DateTime<Utc>) -> Vec<Value> {
        Vec::new()
    }
    pub(crate) fn before_policy_write(&mut self, _core: &Core, _tenant: Uuid, _now: DateTime<Utc>) {}
    pub(crate) fn forget_sign_ins(&mut self) {}
}
