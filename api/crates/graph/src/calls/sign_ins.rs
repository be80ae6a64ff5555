//! The sign-in log, page by page, read straight into facts (graph-api.md section 14).

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use domain::summary::record::{self, Record, Unreadable};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::budget::Class;
use crate::call::Call;
use crate::client::TenantGraph;
use crate::error::{GraphError, Info};
use crate::exchange::Header;

/// Without it the `reportOnly*` results come as `unknownFutureValue`.
const HEADERS: [Header; 1] = [("Prefer", "include-unknown-enum-members")];

/// The most entries of one page; Graph gives 1,000.
const MAX_ENTRIES: usize = 10_000;

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
    /// The sign-ins. May be empty although more pages follow.
    pub records: Vec<Record>,
    /// Why entries could not be read, one for each.
    pub unreadable: Vec<Unreadable>,
    /// The next page, if there is one.
    pub next: Option<PageToken>,
}

/// A page as it comes: the entries are looked at one by one, so that one that is broken doesn't take the others with it.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(rename = "@odata.nextLink", borrow, default)]
    next: Option<Cow<'a, str>>,
    #[serde(borrow)]
    value: Vec<&'a RawValue>,
}

impl TenantGraph {
    /// One page of interactive sign-ins created in `[from, to]`; `page` continues an earlier page and then decides alone.
    ///
    /// [`GraphError::Rejected`] with status 400 or 410 for a page that Graph doesn't know any more: begin anew.
    pub async fn sign_ins(
        &self,
        call: &Call,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        page: Option<&PageToken>,
    ) -> Result<SignInPage, GraphError> {
        let url = match page {
            Some(PageToken(link)) => self.trusted_link(link).ok_or_else(|| {
                let info = Info { client_request_id: call.client_request_id, ..Info::default() };
                GraphError::protocol("the next page is on another host", info)
            })?,
            None => {
                let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
                let filter = format!("createdDateTime%20ge%20{}%20and%20createdDateTime%20le%20{}", text(from), text(to));
                self.url_in(self.inner.config.sign_in_log_version, &format!("/auditLogs/signIns?$filter={filter}"))
            }
        };
        let answer = self.read(call, Class::Reports, url, &HEADERS).await?;
        let distrust = |reason| self.distrust(call, &answer, reason);
        let (page, next) = parse(&answer.body).map_err(distrust)?;
        let trusted = |link: &str| self.trusted_link(link).ok_or_else(|| distrust("the next page is on another host"));
        Ok(SignInPage { next: next.map(|link| Ok(PageToken(trusted(&link)?.into()))).transpose()?, ..page })
    }
}

/// The page and the link to the next one, which nobody has checked yet.
fn parse(body: &[u8]) -> Result<(SignInPage, Option<String>), &'static str> {
    let wire: Wire<'_> = serde_json::from_slice(body).map_err(|_| "the answer is not a page of sign-ins")?;
    if wire.value.len() > MAX_ENTRIES {
        return Err("the page is too long");
    }
    let mut page = SignInPage { records: Vec::with_capacity(wire.value.len()), unreadable: Vec::new(), next: None };
    for entry in wire.value {
        match record::read(entry.get()) {
            Ok(record) => page.records.push(record),
            Err(reason) => page.unreadable.push(reason),
        }
    }
    Ok((page, wire.next.map(Cow::into_owned)))
}
