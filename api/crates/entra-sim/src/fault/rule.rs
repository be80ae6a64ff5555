//! Rules that make matching requests go wrong.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most rules a tenant can have.
const MAX_RULES: usize = 200;

/// The longest latency, so that a test can't hang on a typing error.
const MAX_LATENCY_MS: u64 = 120_000;

/// Whether trouble comes before the write took effect or after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum When {
    /// Nothing happened at the tenant.
    #[default]
    Before,
    /// The effect is in the ledger; only the answer is spoilt.
    After,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub(crate) enum Trouble {
    /// The answer is late by so much; the work is done after the wait.
    Latency { ms: u64 },
    /// Another answer than the true one.
    Fail {
        status: u16,
        #[serde(default)]
        when: When,
        #[serde(default)]
        code: Option<String>,
        #[serde(default)]
        message: Option<String>,
        /// Seconds for a `Retry-After` header.
        #[serde(default, rename = "retryAfter")]
        retry_after: Option<u32>,
    },
    /// The connection closes without an answer.
    Drop {
        #[serde(default)]
        when: When,
    },
    /// 429 as Graph sends it; without `retryAfter` there is no header.
    Throttle {
        #[serde(default, rename = "retryAfter")]
        retry_after: Option<u32>,
    },
}

/// A rule: which requests, what happens, how often.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Rule {
    /// Given by the simulator.
    #[serde(default)]
    pub id: u64,
    /// Only this HTTP method.
    #[serde(default)]
    pub method: Option<String>,
    /// Only paths that contain this text, without regard to case. Token requests match by `/oauth2/v2.0/token`.
    #[serde(default)]
    pub path: Option<String>,
    /// Only the application with this client id.
    #[serde(default)]
    pub client: Option<Uuid>,
    /// Matching requests that pass untouched first.
    #[serde(default)]
    pub skip: u32,
    /// How many requests it strikes; for ever when absent.
    #[serde(default)]
    pub times: Option<u32>,
    /// What happens.
    pub trouble: Trouble,
    /// How many requests it struck so far.
    #[serde(default)]
    pub struck: u32,
}

/// What a request must suffer: at most one wait and one trouble.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strike {
    pub latency_ms: u64,
    pub trouble: Option<Trouble>,
}

/// All rules, per tenant, in the order given.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    next_id: u64,
    rules: BTreeMap<Uuid, Vec<Rule>>,
}

impl Faults {
    /// Adds a rule and returns it with its id; `None` when the tenant has too many.
    pub(crate) fn add(&mut self, tenant: Uuid, mut rule: Rule) -> Option<Rule> {
        let rules = self.rules.entry(tenant).or_default();
        if rules.len() >= MAX_RULES {
            return None;
        }
        self.next_id += 1;
        rule.id = self.next_id;
        rule.struck = 0;
        rules.push(rule.clone());
        Some(rule)
    }

    pub(crate) fn of(&self, tenant: Uuid) -> &[Rule] {
        self.rules.get(&tenant).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn clear(&mut self, tenant: Option<Uuid>) {
        match tenant {
            Some(id) => drop(self.rules.remove(&id)),
            None => self.rules.clear(),
        }
    }

    /// Decides what one request suffers, and counts it. All matching latencies add up; the first matching trouble of another kind is the one that happens.
    pub(crate) fn strike(&mut self, tenant: Uuid, client: Option<Uuid>, method: &str, path: &str) -> Strike {
        let path = path.to_lowercase();
        let mut strike = Strike::default();
        for rule in self.rules.get_mut(&tenant).into_iter().flatten() {
            let latency = matches!(rule.trouble, Trouble::Latency { .. });
            if !rule.matches(client, method, &path) || (!latency && strike.trouble.is_some()) || !rule.take() {
                continue;
            }
            match &rule.trouble {
                Trouble::Latency { ms } => strike.latency_ms = (strike.latency_ms + ms).min(MAX_LATENCY_MS),
                trouble => strike.trouble = Some(trouble.clone()),
            }
        }
        strike
    }
}

impl Rule {
    fn matches(&self, client: Option<Uuid>, method: &str, path: &str) -> bool {
        self.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.path.as_ref().is_none_or(|wanted| path.contains(&wanted.to_lowercase()))
            && self.client.is_none_or(|wanted| client == Some(wanted))
    }

    /// Whether it strikes this time.
    fn take(&mut self) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if self.times.is_some_and(|times| self.struck >= times) {
            return false;
        }
        self.struck += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(json: serde_json::Value) -> Rule {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_rule_skips_then_strikes_then_ends() {
        let tenant = Uuid::from_u128(1);
        let mut faults = Faults::default();
        faults.add(tenant, rule(serde_json::json!({"method": "patch", "path": "POLICIES", "skip": 1, "times": 2, "trouble": {"kind": "drop", "when": "after"}})));
        let mut struck = |method: &str, path: &str| faults.strike(tenant, None, method, path).trouble.is_some();
        assert!(!struck("GET", "/policies"));
        assert_eq!([(); 4].map(|()| struck("PATCH", "/v1.0/Policies/1")), [false, true, true, false]);
    }

    #[test]
    fn latencies_add_up_beside_one_trouble() {
        let tenant = Uuid::from_u128(1);
        let mut faults = Faults::default();
        for trouble in [
            serde_json::json!({"kind": "latency", "ms": 20}),
            serde_json::json!({"kind": "throttle", "retryAfter": 1}),
            serde_json::json!({"kind": "latency", "ms": 5}),
            serde_json::json!({"kind": "drop"}),
        ] {
            faults.add(tenant, rule(serde_json::json!({"times": 1, "trouble": trouble})));
        }
        let first = faults.strike(tenant, None, "GET", "/");
        assert_eq!((first.latency_ms, first.trouble), (25, Some(Trouble::Throttle { retry_after: Some(1) })));
        assert_eq!(faults.strike(tenant, None, "GET", "/").trouble, Some(Trouble::Drop { when: When::Before }));
    }
}
