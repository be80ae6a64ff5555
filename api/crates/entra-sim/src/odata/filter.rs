//! `$filter` as a tree: comparisons, `in`, `startswith`, `isof`, `and`, `or`, `not`.

use super::Unsupported;
use super::lex::{Token, tokens};

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Compare {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

/// A literal of a filter. `Bare` covers unquoted guids, dates and numbers, which compare by the property's own type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Bare(String),
    Bool(bool),
    Null,
}

/// A parsed filter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    Compare { path: String, op: Compare, value: Literal },
    In { path: String, values: Vec<Literal> },
    StartsWith { path: String, prefix: String },
    IsOf(String),
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
}

/// The deepest nesting of parentheses and `not` that is parsed; Graph refuses far less.
const MAX_DEPTH: usize = 32;

impl Filter {
    /// Parses one filter, all of it.
    pub(crate) fn parse(text: &str) -> Result<Filter, Unsupported> {
        let mut parser = Parser { text, tokens: tokens(text)?, at: 0, depth: 0 };
        let filter = parser.or()?;
        match parser.peek() {
            None => Ok(filter),
            Some(_) => Err(parser.invalid()),
        }
    }

    /// The properties that the filter reads.
    pub(crate) fn paths(&self) -> Vec<&str> {
        match self {
            Filter::Compare { path, .. } | Filter::In { path, .. } | Filter::StartsWith { path, .. } => vec![path],
            Filter::IsOf(_) => Vec::new(),
            Filter::And(a, b) | Filter::Or(a, b) => [a.paths(), b.paths()].concat(),
            Filter::Not(inner) => inner.paths(),
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn keyword(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &Token) -> Result<(), Unsupported> {
        if self.next().as_ref() == Some(token) { Ok(()) } else { Err(self.invalid()) }
    }

    fn invalid(&self) -> Unsupported {
        Unsupported::syntax(format!("Invalid filter clause: {}", self.text))
    }

    fn or(&mut self) -> Result<Filter, Unsupported> {
        let mut left = self.and()?;
        while self.keyword("or") {
            left = Filter::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Filter, Unsupported> {
        let mut left = self.unary()?;
        while self.keyword("and") {
            left = Filter::And(Box::new(left), Box::new(self.unary()?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Filter, Unsupported> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Unsupported::query("The filter clause is too complex."));
        }
        let filter = if self.keyword("not") {
            Filter::Not(Box::new(self.unary()?))
        } else if self.peek() == Some(&Token::Open) {
            self.next();
            let inner = self.or()?;
            self.expect(&Token::Close)?;
            inner
        } else {
            self.predicate()?
        };
        self.depth -= 1;
        Ok(filter)
    }

    fn predicate(&mut self) -> Result<Filter, Unsupported> {
        let Some(Token::Word(name)) = self.next() else { return Err(self.invalid()) };
        if self.peek() == Some(&Token::Open) {
            return self.function(&name);
        }
        let Some(Token::Word(operator)) = self.next() else { return Err(self.invalid()) };
        let op = match operator.to_ascii_lowercase().as_str() {
            "eq" => Compare::Eq,
            "ne" => Compare::Ne,
            "gt" => Compare::Gt,
            "ge" => Compare::Ge,
            "lt" => Compare::Lt,
            "le" => Compare::Le,
            "in" => return Ok(Filter::In { path: name, values: self.list()? }),
            "has" => return Err(self.unsupported(&name)),
            _ => return Err(self.invalid()),
        };
        Ok(Filter::Compare { path: name, op, value: self.literal()? })
    }

    fn function(&mut self, name: &str) -> Result<Filter, Unsupported> {
        self.expect(&Token::Open)?;
        match name.to_ascii_lowercase().as_str() {
            "startswith" => {
                let Some(Token::Word(path)) = self.next() else { return Err(self.invalid()) };
                self.expect(&Token::Comma)?;
                let Some(Token::Text(prefix)) = self.next() else { return Err(self.invalid()) };
                self.expect(&Token::Close)?;
                // `startswith(x,'a') eq true` is the long spelling of the same.
                if self.keyword("eq") && !self.keyword("true") {
                    return Err(self.invalid());
                }
                Ok(Filter::StartsWith { path, prefix })
            }
            "isof" => {
                let Some(Token::Text(name)) = self.next() else { return Err(self.invalid()) };
                self.expect(&Token::Close)?;
                Ok(Filter::IsOf(name))
            }
            _ => Err(self.unsupported(name)),
        }
    }

    fn unsupported(&self, name: &str) -> Unsupported {
        let property = name.split('/').next().unwrap_or(name);
        Unsupported::query(format!("Unsupported or invalid query filter clause specified for property '{property}' of resource."))
    }

    fn list(&mut self) -> Result<Vec<Literal>, Unsupported> {
        self.expect(&Token::Open)?;
        let mut values = vec![self.literal()?];
        while self.peek() == Some(&Token::Comma) {
            self.next();
            values.push(self.literal()?);
        }
        self.expect(&Token::Close)?;
        Ok(values)
    }

    fn literal(&mut self) -> Result<Literal, Unsupported> {
        match self.next() {
            Some(Token::Text(text)) => Ok(Literal::Text(text)),
            Some(Token::Word(word)) => Ok(match word.as_str() {
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                "null" => Literal::Null,
                _ => Literal::Bare(word),
            }),
            _ => Err(self.invalid()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_binds_tighter_than_or() {
        let parsed = Filter::parse("a eq 1 or b eq 2 and c eq 3").unwrap();
        let Filter::Or(_, right) = parsed else { panic!("{parsed:?}") };
        assert!(matches!(*right, Filter::And(..)));
    }

    #[test]
    fn a_doubled_quote_is_one() {
        assert_eq!(
            Filter::parse("displayName eq 'Ann''s'").unwrap(),
            Filter::Compare { path: "displayName".into(), op: Compare::Eq, value: Literal::Text("Ann's".into()) }
        );
    }

    #[test]
    fn lambdas_and_unknown_functions_are_unsupported() {
        for text in ["signInEventTypes/any(t:t eq 'x')", "contains(displayName,'x')", "scenarios has 'x'"] {
            assert_eq!(Filter::parse(text).unwrap_err().code, "Request_UnsupportedQuery", "{text}");
        }
    }

    #[test]
    fn nonsense_is_a_syntax_error() {
        for text in ["", "a", "a eq", "a eq 'x", "a eq 1)", "(a eq 1", "a eq 1 and", "a in ()", "a = 1", "\u{1}"] {
            assert_eq!(Filter::parse(text).unwrap_err().code, "BadRequest", "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_without_overflow() {
        let text = format!("{}a eq 1{}", "(".repeat(50_000), ")".repeat(50_000));
        assert_eq!(Filter::parse(&text).unwrap_err().code, "Request_UnsupportedQuery");
    }
}
