//! What a reader sees: the truth, or what was true before a lagging write.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Kind, Lag, Tenant};

/// A read of one tenant at one instant.
pub(crate) struct Reader<'a> {
    pub tenant: &'a Tenant,
    pub lag: &'a Lag,
    pub now: DateTime<Utc>,
}

impl Reader<'_> {
    /// One object.
    pub(crate) fn get(&self, kind: Kind, id: &str) -> Option<Value> {
        let id = id.to_lowercase();
        match self.lag.seen(self.tenant.id, kind, &id, self.now) {
            Some(seen) => seen.cloned(),
            None => self.tenant.get(kind, &id).cloned(),
        }
    }

    /// A whole collection in id order (Graph documents none).
    pub(crate) fn list(&self, kind: Kind) -> Vec<Value> {
        let shadowed: BTreeSet<&str> = self.lag.shadowed(self.tenant.id, kind).collect();
        if shadowed.is_empty() {
            return self.tenant.all(kind).cloned().collect();
        }
        let known = self.tenant.objects.get(&kind).into_iter().flat_map(|objects| objects.keys().map(String::as_str));
        let ids: BTreeSet<&str> = known.chain(shadowed).collect();
        ids.into_iter().filter_map(|id| self.get(kind, id)).collect()
    }
}
