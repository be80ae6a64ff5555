//! Tokens of a `$filter`.

use super::Unsupported;

/// A token with the offset at which it starts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name, a path (`status/errorCode`), a keyword or an unquoted literal.
    Word(String),
    /// A quoted string, unescaped.
    Text(String),
    Open,
    Close,
    Comma,
}

/// Splits `text`; a quote inside a string is doubled (OData ABNF, `SQUOTE-in-string`).
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Unsupported> {
    let mut out = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some(&(at, c)) = chars.peek() {
        match c {
            ' ' | '\t' => {
                chars.next();
            }
            '(' | ')' | ',' => {
                chars.next();
                out.push(match c {
                    '(' => Token::Open,
                    ')' => Token::Close,
                    _ => Token::Comma,
                });
            }
            '\'' => {
                chars.next();
                out.push(Token::Text(quoted(&mut chars, at)?));
            }
            c if word(c) => {
                let mut name = String::new();
                while let Some(&(_, c)) = chars.peek() {
                    if !word(c) {
                        break;
                    }
                    name.push(c);
                    chars.next();
                }
                out.push(Token::Word(name));
            }
            c => return Err(Unsupported::syntax(format!("Syntax error: character '{c}' is not valid at position {at} in '{text}'."))),
        }
    }
    Ok(out)
}

fn quoted(chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>, start: usize) -> Result<String, Unsupported> {
    let mut out = String::new();
    while let Some((_, c)) = chars.next() {
        if c != '\'' {
            out.push(c);
        } else if matches!(chars.peek(), Some((_, '\''))) {
            chars.next();
            out.push('\'');
        } else {
            return Ok(out);
        }
    }
    Err(Unsupported::syntax(format!("There is an unterminated string literal at position {start}.")))
}

/// Letters, digits and what guids, dates, paths, numbers and type names need.
fn word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '/' | '.' | '-' | ':' | '+' | '$' | '@')
}
