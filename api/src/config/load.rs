//! From a file and a map of variables to a [`Config`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::Config;
use super::reference::{KEYS, Key, Kind};

/// What is wrong with the configuration: each `Display` is one line.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("the configuration file {path} cannot be read: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The file isn't valid.
    #[error("the configuration file {path} is not valid: {message}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why, on one line.
        message: String,
    },
    /// A variable with our prefix that isn't a key.
    #[error("{0} is no setting")]
    UnknownVariable(String),
    /// A variable's text doesn't fit.
    #[error("{variable} must be {expected}")]
    Variable {
        /// The variable.
        variable: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A variable's text isn't what its setting needs.
    #[error("{variable} is not valid: {message}")]
    Text {
        /// The variable.
        variable: String,
        /// Why, on one line; never the text, which may be a secret.
        message: String,
    },
    /// A value doesn't fit.
    #[error("a setting is not valid: {0}")]
    Value(String),
    /// Settings that contradict each other or the mode.
    #[error("{}", .0.join("; "))]
    Invalid(Vec<String>),
}

/// Variables that start with this are ours.
const PREFIX: &str = "CAUSEWAY__";

impl Config {
    /// Reads the file, lays the variables over it, and validates the result.
    ///
    /// # Errors
    /// The first thing that is wrong with the sources, or everything that is wrong with the result.
    pub fn load(file: Option<&Path>, variables: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let mut table = match file {
            Some(path) => read(path)?,
            None => Table::new(),
        };
        for (variable, text) in variables.iter().filter(|(name, _)| name.starts_with(PREFIX)) {
            let key = KEYS.iter().find(|key| key.variable() == *variable).ok_or_else(|| ConfigError::UnknownVariable(variable.clone()))?;
            let value = value(key, variable, text)?;
            // Each alone first, so that a mistake is told with its variable.
            let mut alone = Table::new();
            set(&mut alone, key, value.clone());
            let fits: Result<Self, toml::de::Error> = Value::Table(alone).try_into();
            fits.map_err(|error| ConfigError::Text { variable: variable.clone(), message: one_line(error.message()) })?;
            set(&mut table, key, value);
        }
        let config: Self =
            Value::Table(table).try_into().map_err(|error: toml::de::Error| ConfigError::Value(one_line(error.message())))?;
        let problems = config.validate();
        if problems.is_empty() { Ok(config) } else { Err(ConfigError::Invalid(problems)) }
    }
}

fn read(path: &Path) -> Result<Table, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|cause| ConfigError::File { path: path.to_owned(), cause })?;
    let syntax = |error: toml::de::Error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
        ConfigError::Syntax { path: path.to_owned(), message: format!("line {line}: {}", one_line(error.message())) }
    };
    let table = text.parse::<Table>().map_err(syntax)?;
    // Checked here too, so that a mistake in the file is told with its line and not blamed on a variable.
    toml::from_str::<Config>(&text).map_err(syntax)?;
    Ok(table)
}

fn value(key: &Key, variable: &str, text: &str) -> Result<Value, ConfigError> {
    let wrong = |expected| ConfigError::Variable { variable: variable.to_owned(), expected };
    match key.kind {
        Kind::Text => Ok(Value::String(text.to_owned())),
        Kind::Integer => text.trim().parse().map(Value::Integer).map_err(|_| wrong("a whole number")),
        Kind::Switch => text.trim().parse().map(Value::Boolean).map_err(|_| wrong("true or false")),
        Kind::List => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Ok(Value::Array(items.map(|item| Value::String(item.to_owned())).collect()))
        }
    }
}

fn set(table: &mut Table, key: &Key, value: Value) {
    match key.path.split_once('.') {
        None => {
            table.insert(key.path.to_owned(), value);
        }
        Some((section, name)) => {
            let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(section) = section {
                section.insert(name.to_owned(), value);
            }
        }
    }
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
