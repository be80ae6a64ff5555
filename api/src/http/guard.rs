//! The pre-parse guard: counts what a document holds before any parser sees it.
//!
//! A 10 KB list literal nested 5,000 deep overflows the parser's stack and aborts the process, long before a limit of the schema
//! is looked at; ten thousand aliases are only refused after full validation. So a plain lexer runs first, in one pass, without
//! recursion and without allocating. It follows the GraphQL specification's lexical grammar (October 2021, section 2.1).

use super::error::{ApiError, Code};
use super::limits::Limits;

/// Refuses a document that nests too deep, is too long, or repeats aliases or directives beyond the limits.
///
/// # Errors
/// `QUERY_TOO_COMPLEX` above a limit; `GRAPHQL_PARSE_FAILED` for an unterminated string or brackets that don't match.
pub fn check_document(document: &str, limits: &Limits) -> Result<(), ApiError> {
    Lexer::new(document, limits).run()
}

/// Refuses a JSON value that nests deeper than `max`. The parser's own limit (128) has already bounded the recursion.
///
/// # Errors
/// `QUERY_TOO_COMPLEX`.
pub fn check_json_depth(value: &serde_json::Value, max: usize) -> Result<(), ApiError> {
    if depth_within(value, max) {
        return Ok(());
    }
    Err(ApiError::new(Code::TooComplex, format!("Variables may nest at most {max} levels deep.")))
}

fn depth_within(value: &serde_json::Value, left: usize) -> bool {
    match value {
        serde_json::Value::Array(items) => left > 0 && items.iter().all(|item| depth_within(item, left - 1)),
        serde_json::Value::Object(members) => left > 0 && members.values().all(|item| depth_within(item, left - 1)),
        _ => true,
    }
}

/// Deepest nesting that a bit set of one `u128` per kind can hold; the configurable limit is capped by it.
const MAX_STACK: usize = 128;

struct Lexer<'a> {
    bytes: &'a [u8],
    limits: &'a Limits,
    at: usize,
    tokens: usize,
    aliases: usize,
    directives: usize,
    /// The open brackets, outermost first, without the heap.
    open: [u8; MAX_STACK],
    depth: usize,
    /// How many of the open brackets are `(` or `[`: inside them `name: value` is an argument, not an alias.
    values: usize,
}

impl<'a> Lexer<'a> {
    fn new(document: &'a str, limits: &'a Limits) -> Self {
        Self { bytes: document.as_bytes(), limits, at: 0, tokens: 0, aliases: 0, directives: 0, open: [0; MAX_STACK], depth: 0, values: 0 }
    }

    fn run(mut self) -> Result<(), ApiError> {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b',' => self.at += 1,
                // The byte order mark; any other byte above ASCII outside a string is the parser's to refuse.
                0xEF if self.bytes[self.at..].starts_with(b"\xEF\xBB\xBF") => self.at += 3,
                b'#' => self.comment(),
                b'"' => {
                    self.token()?;
                    self.string()?;
                }
                b'(' | b'[' | b'{' => {
                    self.token()?;
                    self.open(byte)?;
                }
                b')' | b']' | b'}' => {
                    self.token()?;
                    self.close(byte)?;
                }
                b':' => {
                    self.token()?;
                    self.at += 1;
                    if self.depth > 0 && self.values == 0 {
                        count(&mut self.aliases, self.limits.aliases, "aliases")?;
                    }
                }
                b'@' => {
                    self.token()?;
                    self.at += 1;
                    count(&mut self.directives, self.limits.directives, "directives")?;
                }
                _ if is_word(byte) => {
                    self.token()?;
                    self.skip_while(is_word);
                }
                _ => {
                    self.token()?;
                    self.at += 1;
                }
            }
        }
        if self.depth > 0 {
            return Err(parse_error("Syntax error: a bracket is not closed."));
        }
        Ok(())
    }

    fn token(&mut self) -> Result<(), ApiError> {
        count(&mut self.tokens, self.limits.tokens, "tokens")
    }

    fn open(&mut self, bracket: u8) -> Result<(), ApiError> {
        let max = self.limits.nesting.min(MAX_STACK);
        if self.depth >= max {
            return Err(ApiError::new(Code::TooComplex, format!("A document may nest at most {max} levels deep.")));
        }
        self.open[self.depth] = bracket;
        self.depth += 1;
        self.values += usize::from(bracket != b'{');
        self.at += 1;
        Ok(())
    }

    fn close(&mut self, bracket: u8) -> Result<(), ApiError> {
        let opening = match bracket {
            b')' => b'(',
            b']' => b'[',
            _ => b'{',
        };
        if self.depth == 0 || self.open[self.depth - 1] != opening {
            return Err(parse_error("Syntax error: brackets do not match."));
        }
        self.depth -= 1;
        self.values -= usize::from(opening != b'{');
        self.at += 1;
        Ok(())
    }

    fn comment(&mut self) {
        self.skip_while(|byte| byte != b'\n' && byte != b'\r');
    }

    fn string(&mut self) -> Result<(), ApiError> {
        if self.bytes[self.at..].starts_with(b"\"\"\"") {
            return self.block_string();
        }
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\n' | b'\r' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        Err(parse_error("Syntax error: a string is not closed."))
    }

    fn block_string(&mut self) -> Result<(), ApiError> {
        self.at += 3;
        while self.at < self.bytes.len() {
            let rest = &self.bytes[self.at..];
            if rest.starts_with(b"\\\"\"\"") {
                self.at += 4;
            } else if rest.starts_with(b"\"\"\"") {
                self.at += 3;
                return Ok(());
            } else {
                self.at += 1;
            }
        }
        Err(parse_error("Syntax error: a block string is not closed."))
    }

    fn skip_while(&mut self, keep: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).is_some_and(|byte| keep(*byte)) {
            self.at += 1;
        }
    }
}

