//! The rule language of filters for devices, applications and service principals (ca-semantics.md sections 4 and 5).
//!
//! A rule compares properties with values, and joins comparisons by `-not`, `-and`, `-or` and parentheses, in this order of precedence. Words of
//! the language are read in any case, and values are compared in any case. [`Filter`] is the tree; its `Display` is a rule that parses to the same tree.

mod evaluate;
mod lex;
mod parse;
mod print;
mod property;

pub use property::{DeviceProperty, Property};

use crate::text_enum;

/// The longest rule, in characters (ca-semantics.md section 16).
pub const LONGEST_RULE: usize = 3_072;

/// How deep `-not` and parentheses may nest: far more than people write, and little enough for any stack.
pub const DEEPEST_NESTING: usize = 48;

/// Which properties a rule may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `device.<property>`
    Devices,
    /// `CustomSecurityAttribute.<set>_<name>`, of applications and service principals.
    Attributes,
}

/// A parsed rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// One of them holds; at least two.
    Any(Vec<Filter>),
    /// All of them hold; at least two.
    All(Vec<Filter>),
    /// It doesn't hold.
    Not(Box<Filter>),
    /// One comparison.
    Test(Test),
}

/// One comparison of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    property: Property,
    operator: Operator,
    value: Value,
}

text_enum! {
    /// Comparisons.
    Operator {
        /// Equal.
        Eq = "-eq",
        /// Not equal.
        Ne = "-ne",
        /// Begins with.
        StartsWith = "-startsWith",
        /// Doesn't begin with.
        NotStartsWith = "-notStartsWith",
        /// Ends with.
        EndsWith = "-endsWith",
        /// Doesn't end with.
        NotEndsWith = "-notEndsWith",
        /// Contains; in a collection: has the element.
        Contains = "-contains",
        /// Doesn't contain.
        NotContains = "-notContains",
        /// Is one of a list.
        In = "-in",
        /// Is none of a list.
        NotIn = "-notIn",
    }
}

impl Operator {
    /// The operator that it denies, and whether it does: a negative operator holds exactly where its positive one doesn't.
    fn positive(self) -> (Operator, bool) {
        match self {
            Operator::Ne => (Operator::Eq, true),
            Operator::NotStartsWith => (Operator::StartsWith, true),
            Operator::NotEndsWith => (Operator::EndsWith, true),
            Operator::NotContains => (Operator::Contains, true),
            Operator::NotIn => (Operator::In, true),
            positive => (positive, false),
        }
    }
}

/// What a property is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    Boolean(bool),
    List(Vec<String>),
}

/// Why a text is no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at line {line}, column {column}")]
pub struct FilterError {
    /// Where, in bytes from the beginning.
    pub offset: usize,
    /// Where: the line, from 1.
    pub line: usize,
    /// Where: the character of the line, from 1.
    pub column: usize,
    /// What was expected, and what stands there.
    pub message: String,
}

impl Filter {
    /// Reads a rule.
    ///
    /// # Errors
    /// Says where the first mistake is and what was expected: syntax, unknown properties, operators that a property doesn't take
    /// (the table of ca-semantics.md section 5), more than [`LONGEST_RULE`] characters, nesting deeper than [`DEEPEST_NESTING`].
    pub fn parse(rule: &str, dialect: Dialect) -> Result<Self, FilterError> {
        parse::rule(rule, dialect)
    }
}

impl FilterError {
    fn at(rule: &str, offset: usize, message: impl Into<String>) -> Self {
        let before = rule.get(..offset).unwrap_or(rule);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        FilterError {
            offset,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
        }
    }
}
