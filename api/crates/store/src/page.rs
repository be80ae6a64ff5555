//! Keyset pages: a total order (sort key, then id), opaque cursors, forwards and backwards. No offset, so rows that come or go never shift a page.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Order};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde_json::Value;
use uuid::Uuid;

use crate::error::{Result, StoreError};

/// The most rows a page holds.
pub const MAX_PAGE: usize = 100;

/// Longer texts are no cursor of ours.
const MAX_CURSOR: usize = 4_096;

/// Which part of a list is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// How many rows: 1 to [`MAX_PAGE`]; other numbers are moved into that range.
    pub first: usize,
    /// The cursor to start beside; `None` starts at the end that the direction begins at.
    pub after: Option<String>,
    /// Backwards: the `first` rows before the cursor (`last`/`before`). The page's rows stay in the list's order.
    pub backwards: bool,
}

impl PageRequest {
    /// The first rows of a list.
    pub fn first(first: usize) -> Self {
        PageRequest { first, after: None, backwards: false }
    }

    /// The rows after a cursor.
    pub fn first_after(first: usize, after: impl Into<String>) -> Self {
        PageRequest { first, after: Some(after.into()), backwards: false }
    }

    pub(crate) fn limit(&self) -> usize {
        self.first.clamp(1, MAX_PAGE)
    }
}

/// One page.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// Cursor and row, in the list's order.
    pub items: Vec<(String, T)>,
    /// Whether rows follow. Backwards it is told from the cursor's presence alone.
    pub has_next: bool,
    /// Whether rows precede. Forwards it is told from the cursor's presence alone.
    pub has_previous: bool,
}

/// What a list is sorted by first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SortKey {
    Text(String),
    Time(DateTime<Utc>),
    /// A dense number that is unique in the list; the id is nil.
    Number(i64),
}

/// A place in a list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cursor {
    pub(crate) key: SortKey,
    pub(crate) id: Uuid,
}

impl Cursor {
    /// `list` names the list, so that a cursor of another one is refused instead of misread.
    pub(crate) fn encode(&self, list: &str) -> String {
        // Put together as text: a page has a thousand of them, and building a JSON tree for each costs more than the row.
        let mut text = String::with_capacity(96);
        text.push_str("[\"");
        text.push_str(list);
        text.push_str("\",");
        match &self.key {
            SortKey::Text(key) => text.push_str(&Value::from(key.as_str()).to_string()),
            SortKey::Time(at) => text.push_str(&at.timestamp_micros().to_string()),
            SortKey::Number(number) => text.push_str(&number.to_string()),
        }
        text.push_str(",\"");
        text.push_str(self.id.simple().encode_lower(&mut Uuid::encode_buffer()));
        text.push_str("\"]");
        URL_SAFE_NO_PAD.encode(text)
    }

    pub(crate) fn decode(list: &str, like: &SortKey, cursor: &str) -> Result<Cursor> {
        Self::try_decode(list, like, cursor).ok_or(StoreError::BadCursor)
    }

