//! Where a payload is wrong, and the checks that every part of it uses.

use serde_json::{Map, Value};

use crate::change::plan::PayloadError;

pub(super) type Check = Result<(), PayloadError>;

/// A place in a payload.
#[derive(Clone, Debug)]
pub(super) struct At(Vec<String>);

impl At {
    pub(super) fn root() -> Self {
        At(Vec::new())
    }

    pub(super) fn member(&self, name: &str) -> Self {
        At(self.0.iter().cloned().chain([name.to_owned()]).collect())
    }

    pub(super) fn item(&self, index: usize) -> Self {
        self.member(&index.to_string())
    }

    pub(super) fn fault<T>(&self, message: impl Into<String>) -> Result<T, PayloadError> {
        Err(PayloadError { path: self.0.clone(), message: message.into() })
    }

    pub(super) fn at_most(&self, count: usize, most: usize, what: &str) -> Check {
        if count <= most { Ok(()) } else { self.fault(format!("at most {most} {what}, not {count}")) }
    }

    /// One of these words, in any case.
    pub(super) fn word(&self, text: &str, words: &[&str]) -> Check {
        if words.iter().any(|word| word.eq_ignore_ascii_case(text.trim())) {
            return Ok(());
        }
        self.fault(format!("{} is not one of {}", quoted(text), words.join(", ")))
    }

    pub(super) fn words(&self, texts: &[String], words: &[&str]) -> Check {
        self.at_most(texts.len(), super::MAX_IDS, "values")?;
        texts.iter().enumerate().try_for_each(|(index, text)| self.item(index).word(text, words))
    }

    /// A list of these words, as JSON.
    pub(super) fn word_list(&self, value: &Value, words: &[&str]) -> Check {
        let texts = self.texts(value)?;
        self.words(&texts, words)
    }

    pub(super) fn texts(&self, value: &Value) -> Result<Vec<String>, PayloadError> {
        let Value::Array(items) = value else { return self.fault("a list of texts") };
        self.at_most(items.len(), super::MAX_IDS, "entries")?;
        let texts = items.iter().enumerate().map(|(index, item)| match item.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => self.item(index).fault("a text"),
        });
        texts.collect()
    }

    /// Words in one text, with commas between.
    pub(super) fn flags(&self, value: &Value, words: &[&str]) -> Check {
        let Some(text) = value.as_str() else { return self.fault("one text, with commas between the values") };
        text.split(',').try_for_each(|flag| self.word(flag, words))
    }

    /// An object of these members, null being as good as absent; annotations are OData's own.
    pub(super) fn object<'v>(&self, value: &'v Value, members: &[&str]) -> Result<&'v Map<String, Value>, PayloadError> {
        let Value::Object(object) = value else { return self.fault("a JSON object") };
        match object.keys().find(|name| !name.contains('@') && !members.contains(&name.as_str())) {
            Some(name) => self.member(name).fault(format!("Graph knows no such member here; it knows {}", members.join(", "))),
            None => Ok(object),
        }
    }
}

/// What is said of a text that somebody sent: enough to find it, never all of it.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN: usize = 64;
    let shown: String = text.chars().filter(|character| !character.is_control()).take(SHOWN).collect();
    if text.chars().count() > SHOWN { format!("\"{shown}...\"") } else { format!("\"{shown}\"") }
}

/// A member that is there and not null.
pub(super) fn given<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    object.get(name).filter(|value| !value.is_null())
}
