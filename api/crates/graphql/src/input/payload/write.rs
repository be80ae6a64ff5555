//! Writing Graph's shapes, and refusing with the place in the input.

use async_graphql::MaybeUndefined;
use serde_json::{Value, json};

use crate::enums::Word;
use crate::user_error::{Refused, invalid};

/// The most entries of one list of ids.
pub(super) const MAX_IDS: usize = 1_000;

/// The list of named locations that come first in a bulk change: read like a payload, and beside it.
pub(super) const PREREQUISITES: &str = "prerequisites";

/// The member of the payload input that is being read.
#[derive(Clone, Copy)]
pub(super) struct At(pub(super) &'static str);

impl At {
    /// A refusal of one of its fields.
    pub(super) fn refuse(&self, field: &str, message: impl Into<String>) -> Refused {
        let place: &[&str] = if self.0 == PREREQUISITES { &["input", PREREQUISITES] } else { &["input", "payload", self.0] };
        let path = place.iter().copied().chain(field.split('.')).map(str::to_owned).collect();
        invalid(path, message)
    }

    /// A list of at most so many entries, none of them blank.
    pub(super) fn bounded(&self, field: &str, items: Vec<String>, max: usize) -> Result<Vec<String>, Refused> {
        if items.len() > max {
            return Err(self.refuse(field, format!("at most {max} entries, it has {}", items.len())));
        }
        if items.iter().any(|item| item.trim().is_empty()) {
            return Err(self.refuse(field, "an entry is empty"));
        }
        Ok(items)
    }

    /// A keyword as Graph spells it.
    pub(super) fn word<W: Word>(&self, field: &str, word: W) -> Result<&'static str, Refused> {
        word.word().ok_or_else(|| self.refuse(field, "UNKNOWN_FUTURE_VALUE is only ever an answer; for a new keyword of Graph use json"))
    }

    /// Keywords as Graph spells them, each once.
    pub(super) fn words<W: Word>(&self, field: &str, words: Vec<W>) -> Result<Vec<String>, Refused> {
        let mut spelled: Vec<String> = Vec::with_capacity(words.len().min(MAX_IDS));
        for word in words {
            let word = self.word(field, word)?;
            if !spelled.iter().any(|known| known == word) {
                spelled.push(word.to_owned());
            }
        }
        Ok(spelled)
    }

    /// Keywords as one comma-joined text, as Graph writes flags.
    pub(super) fn flags<W: Word>(&self, field: &str, words: Vec<W>) -> Result<Value, Refused> {
        let words = self.words(field, words)?;
        if words.is_empty() { Err(self.refuse(field, "at least one")) } else { Ok(Value::from(words.join(","))) }
    }
}

/// A nullable member: left out is untouched, `null` clears it.
pub(super) fn nullable<T, U>(
    member: MaybeUndefined<T>,
    domain: impl FnOnce(T) -> Result<U, Refused>,
) -> Result<Option<Option<U>>, Refused> {
    match member {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Null => Ok(Some(None)),
        MaybeUndefined::Value(value) => domain(value).map(|value| Some(Some(value))),
    }
}

/// A switch of Graph's: on, or cleared by `false` and by `null`.
pub(super) fn switch(member: MaybeUndefined<bool>) -> Option<Option<Value>> {
    match member {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Value(true) => Some(Some(json!({"isEnabled": true}))),
        MaybeUndefined::Value(false) | MaybeUndefined::Null => Some(None),
    }
}
