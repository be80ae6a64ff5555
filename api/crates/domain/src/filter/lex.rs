//! Words, texts and signs of a rule, each with its place.

use std::ops::Range;

use winnow::combinator::{alt, delimited, repeat};
use winnow::error::{ContextError, ErrMode};
use winnow::prelude::*;
use winnow::stream::LocatingSlice;
use winnow::token::{any, none_of, take_while};

use super::FilterError;

/// One token and the bytes that it spans.
pub(super) type Spanned<'r> = (Token<'r>, Range<usize>);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'r> {
    Open,
    Close,
    ListOpen,
    ListClose,
    Comma,
    /// Between quotes, with `` `" `` and ``` `` ``` read as what they stand for.
    Text(String),
    /// A property, an operator, `True`.
    Word(&'r str),
}

type Input<'r> = LocatingSlice<&'r str>;
type Read<T> = Result<T, ErrMode<ContextError>>;

pub(super) fn tokens(rule: &str) -> Result<Vec<Spanned<'_>>, FilterError> {
    let mut input = LocatingSlice::new(rule);
    let mut tokens = Vec::new();
    loop {
        space(&mut input);
        let start = rule.len() - input.len();
        if start == rule.len() {
            return Ok(tokens);
        }
        // The only token that can fail is a text without its end.
        let token = token(&mut input).map_err(|_| FilterError::at(rule, start, "a text that doesn't end: expected a closing '\"'"))?;
        tokens.push((token, start..rule.len() - input.len()));
    }
}

fn space(input: &mut Input<'_>) {
    let rest: &str = input.as_ref();
    let skipped = rest.len() - rest.trim_start().len();
    input.next_slice(skipped);
}

fn token<'r>(input: &mut Input<'r>) -> Read<Token<'r>> {
    alt((
        '('.value(Token::Open),
        ')'.value(Token::Close),
        '['.value(Token::ListOpen),
        ']'.value(Token::ListClose),
        ','.value(Token::Comma),
        text.map(Token::Text),
        take_while(1.., |character: char| !character.is_whitespace() && !"()[],\"".contains(character)).map(Token::Word),
    ))
    .parse_next(input)
}

fn text(input: &mut Input<'_>) -> Read<String> {
    let character = alt((("`", any).verify_map(|(_, escaped)| "\"`".contains(escaped).then_some(escaped)), none_of('"')));
    delimited('"', repeat(0.., character), '"').parse_next(input)
}
