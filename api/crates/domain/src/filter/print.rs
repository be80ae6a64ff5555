//! A tree as a rule, with no more parentheses than it needs to parse to the same tree.

use std::fmt;

use super::{Filter, Test, Value};

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Filter::Any(parts) => joined(f, parts, " -or ", |part| matches!(part, Filter::Any(_))),
            Filter::All(parts) => joined(f, parts, " -and ", |part| matches!(part, Filter::Any(_) | Filter::All(_))),
            Filter::Not(inner) => {
                f.write_str("-not ")?;
                part(f, inner, matches!(**inner, Filter::Any(_) | Filter::All(_)))
            }
            Filter::Test(test) => test.fmt(f),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.property, self.operator)?;
        match &self.value {
            Value::Boolean(value) => f.write_str(if *value { "True" } else { "False" }),
            Value::Text(text) => quoted(f, text),
            Value::List(texts) => {
                for (index, text) in texts.iter().enumerate() {
                    f.write_str(if index == 0 { "[" } else { ", " })?;
                    quoted(f, text)?;
                }
                f.write_str("]")
            }
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Filter], word: &str, wraps: fn(&Filter) -> bool) -> fmt::Result {
    for (index, filter) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        part(f, filter, wraps(filter))?;
    }
    Ok(())
}

fn part(f: &mut fmt::Formatter<'_>, filter: &Filter, wrapped: bool) -> fmt::Result {
    if wrapped { write!(f, "({filter})") } else { write!(f, "{filter}") }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "\"{}\"", text.replace('`', "``").replace('"', "`\""))
}
