//! The part of OData that Graph's callers use on these collections: `$filter`, `$select`, `$top`, `$skip`, `$count`, `$orderby` and paging.
//!
//! Deliberately absent: lambdas (`any`, `all`), `$search`, `$apply` and arithmetic. Asking for them is refused as Graph refuses what a
//! collection doesn't support (400 `Request_UnsupportedQuery`).

mod eval;
mod filter;
mod lex;
mod page;
mod query;

pub(crate) use filter::Filter;
pub(crate) use page::{Listing, Over, Page, select};
pub(crate) use query::Query;

/// Why a query option can't be served; the message is Graph's.
#[derive(Debug, PartialEq)]
pub(crate) struct Unsupported {
    pub code: &'static str,
    pub message: String,
}

impl Unsupported {
    pub(crate) fn query(message: impl Into<String>) -> Self {
        Unsupported { code: "Request_UnsupportedQuery", message: message.into() }
    }

    pub(crate) fn syntax(message: impl Into<String>) -> Self {
        Unsupported { code: "BadRequest", message: message.into() }
    }
}
