//! One page of a collection: filter, sort, cut, select, and the token that leads to the next page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::eval::{at, text_order};
use super::{Query, Unsupported};

/// What happens to a `$top` above the maximum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Over {
    /// The page is as large as it can be.
    Clamp,
    /// 400, as for directory objects.
    Refuse,
}

/// A collection and what may be asked of it.
pub(crate) struct Listing<'a> {
    /// All objects in the collection's own order.
    pub items: Vec<Value>,
    /// The type, for messages.
    pub resource: &'a str,
    pub default_page: usize,
    pub max_page: usize,
    pub over: Over,
    /// Properties that `$filter` and `$orderby` may name.
    pub filterable: &'a [&'a str],
    pub orderable: &'a [&'a str],
    /// Properties returned when `$select` is absent; empty means all.
    pub default_select: &'a [&'a str],
}

/// A page, ready to be wrapped.
#[derive(Debug)]
pub(crate) struct Page {
    pub items: Vec<Value>,
    /// Matching objects over all pages, on the first page when it was asked for.
    pub count: Option<usize>,
    /// The `$skiptoken` of the next page.
    pub next: Option<String>,
}

/// Where the last page ended. The id finds the place again when objects were added or removed before it; the offset serves when that object is gone.
#[derive(Serialize, Deserialize)]
struct SkipToken {
    #[serde(rename = "o")]
    offset: usize,
    #[serde(rename = "i")]
    last: String,
    /// What is left of `$top` is not remembered: `$top` is a page size in Graph.
    #[serde(rename = "t")]
    top: usize,
}

impl Listing<'_> {
    /// Serves one page.
    ///
    /// `cap` makes pages smaller than the caller asked for, as Graph may at any time.
    pub(crate) fn page(self, query: &Query, cap: Option<usize>) -> Result<Page, Unsupported> {
        self.check(query)?;
        let size = self.size(query)?.min(cap.unwrap_or(usize::MAX)).max(1);
        let mut items = self.items;
        if let Some(filter) = &query.filter {
            items.retain(|item| filter.accepts(item));
        }
        if let Some(order) = &query.order_by {
            items.sort_by(|a, b| {
                let ordering = value_order(at(a, &order.path), at(b, &order.path));
                if order.descending { ordering.reverse() } else { ordering }
            });
        }
        let count = (query.count && query.skip_token.is_none()).then_some(items.len());
        let start = match &query.skip_token {
            Some(token) => resume(token, &items)?,
            None => query.skip.unwrap_or(0).min(items.len()),
        };
        let end = (start + size).min(items.len());
        let next = (end < items.len() && end > start).then(|| token(end, &items[end - 1], size));
        let items = items.drain(start..end).map(|item| select(item, query.select.as_deref(), self.default_select)).collect();
        Ok(Page { items, count, next })
    }

    fn check(&self, query: &Query) -> Result<(), Unsupported> {
        for path in query.filter.iter().flat_map(|filter| filter.paths()) {
            if !self.filterable.contains(&path) {
                return Err(Unsupported::query(format!(
                    "Unsupported or invalid query filter clause specified for property '{path}' of resource '{}'.",
                    self.resource
                )));
            }
        }
        match &query.order_by {
            Some(order) if !self.orderable.contains(&order.path.as_str()) => {
                Err(Unsupported::query("Sorting not supported for current query."))
            }
            _ => Ok(()),
        }
    }

    fn size(&self, query: &Query) -> Result<usize, Unsupported> {
        let asked = match (&query.skip_token, query.top) {
            (_, Some(0)) => return Err(Unsupported::query(self.invalid_size(0))),
            (_, Some(top)) => top,
            (Some(token), None) => read(token)?.top,
            (None, None) => self.default_page,
        };
        if asked > self.max_page && self.over == Over::Refuse && query.top.is_some() {
            return Err(Unsupported::query(self.invalid_size(asked)));
        }
        Ok(asked.clamp(1, self.max_page))
    }

    fn invalid_size(&self, asked: usize) -> String {
        format!("Invalid page size specified: '{asked}'. Must be between 1 and {} inclusive.", self.max_page)
    }
}

