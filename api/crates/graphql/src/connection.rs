//! Relay connections.

use std::borrow::Cow;

use app::page::Page;
use async_graphql::connection::PageInfo;
use async_graphql::{Context, Object, OutputType, Result, TypeName};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::fault::{Nullable, bad_input};
use crate::paging::PageArgs;

/// A page of a list.
pub struct Connection<N> {
    edges: Vec<Edge<N>>,
    has_next: bool,
    has_previous: bool,
    total: Nullable<u64>,
}

/// One item of a page.
pub struct Edge<N> {
    cursor: String,
    node: N,
}

impl<N> Connection<N> {
    /// A page whose items become nodes one by one.
    pub fn of<T>(page: Page<T>, total: Nullable<u64>, mut node: impl FnMut(T) -> N) -> Self {
        let edges = page.items.into_iter().map(|(cursor, item)| Edge { cursor, node: node(item) }).collect();
        Connection { edges, has_next: page.has_next, has_previous: page.has_previous, total }
    }

    /// A page of a list that is in memory as a whole, and so bounded: its cursors are places in it.
    pub fn slice<T>(items: Vec<T>, args: &PageArgs, node: impl FnMut(T) -> N) -> Result<Self> {
        let request = args.request()?;
        let total = items.len();
        let place = request.after.as_deref().map(place).transpose()?;
        let (from, to) = if request.backwards {
            let to = place.unwrap_or(total).min(total);
            (to.saturating_sub(request.first), to)
        } else {
            let from = place.map_or(0, |place| place + 1).min(total);
            (from, from.saturating_add(request.first).min(total))
        };
        let items = items.into_iter().enumerate().skip(from).take(to - from).map(|(at, item)| (cursor_of(at), item)).collect();
        Ok(Self::of(Page { items, has_next: to < total, has_previous: from > 0 }, Some(Ok(total as u64)), node))
    }
}

fn cursor_of(place: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("at:{place}"))
}

fn place(cursor: &str) -> Result<usize> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let place = text.as_deref().and_then(|text| text.strip_prefix("at:")).and_then(|place| place.parse::<u32>().ok());
    place.map(|place| place as usize).ok_or_else(|| bad_input("the cursor is not one of this list's"))
}

/// Whether the connection that is being resolved is asked for its `totalCount`, which costs a statement of its own.
pub fn wants_total(ctx: &Context<'_>) -> bool {
    ctx.look_ahead().field("totalCount").exists()
}

impl<N: OutputType> TypeName for Connection<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", N::type_name()).into()
    }
}

/// A page of a list: at most 100 items, with what is needed to go on from it.
#[Object(name_type)]
impl<N: OutputType> Connection<N> {
    /// The items of this page with their cursors, at most 100.
    async fn edges(&self) -> &[Edge<N>] {
        &self.edges
    }

    /// The items of this page without their cursors, at most 100.
    async fn nodes(&self) -> Vec<&N> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Where this page is in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_previous_page: self.has_previous,
            has_next_page: self.has_next,
            start_cursor: self.edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: self.edges.last().map(|edge| edge.cursor.clone()),
        }
    }

    /// Items in the whole list, counted only when it is asked for; `null` where the list is not counted.
    #[graphql(complexity = 10)]
    async fn total_count(&self) -> Nullable<u64> {
        self.total.clone()
    }
}

impl<N: OutputType> TypeName for Edge<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", N::type_name()).into()
    }
}

/// One item of a page.
#[Object(name_type)]
impl<N: OutputType> Edge<N> {
    /// The item's place in the list: opaque, give it back as `after` or `before`.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The item.
    async fn node(&self) -> &N {
        &self.node
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paging::args;

    fn slice(page: PageArgs) -> (Vec<u32>, bool, bool) {
        let connection = Connection::slice(vec![10, 11, 12, 13, 14], &page, |item| item).unwrap();
        (connection.edges.iter().map(|edge| edge.node).collect(), connection.has_previous, connection.has_next)
    }

    #[test]
    fn a_list_in_memory_is_paged_both_ways() {
        assert_eq!(slice(args(Some(2), None, None, None)), (vec![10, 11], false, true));
        assert_eq!(slice(args(Some(2), Some(cursor_of(1)), None, None)), (vec![12, 13], true, true));
        assert_eq!(slice(args(Some(2), Some(cursor_of(3)), None, None)), (vec![14], true, false));
        assert_eq!(slice(args(None, None, Some(2), None)), (vec![13, 14], true, false));
        assert_eq!(slice(args(None, None, Some(2), Some(cursor_of(1)))), (vec![10], false, true));
        assert_eq!(slice(args(Some(2), Some(cursor_of(9)), None, None)), (vec![], true, false));
        assert_eq!(slice(PageArgs::default()), (vec![10, 11, 12, 13, 14], false, false));
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        for bad in ["", "x", "YXQ6LTE", "YXQ6OTk5OTk5OTk5OTk5OTk5OTk5"] {
            assert!(Connection::slice(vec![1], &args(None, Some(bad.to_owned()), None, None), |item| item).is_err(), "{bad}");
        }
    }
}
