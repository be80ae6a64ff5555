//! The sign-in log, page by page (graph-api.md section 14).

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;

use crate::budget::Class;
use crate::call::Call;
use crate::client::TenantGraph;
use crate::error::{GraphError, Info};
use crate::exchange::Header;

/// Without it the `reportOnly*` results come as `unknownFutureValue`.
const HEADERS: [Header; 1] = [("Prefer", "include-unknown-enum-members")];

/// Where the next page is; checked again when it is used, because it may have been stored in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageToken(String);

impl PageToken {
    /// As a text, to store it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// From a stored text.
    pub fn new(text: impl Into<String>) -> Self {
        PageToken(text.into())
    }
}

/// One page of sign-ins, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct SignInPage {
    /// Sign-ins as Graph gives them. May be empty although more pages follow.
    pub items: Vec<Value>,
    /// The next page, if there is one.
    pub next: Option<PageToken>,
}

impl TenantGraph {
    /// One page of interactive sign-ins at or after `since`; `page` continues an earlier page and then decides alone.
    pub async fn sign_ins(&self, call: &Call, since: DateTime<Utc>, page: Option<&PageToken>) -> Result<SignInPage, GraphError> {
        let url = match page {
            Some(PageToken(link)) => self.trusted_link(link).ok_or_else(|| {
                let info = Info { client_request_id: call.client_request_id, ..Info::default() };
                GraphError::protocol("the next page is on another host", info)
            })?,
            None => {
                let since = since.to_rfc3339_opts(SecondsFormat::AutoSi, true);
                self.url(&format!("/auditLogs/signIns?$filter=createdDateTime%20ge%20{since}"))
            }
        };
        let page = self.page(call, Class::Reports, url, &HEADERS).await?;
        Ok(SignInPage { items: page.items, next: page.next.map(|link| PageToken(link.into())) })
    }
}