/// Letters, digits and what numbers are made of: one run is one token, which is close enough for a count.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+')
}

fn count(counter: &mut usize, max: usize, what: &str) -> Result<(), ApiError> {
    *counter += 1;
    if *counter > max {
        return Err(ApiError::new(Code::TooComplex, format!("A document may hold at most {max} {what}.")));
    }
    Ok(())
}

fn parse_error(message: &str) -> ApiError {
    ApiError::new(Code::ParseFailed, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str) -> Result<(), Code> {
        check_document(document, &Limits::default()).map_err(|error| error.code)
    }

    #[test]
    fn ordinary_documents_pass() {
        for document in [
            "{ a }",
            "query Q($x: Int = 1, $y: [String!] = [\"a\"]) @d { a(b: {c: [1, 2, {d: $x}]}) { ...F } } fragment F on T { e }",
            "{ a(t: \"brackets ((( [[[ {{{ in a string\") # and (((( in a comment\n }",
            "{ a(t: \"\"\"block \" string with \\\"\"\" inside and ((((\"\"\") }",
            "{ a(t: \"escaped \\\" quote (((\") b }",
            "\u{feff}{ a }",
            "",
        ] {
            assert_eq!(check(document), Ok(()), "{document}");
        }
    }

    #[test]
    fn nesting_of_each_bracket_is_capped_without_recursion() {
        for (open, close) in [("[", "]"), ("{", "}"), ("(", ")"), ("[{a:", "}]")] {
            for n in [51, 5_000, 200_000] {
                let bomb = format!("{{ a(b: {}{}) }}", open.repeat(n), close.repeat(n));
                assert_eq!(check(&bomb), Err(Code::TooComplex), "{open} {n}");
            }
        }
        let just = format!("{}a{}", "{".repeat(50), "}".repeat(50));
        assert_eq!(check(&just), Ok(()));
    }

    #[test]
    fn tokens_aliases_and_directives_have_exact_limits() {
        let tokens = |n: usize| format!("{{{}}}", " a".repeat(n - 2));
        assert_eq!(check(&tokens(2_000)), Ok(()));
        assert_eq!(check(&tokens(2_001)), Err(Code::TooComplex));
        let aliases = |n: usize| format!("{{{}}}", (0..n).map(|i| format!(" a{i}: b")).collect::<String>());
        assert_eq!(check(&aliases(15)), Ok(()));
        assert_eq!(check(&aliases(16)), Err(Code::TooComplex));
        let directives = |n: usize| format!("{{ a{} }}", " @d".repeat(n));
        assert_eq!(check(&directives(20)), Ok(()));
        assert_eq!(check(&directives(21)), Err(Code::TooComplex));
    }

    #[test]
    fn arguments_and_variables_are_not_aliases() {
        let arguments: String = (0..30).map(|i| format!(" a{i}: {{ b: {i} }}")).collect();
        let variables: String = (0..30).map(|i| format!(" $v{i}: Int")).collect();
        assert_eq!(check(&format!("query ({variables}) {{ f({arguments}) @d(x: 1) }}")), Ok(()));
    }

    #[test]
    fn a_string_cannot_hide_brackets_and_brackets_cannot_hide_in_a_broken_string() {
        assert_eq!(check("{ a(b: \"unterminated) }"), Err(Code::ParseFailed));
        assert_eq!(check("{ a(b: \"line\nbreak\") }"), Err(Code::ParseFailed));
        assert_eq!(check("{ a(b: \"\"\"unterminated\") }"), Err(Code::ParseFailed));
        assert_eq!(check("{ a(b: \"ends in a backslash\\"), Err(Code::ParseFailed));
        assert_eq!(check("{ a )"), Err(Code::ParseFailed));
        assert_eq!(check("{ a"), Err(Code::ParseFailed));
        let after_string = format!("{{ a(b: \"\", c: {}1{}) }}", "[".repeat(60), "]".repeat(60));
        assert_eq!(check(&after_string), Err(Code::TooComplex));
    }

    #[test]
    fn json_depth() {
        let nested = |n: usize| serde_json::from_str::<serde_json::Value>(&format!("{}1{}", "[".repeat(n), "]".repeat(n))).unwrap();
        assert!(check_json_depth(&nested(50), 50).is_ok());
        assert!(check_json_depth(&nested(51), 50).is_err());
    }
}
