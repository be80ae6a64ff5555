//! Filters: the rule language of dynamic groups, for devices and for applications.

use serde_json::Value;

use crate::ca::json::{any, filled, text};
use crate::signin::facts::App;
use crate::signin::scene::{Registration, Scene, Trust};

/// An attribute of the object that a rule is about.
enum Attribute {
    /// The object has no such value: positive operators fail, negative ones hold.
    Absent,
    One(String),
    Many(Vec<String>),
}

/// Whether a device filter lets the policy apply. An unreadable rule matches no device.
pub(super) fn device_matches(filter: &Value, scene: &Scene<'_>) -> bool {
    let Some(rule) = text(filter, &["rule"]) else { return true };
    let registration = scene.device.registration.as_ref();
    let matched = holds(rule, &|property| match (property.strip_prefix("device."), registration) {
        (Some(name), Some(registration)) => device_attribute(name, registration, scene),
        _ => Attribute::Absent,
    });
    (text(filter, &["mode"]) == Some("exclude")) != matched
}

/// Whether the predecessors of the filter let the policy apply: `include...` and `exclude...` with words such as `Compliant`.
pub(super) fn state_matches(condition: &Value, suffix: &str, scene: &Scene<'_>) -> bool {
    let (include, exclude) = (format!("include{suffix}"), format!("exclude{suffix}"));
    let registration = scene.device.registration.as_ref();
    let names = |list: &str| {
        any(condition, &[list], |word| match word {
            "Compliant" => registration.is_some_and(|device| device.compliant),
            "DomainJoined" => registration.is_some_and(|device| device.trust == Trust::Hybrid),
            word => word == "All",
        })
    };
    !filled(condition, &[&include]) && !filled(condition, &[&exclude]) || names(&include) && !names(&exclude)
}

/// Whether an application filter lets the policy apply: always, when there is none.
pub(super) fn app_matches(filter: &Value, app: Option<&App>) -> bool {
    let Some(rule) = text(filter, &["rule"]) else { return true };
    let matched = holds(rule, &|property| {
        let values = property.strip_prefix("customsecurityattribute.").and_then(|name| app?.attributes.get(name));
        values.map_or(Attribute::Absent, |values| Attribute::Many(values.clone()))
    });
    (text(filter, &["mode"]) == Some("exclude")) != matched
}

fn device_attribute(name: &str, registration: &Registration, scene: &Scene<'_>) -> Attribute {
    let one = |text: &str| Attribute::One(text.to_owned());
    match name {
        "deviceid" => Attribute::One(registration.id.to_string()),
        "displayname" => one(&registration.name),
        "operatingsystem" => scene.platform.condition().map_or(Attribute::Absent, one),
        "deviceownership" => one(if registration.company { "Company" } else { "Personal" }),
        "iscompliant" => one(if registration.compliant { "True" } else { "False" }),
        "mdmappid" if registration.managed => one("0000000a-0000-0000-c000-000000000000"),
        "profiletype" => one("RegisteredDevice"),
        "trusttype" => one(registration.trust.in_filter()),
        "physicalids" | "systemlabels" => Attribute::Many(Vec::new()),
        _ => Attribute::Absent,
    }
}

/// Evaluates a rule; property names arrive in lower case.
fn holds(rule: &str, attribute: &dyn Fn(&str) -> Attribute) -> bool {
    let Some(tokens) = tokens(rule) else { return false };
    let mut parser = Parser { tokens: &tokens, attribute };
    parser.any().filter(|_| parser.tokens.is_empty()).unwrap_or(false)
}

#[derive(Debug, PartialEq)]
enum Token {
    Open,
    Close,
    ListOpen,
    ListClose,
    Comma,
    /// `-and`, `-eq`, ... in lower case.
    Operator(String),
    Text(String),
    /// A property or `True`, in lower case.
    Word(String),
}

fn tokens(rule: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = rule.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, used) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '[' => (Token::ListOpen, 1),
            ']' => (Token::ListClose, 1),
            ',' => (Token::Comma, 1),
            '"' => {
                let length = rest[1..].find('"')?;
                (Token::Text(rest[1..=length].to_owned()), length + 2)
            }
            _ => {
                let length = rest.find(|c: char| c.is_whitespace() || "()[],\"".contains(c)).unwrap_or(rest.len());
                let word = rest[..length].to_lowercase();
                let token =
                    if let Some(operator) = word.strip_prefix('-') { Token::Operator(operator.to_owned()) } else { Token::Word(word) };
                (token, length)
            }
        };
        tokens.push(token);
        rest = rest[used..].trim_start();
    }
    Some(tokens)
}

struct Parser<'a> {
    tokens: &'a [Token],
    attribute: &'a dyn Fn(&str) -> Attribute,
}

