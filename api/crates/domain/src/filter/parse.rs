//! From tokens to the tree: `-not` binds tightest, then `-and`, then `-or`.

use std::ops::Range;

use super::lex::{Spanned, Token, tokens};
use super::{DEEPEST_NESTING, Dialect, Filter, FilterError, LONGEST_RULE, Operator, Property, Test, Value};

pub(super) fn rule(rule: &str, dialect: Dialect) -> Result<Filter, FilterError> {
    if let Some((offset, _)) = rule.char_indices().nth(LONGEST_RULE) {
        return Err(FilterError::at(rule, offset, format!("a rule holds at most {LONGEST_RULE} characters")));
    }
    let tokens = tokens(rule)?;
    let mut parser = Parser { rule, dialect, tokens: &tokens };
    let filter = parser.any(0)?;
    match parser.tokens.first() {
        None => Ok(filter),
        Some(_) => Err(parser.expected("-and, -or or the end")),
    }
}

struct Parser<'r, 't> {
    rule: &'r str,
    dialect: Dialect,
    tokens: &'t [Spanned<'r>],
}

type Parsed<T> = Result<T, FilterError>;

impl<'r, 't> Parser<'r, 't> {
    fn any(&mut self, depth: usize) -> Parsed<Filter> {
        self.joined(depth, "or", Self::all, Filter::Any)
    }

    fn all(&mut self, depth: usize) -> Parsed<Filter> {
        self.joined(depth, "and", Self::term, Filter::All)
    }

    fn joined(
        &mut self,
        depth: usize,
        word: &str,
        part: fn(&mut Self, usize) -> Parsed<Filter>,
        join: fn(Vec<Filter>) -> Filter,
    ) -> Parsed<Filter> {
        let first = part(self, depth)?;
        let mut parts = vec![first];
        while self.takes(word) {
            parts.push(part(self, depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { join(parts) })
    }

    fn term(&mut self, depth: usize) -> Parsed<Filter> {
        if depth > DEEPEST_NESTING {
            return Err(self.fault(format!("-not and parentheses nest at most {DEEPEST_NESTING} deep")));
        }
        if self.takes("not") {
            return Ok(Filter::Not(Box::new(self.term(depth + 1)?)));
        }
        if self.token() == Some(&Token::Open) {
            self.next();
            let inner = self.any(depth + 1)?;
            if self.token() != Some(&Token::Close) {
                return Err(self.expected("-and, -or or ')'"));
            }
            self.next();
            return Ok(inner);
        }
        self.test().map(Filter::Test)
    }

    fn test(&mut self) -> Parsed<Test> {
        let subject = match self.dialect {
            Dialect::Devices => "a property of the device such as device.isCompliant",
            Dialect::Attributes => "an attribute such as CustomSecurityAttribute.set_name",
        };
        let Some(Token::Word(word)) = self.token() else { return Err(self.expected(&format!("{subject}, -not or '('"))) };
        let Some(property) = Property::read(word, self.dialect) else { return Err(self.expected(subject)) };
        self.next();
        let allowed = property.operators();
        let operator = match self.token() {
            Some(Token::Word(word)) => allowed.iter().copied().find(|operator| is_operator(word, &operator.as_str()[1..])),
            _ => None,
        };
        let Some(operator) = operator else {
            let names: Vec<&str> = allowed.iter().map(|operator| operator.as_str()).collect();
            return Err(self.expected(&format!("an operator that {property} takes ({})", names.join(", "))));
        };
        self.next();
        let value = self.value(&property, operator)?;
        Ok(Test { property, operator, value })
    }

    fn value(&mut self, property: &Property, operator: Operator) -> Parsed<Value> {
        if matches!(operator, Operator::In | Operator::NotIn) {
            return self.list().map(Value::List);
        }
        let value = match self.token() {
            Some(Token::Text(text)) if property.is_boolean() => boolean(text).map(Value::Boolean),
            Some(Token::Word(word)) if property.is_boolean() => boolean(word).map(Value::Boolean),
            Some(Token::Text(text)) => Some(Value::Text(text.clone())),
            _ => None,
        };
        let Some(value) = value else {
            return Err(self.expected(if property.is_boolean() { "True or False" } else { "a text in double quotes" }));
        };
        self.next();
        Ok(value)
    }

    fn list(&mut self) -> Parsed<Vec<String>> {
        if self.token() != Some(&Token::ListOpen) {
            return Err(self.expected("a list such as [\"a\", \"b\"]"));
        }
        self.next();
        let mut texts = Vec::new();
        loop {
            let Some(Token::Text(text)) = self.token() else { return Err(self.expected("a text in double quotes")) };
            texts.push(text.clone());
            self.next();
            match self.token() {
                Some(Token::Comma) => self.next(),
                Some(Token::ListClose) => {
                    self.next();
                    return Ok(texts);
                }
                _ => return Err(self.expected("',' or ']'")),
            }
        }
    }

    fn token(&self) -> Option<&'t Token<'r>> {
        self.tokens.first().map(|(token, _)| token)
    }

    fn next(&mut self) {
        self.tokens = self.tokens.split_first().map_or(&[][..], |(_, rest)| rest);
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = matches!(self.token(), Some(Token::Word(found)) if is_operator(found, word));
        if found {
            self.next();
        }
        found
    }

    fn expected(&self, what: &str) -> FilterError {
        let found = self.rule.get(self.place()).unwrap_or_default();
        self.fault(if found.is_empty() {
            format!("expected {what}, found the end")
        } else {
            format!("expected {what}, found {}", shown(found))
        })
    }

    fn fault(&self, message: String) -> FilterError {
        FilterError::at(self.rule, self.place().start, message)
    }

    fn place(&self) -> Range<usize> {
        self.tokens.first().map_or(self.rule.len()..self.rule.len(), |(_, place)| place.clone())
    }
}

/// Operators are read with or without their hyphen, as in the rules of dynamic groups.
fn is_operator(word: &str, name: &str) -> bool {
    word.strip_prefix('-').unwrap_or(word).eq_ignore_ascii_case(name)
}

fn boolean(text: &str) -> Option<bool> {
    [("true", true), ("false", false)].into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, value)| value)
}

/// Enough of what stands there to find it.
fn shown(found: &str) -> String {
    const SHOWN: usize = 32;
    if found.chars().count() <= SHOWN {
        return found.to_owned();
    }
    found.chars().take(SHOWN).chain("...".chars()).collect()
}