fn token(offset: usize, last: &Value, top: usize) -> String {
    let token = SkipToken { offset, last: identity(last).to_owned(), top };
    BASE64.encode(serde_json::to_vec(&token).expect("a struct of strings and numbers serializes"))
}

fn read(token: &str) -> Result<SkipToken, Unsupported> {
    BASE64
        .decode(token)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| Unsupported { code: "Request_BadRequest", message: "Skip token is not valid.".to_owned() })
}

fn resume(token: &str, items: &[Value]) -> Result<usize, Unsupported> {
    let token = read(token)?;
    // Nearly always where it was; searched only when the collection changed.
    if token.offset > 0 && items.get(token.offset - 1).is_some_and(|item| identity(item) == token.last) {
        return Ok(token.offset);
    }
    let found = items.iter().position(|item| identity(item) == token.last);
    Ok(found.map_or(token.offset.min(items.len()), |at| at + 1))
}

fn identity(item: &Value) -> &str {
    item["id"].as_str().unwrap_or_default()
}

fn value_order(a: &Value, b: &Value) -> std::cmp::Ordering {
    match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => text_order(a, b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// Keeps the chosen members. Annotations (`@odata.type`) stay: they are not properties.
pub(crate) fn select(item: Value, chosen: Option<&[String]>, default: &[&str]) -> Value {
    let keep = |name: &str| match chosen {
        Some(chosen) => chosen.iter().any(|c| c == "*" || c.split('/').next() == Some(name)),
        None => default.is_empty() || default.contains(&name),
    };
    match item {
        Value::Object(members) => {
            let mut members: Map<String, Value> = members;
            members.retain(|name, _| name.starts_with('@') || keep(name));
            Value::Object(members)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn listing(n: usize) -> Listing<'static> {
        Listing {
            items: (0..n).map(|i| json!({"id": format!("{i:03}"), "displayName": format!("x{i}")})).collect(),
            resource: "Group",
            default_page: 10,
            max_page: 20,
            over: Over::Refuse,
            filterable: &["displayName"],
            orderable: &["displayName"],
            default_select: &[],
        }
    }

    fn query(pairs: &[(&str, &str)]) -> Query {
        Query::parse(&pairs.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn pages_cover_everything_once() {
        let mut seen = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let page = match &token {
                None => listing(25).page(&query(&[("$count", "true")]), None).unwrap(),
                Some(t) => listing(25).page(&query(&[("$count", "true"), ("$skiptoken", t)]), None).unwrap(),
            };
            assert_eq!(page.count, token.is_none().then_some(25));
            seen.extend(page.items.iter().map(|i| identity(i).to_owned()));
            match page.next {
                Some(next) => token = Some(next),
                None => break,
            }
        }
        assert_eq!(seen.len(), 25);
        assert!(seen.is_sorted());
    }

    #[test]
    fn a_page_resumes_after_its_last_object_when_earlier_ones_vanish() {
        let first = listing(25).page(&query(&[]), None).unwrap();
        let mut rest = listing(25);
        rest.items.drain(0..3);
        let second = rest.page(&query(&[("$skiptoken", &first.next.unwrap())]), None).unwrap();
        assert_eq!(identity(&second.items[0]), "010");
    }

    #[test]
    fn sizes_outside_the_range_are_refused() {
        for top in ["0", "21"] {
            assert_eq!(listing(3).page(&query(&[("$top", top)]), None).unwrap_err().code, "Request_UnsupportedQuery");
        }
    }

    #[test]
    fn unknown_filter_properties_are_refused() {
        let error = listing(3).page(&query(&[("$filter", "secret eq 'x'")]), None).unwrap_err();
        assert!(error.message.contains("'secret' of resource 'Group'"), "{}", error.message);
    }
}
