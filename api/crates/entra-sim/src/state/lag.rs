//! Read-after-write lag: for a while after a write, reads still see what was there before, as Graph's replicas do (ca-semantics.md section 13).

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{Kind, Op, Tenant};

/// How long writes stay invisible, and which recent ones still are. In memory only: a restart catches up.
#[derive(Debug, Default)]
pub(crate) struct Lag {
    rules: BTreeMap<Uuid, Rule>,
    shadows: BTreeMap<(Uuid, Kind, String), Shadow>,
}

#[derive(Debug)]
struct Rule {
    delay: TimeDelta,
    /// Only this object, or all when `None`.
    object: Option<String>,
    /// The rules of a policy look at locations through the lag too.
    references: bool,
}

#[derive(Debug)]
struct Shadow {
    /// What readers saw before the first of `versions`.
    base: Option<Value>,
    /// Later states with the instant at which each becomes visible.
    versions: Vec<(DateTime<Utc>, Option<Value>)>,
}

impl Lag {
    /// Sets the delay for a tenant's policies and named locations, live and deleted; zero ends it for later writes.
    pub(crate) fn set(&mut self, tenant: Uuid, delay_ms: u32, object: Option<String>, references: bool) {
        let delay = TimeDelta::milliseconds(i64::from(delay_ms));
        let rule = Rule { delay, object: object.map(|id| id.to_lowercase()), references };
        self.rules.insert(tenant, rule);
    }

    pub(crate) fn clear(&mut self, tenant: Option<Uuid>) {
        match tenant {
            Some(id) => {
                self.rules.remove(&id);
                self.shadows.retain(|(owner, ..), _| *owner != id);
            }
            None => *self = Lag::default(),
        }
    }

    /// Whether what a policy refers to is looked up as late as readers see it.
    pub(crate) fn delays_references(&self, tenant: Uuid) -> bool {
        self.rules.get(&tenant).is_some_and(|rule| rule.references)
    }

    /// Remembers what `op` is about to change. Call before applying it.
    pub(crate) fn record(&mut self, tenant: &Tenant, op: &Op, now: DateTime<Utc>) {
        let (kind, id, after) = match op {
            Op::Put { kind, value } => (*kind, value["id"].as_str().unwrap_or_default().to_lowercase(), Some(value.clone())),
            Op::Remove { kind, id } => (*kind, id.clone(), None),
            _ => return,
        };
        let replicated = matches!(kind, Kind::Policy | Kind::Location | Kind::DeletedPolicy | Kind::DeletedLocation);
        let rule = self.rules.get(&tenant.id).filter(|rule| rule.object.as_ref().is_none_or(|only| *only == id));
        let delay = rule.filter(|_| replicated).map_or(TimeDelta::zero(), |rule| rule.delay);
        self.shadows.retain(|_, shadow| shadow.versions.last().is_some_and(|(at, _)| *at > now));
        let key = (tenant.id, kind, id.clone());
        // Without a delay a write shows at once, unless an earlier one still hides: then in its order behind that one.
        if delay <= TimeDelta::zero() && !self.shadows.contains_key(&key) {
            return;
        }
        let shadow = self.shadows.entry(key).or_insert_with(|| Shadow { base: tenant.get(kind, &id).cloned(), versions: Vec::new() });
        let visible_at = shadow.versions.last().map_or(now + delay, |(earlier, _)| (*earlier).max(now + delay));
        shadow.versions.push((visible_at, after));
    }

    /// What a reader sees of one object, when that may differ from the truth.
    pub(super) fn seen(&self, tenant: Uuid, kind: Kind, id: &str, now: DateTime<Utc>) -> Option<Option<&Value>> {
        self.shadows.get(&(tenant, kind, id.to_owned())).map(|shadow| shadow.at(now))
    }

    /// The objects of a collection that readers may see differently.
    pub(super) fn shadowed(&self, tenant: Uuid, kind: Kind) -> impl Iterator<Item = &str> {
        self.shadows.keys().filter(move |(owner, k, _)| *owner == tenant && *k == kind).map(|(_, _, id)| id.as_str())
    }
}

impl Shadow {
    fn at(&self, now: DateTime<Utc>) -> Option<&Value> {
        let visible = self.versions.iter().rev().find(|(at, _)| *at <= now);
        visible.map_or(self.base.as_ref(), |(_, value)| value.as_ref())
    }
}