    fn try_decode(list: &str, like: &SortKey, cursor: &str) -> Option<Cursor> {
        if cursor.len() > MAX_CURSOR {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (name, key, id): (String, Value, String) = serde_json::from_slice(&bytes).ok()?;
        let key = match (like, key) {
            // PostgreSQL can't hold U+0000 in a text, so no cursor of ours has one.
            (SortKey::Text(_), Value::String(text)) if !text.contains('\0') => SortKey::Text(text),
            (SortKey::Time(_), Value::Number(micros)) => SortKey::Time(DateTime::from_timestamp_micros(micros.as_i64()?)?),
            (SortKey::Number(_), Value::Number(number)) => SortKey::Number(number.as_i64()?),
            _ => return None,
        };
        let id = Uuid::try_parse(&id).ok()?;
        (name == list).then_some(Cursor { key, id })
    }
}

/// How a list is sorted.
pub(crate) struct Keyset {
    /// The list's name inside its cursors.
    pub(crate) list: &'static str,
    pub(crate) key: Expr,
    /// The tie-break; `None` when the key is unique.
    pub(crate) id: Option<Expr>,
    pub(crate) descending: bool,
    /// A value of the key's type.
    pub(crate) like: SortKey,
}

impl Keyset {
    /// Adds the cursor's condition, the order and the limit (one row more than the page, to see whether there is more).
    pub(crate) fn apply<E: EntityTrait>(&self, mut select: Select<E>, request: &PageRequest) -> Result<Select<E>> {
        let descending = self.descending != request.backwards;
        if let Some(cursor) = &request.after {
            select = select.filter(self.beyond(&Cursor::decode(self.list, &self.like, cursor)?, descending));
        }
        let order = if descending { Order::Desc } else { Order::Asc };
        select = select.order_by(self.key.clone(), order.clone());
        if let Some(id) = &self.id {
            select = select.order_by(id.clone(), order);
        }
        Ok(select.limit(request.limit() as u64 + 1))
    }

    /// Cuts the rows to the page and gives each its cursor.
    pub(crate) fn page<M, T>(
        &self,
        mut rows: Vec<M>,
        request: &PageRequest,
        cursor: impl Fn(&M) -> Cursor,
        convert: impl Fn(M) -> Result<T>,
    ) -> Result<Page<T>> {
        let more = rows.len() > request.limit();
        rows.truncate(request.limit());
        if request.backwards {
            rows.reverse();
        }
        let items = rows.into_iter().map(|row| Ok((cursor(&row).encode(self.list), convert(row)?))).collect::<Result<Vec<_>>>()?;
        let beside = request.after.is_some();
        let (has_next, has_previous) = if request.backwards { (beside, more) } else { (more, beside) };
        Ok(Page { items, has_next, has_previous })
    }

    fn beyond(&self, cursor: &Cursor, descending: bool) -> Expr {
        let key = match &cursor.key {
            SortKey::Text(text) => Expr::val(text.clone()),
            SortKey::Time(at) => Expr::val(*at),
            SortKey::Number(number) => Expr::val(*number),
        };
        let (place, mark) = match &self.id {
            Some(id) => (Expr::tuple([self.key.clone(), id.clone()]), Expr::tuple([key, Expr::val(cursor.id)])),
            None => (self.key.clone(), key),
        };
        if descending { place.lt(mark) } else { place.gt(mark) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let at = DateTime::from_timestamp_micros(1_790_000_000_123_456).unwrap();
        for key in [SortKey::Text("Zoë \"quoted\"".to_owned()), SortKey::Time(at), SortKey::Number(-7)] {
            let cursor = Cursor { key: key.clone(), id: Uuid::from_u128(42) };
            assert_eq!(Cursor::decode("list", &key, &cursor.encode("list")).unwrap(), cursor);
        }
    }

    #[test]
    fn what_is_not_a_cursor_of_this_list_is_refused() {
        let text = SortKey::Text(String::new());
        let good = Cursor { key: SortKey::Text("a".to_owned()), id: Uuid::nil() }.encode("list");
        let other_type = Cursor { key: SortKey::Number(1), id: Uuid::nil() }.encode("list");
        let nul = Cursor { key: SortKey::Text("\0".to_owned()), id: Uuid::nil() }.encode("list");
        let long = "A".repeat(MAX_CURSOR + 1);
        for bad in ["", "!", "AAAA", &good[1..], &other_type, &nul, &long] {
            assert!(matches!(Cursor::decode("list", &text, bad), Err(StoreError::BadCursor)), "{bad}");
        }
        assert!(matches!(Cursor::decode("other", &text, &good), Err(StoreError::BadCursor)));
    }

    #[test]
    fn a_page_is_never_empty_by_request_and_never_endless() {
        assert_eq!(PageRequest::first(0).limit(), 1);
        assert_eq!(PageRequest::first(usize::MAX).limit(), MAX_PAGE);
    }
}
