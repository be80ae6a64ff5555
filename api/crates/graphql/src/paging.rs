//! The arguments of connections.

use app::page::PageRequest;
use async_graphql::Result;

use crate::fault::bad_input;

/// Items of a page unless the caller says.
pub const DEFAULT: usize = 25;
/// The most items of a page.
pub const MAX: usize = 100;

/// `first`, `after`, `last`, `before` as the caller gave them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PageArgs {
    /// Items from the start, or after a cursor.
    pub first: Option<i32>,
    /// The cursor to go on from.
    pub after: Option<String>,
    /// Items from the end, or before a cursor.
    pub last: Option<i32>,
    /// The cursor to go back from.
    pub before: Option<String>,
}

impl PageArgs {
    /// The page they mean, or `BAD_USER_INPUT`.
    pub fn request(&self) -> Result<PageRequest> {
        match self {
            PageArgs { first: Some(_), last: Some(_), .. } => Err(bad_input("Give first or last, not both.")),
            PageArgs { last: None, before: Some(_), .. } => Err(bad_input("before goes with last: say how many items before the cursor.")),
            PageArgs { last: Some(_), after: Some(_), .. } => Err(bad_input("after goes with first: last takes before.")),
            PageArgs { last: Some(last), before, .. } => {
                Ok(PageRequest { first: size("last", Some(*last))?, after: before.clone(), backwards: true })
            }
            PageArgs { first, after, .. } => Ok(PageRequest { first: size("first", *first)?, after: after.clone(), backwards: false }),
        }
    }
}

/// Shorthand for resolvers.
pub fn args(first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> PageArgs {
    PageArgs { first, after, last, before }
}

fn size(name: &str, value: Option<i32>) -> Result<usize> {
    let Some(value) = value else { return Ok(DEFAULT) };
    usize::try_from(value)
        .ok()
        .filter(|size| (1..=MAX).contains(size))
        .ok_or_else(|| bad_input(format!("{name} must be between 1 and {MAX}, it is {value}.")))
}

/// What a connection costs: one for itself, and its children times the items asked for. Sizes out of range are refused later; here
/// they count as the largest page.
pub fn cost(first: Option<i32>, last: Option<i32>, child: usize) -> usize {
    let items = first.or(last).map_or(DEFAULT, |size| usize::try_from(size).map_or(MAX, |size| size.clamp(1, MAX)));
    items.saturating_mul(child).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(first: Option<i32>, after: Option<&str>, last: Option<i32>, before: Option<&str>) -> Option<PageRequest> {
        args(first, after.map(str::to_owned), last, before.map(str::to_owned)).request().ok()
    }

    fn page(first: usize, after: Option<&str>, backwards: bool) -> Option<PageRequest> {
        Some(PageRequest { first, after: after.map(str::to_owned), backwards })
    }

    #[test]
    fn pages_go_forwards_or_backwards() {
        assert_eq!(request(None, None, None, None), page(25, None, false));
        assert_eq!(request(Some(100), Some("c"), None, None), page(100, Some("c"), false));
        assert_eq!(request(None, Some("c"), None, None), page(25, Some("c"), false));
        assert_eq!(request(None, None, Some(1), None), page(1, None, true));
        assert_eq!(request(None, None, Some(7), Some("c")), page(7, Some("c"), true));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (first, after, last, before) in [
            (Some(1), None, Some(1), None),
            (Some(0), None, None, None),
            (Some(-1), None, None, None),
            (Some(101), None, None, None),
            (None, None, Some(0), None),
            (None, None, Some(101), None),
            (None, None, None, Some("c")),
            (Some(1), None, None, Some("c")),
            (None, Some("c"), Some(1), None),
        ] {
            assert_eq!(request(first, after, last, before), None, "{first:?} {after:?} {last:?} {before:?}");
        }
        let error = args(Some(0), None, None, None).request().unwrap_err();
        assert_eq!(error.extensions.unwrap().get("code"), Some(&async_graphql::Value::from("BAD_USER_INPUT")));
    }

    #[test]
    fn cost_grows_with_the_page_and_never_overflows() {
        assert_eq!(cost(None, None, 3), 76);
        assert_eq!(cost(Some(50), None, 3), 151);
        assert_eq!(cost(None, Some(50), 3), 151);
        assert_eq!(cost(Some(-5), None, 3), 301);
        assert_eq!(cost(Some(i32::MAX), None, 3), 301);
        assert_eq!(cost(Some(100), None, usize::MAX), usize::MAX);
    }
}