impl<'a> Parser<'a> {
    fn next(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn takes_operator(&mut self, name: &str) -> bool {
        let found = matches!(self.tokens.first(), Some(Token::Operator(operator)) if operator == name);
        if found {
            self.next();
        }
        found
    }

    /// `-or` binds weakest. Both sides are always read, so that a broken right side breaks the rule.
    fn any(&mut self) -> Option<bool> {
        let mut held = self.all()?;
        while self.takes_operator("or") {
            held |= self.all()?;
        }
        Some(held)
    }

    fn all(&mut self) -> Option<bool> {
        let mut held = self.term()?;
        while self.takes_operator("and") {
            held &= self.term()?;
        }
        Some(held)
    }

    fn term(&mut self) -> Option<bool> {
        if self.takes_operator("not") {
            return self.term().map(|held| !held);
        }
        match self.next()? {
            Token::Open => {
                let held = self.any()?;
                (self.next()? == &Token::Close).then_some(held)
            }
            Token::Word(property) => {
                let Token::Operator(operator) = self.next()? else { return None };
                let values = self.values()?;
                compare(&(self.attribute)(property), operator, &values)
            }
            _ => None,
        }
    }

    fn values(&mut self) -> Option<Vec<&'a str>> {
        match self.next()? {
            Token::Text(text) | Token::Word(text) => Some(vec![text]),
            Token::ListOpen => {
                let mut values = Vec::new();
                loop {
                    match self.next()? {
                        Token::Text(text) | Token::Word(text) => values.push(text.as_str()),
                        Token::Comma => {}
                        Token::ListClose => return Some(values),
                        _ => return None,
                    }
                }
            }
            _ => None,
        }
    }
}

fn compare(attribute: &Attribute, operator: &str, values: &[&str]) -> Option<bool> {
    let (positive, negated) = match operator {
        "ne" => ("eq", true),
        "notin" => ("in", true),
        "notcontains" => ("contains", true),
        "notstartswith" => ("startswith", true),
        "notendswith" => ("endswith", true),
        other => (other, false),
    };
    let one = |held: &str, value: &str| {
        let (held, value) = (held.to_lowercase(), value.to_lowercase());
        Some(match positive {
            "eq" | "in" => held == value,
            "contains" => held.contains(&value),
            "startswith" => held.starts_with(&value),
            "endswith" => held.ends_with(&value),
            _ => return None,
        })
    };
    one("", "")?; // An operator nobody knows breaks the rule, whatever the device.
    let held = match attribute {
        Attribute::Absent => false,
        Attribute::One(held) => values.iter().any(|value| one(held, value) == Some(true)),
        // On a collection every operator compares whole elements.
        Attribute::Many(all) => all.iter().any(|held| values.iter().any(|value| held.eq_ignore_ascii_case(value))),
    };
    Some(held != negated)
}

#[cfg(test)]
mod tests {
    use super::{Attribute, holds};

    fn on_laptop(rule: &str) -> bool {
        holds(rule, &|property| match property {
            "device.iscompliant" => Attribute::One("True".into()),
            "device.trusttype" => Attribute::One("ServerAD".into()),
            "device.displayname" => Attribute::One("PC-12".into()),
            "device.systemlabels" => Attribute::Many(vec!["M365Managed".into()]),
            _ => Attribute::Absent,
        })
    }

    #[test]
    fn rules() {
        for (rule, expected) in [
            ("device.isCompliant -eq True", true),
            ("device.isCompliant -ne True -and device.trustType -ne \"ServerAD\"", false),
            ("device.isCompliant -ne True -or device.trustType -eq \"serverad\"", true),
            ("-not (device.isCompliant -eq True)", false),
            (
                "device.displayName -startsWith \"pc-\" -and (device.displayName -endsWith \"12\" -or device.displayName -contains \"x\")",
                true,
            ),
            ("device.displayName -in [\"PC-11\", \"PC-12\"]", true),
            ("device.displayName -notIn [\"PC-11\"]", true),
            ("device.systemLabels -contains \"M365Managed\"", true),
            ("device.systemLabels -contains \"M365\"", false),
            ("device.systemLabels -notContains \"M365\"", true),
            // Attributes that a device lacks.
            ("device.extensionAttribute1 -eq \"CONTOSO-IT\"", false),
            ("device.extensionAttribute1 -ne \"CONTOSO-IT\"", true),
            ("device.extensionAttribute1 -notStartsWith \"C\"", true),
            ("device.extensionAttribute1 -contains \"C\"", false),
            // -and before -or.
            ("device.isCompliant -eq True -or device.isCompliant -eq False -and device.isCompliant -eq False", true),
        ] {
            assert_eq!(on_laptop(rule), expected, "{rule}");
        }
    }

    #[test]
    fn unreadable_rules_match_nothing() {
        for rule in [
            "",
            "device.isCompliant",
            "device.isCompliant -eq",
            "device.isCompliant -is True",
            "(device.isCompliant -eq True",
            "device.displayName -eq \"PC",
            "device.isCompliant -eq True device.isCompliant -eq True",
            "-and",
            "device.isCompliant -eq True -or",
            "ö\"é",
        ] {
            assert!(!on_laptop(rule), "{rule}");
        }
    }
}
