//! A filter of a document: mode and rule.

use serde_json::Value;

use super::Answer;
use super::finding::Why;
use crate::filter::{Dialect, Filter};
use crate::signin::Device;

#[derive(Clone, Debug)]
pub(super) struct RuleFilter {
    includes: bool,
    rule: String,
    /// `None`: the rule, or its mode, can't be read, so that what matches it is unknown.
    filter: Option<Filter>,
}

impl RuleFilter {
    pub(super) fn new(filter: &Value, dialect: Dialect) -> Self {
        let text = |name: &str| filter.get(name).and_then(Value::as_str).unwrap_or_default();
        let mode = text("mode");
        let known = ["include", "exclude"].iter().any(|known| mode.eq_ignore_ascii_case(known));
        RuleFilter {
            includes: mode.eq_ignore_ascii_case("include"),
            rule: text("rule").to_owned(),
            filter: Filter::parse(text("rule"), dialect).ok().filter(|_| known),
        }
    }

    pub(super) fn includes(&self) -> bool {
        self.includes
    }

    pub(super) fn rule(&self) -> &str {
        &self.rule
    }

    /// Why it would be unknown whether something matches.
    pub(super) fn unknown_why(&self) -> Why {
        if self.filter.is_none() { Why::NotUnderstood } else { Why::FactMissing }
    }

    pub(super) fn of_device(&self, device: Option<&Device>) -> Answer {
        match (&self.filter, device) {
            (Some(filter), Some(device)) => filter.of_device(device),
            _ => Answer::Unknown,
        }
    }

    pub(super) fn of_attributes(&self, attributes: &[(String, Vec<String>)]) -> Answer {
        self.filter.as_ref().map_or(Answer::Unknown, |filter| filter.of_attributes(attributes))
    }
}
