//! One Graph operation: who calls, what they ask, and the tenant they ask about.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::GraphError;
use crate::core::{Core, Inner};
use crate::fault::Scope;
use crate::odata::{Listing, Over, Page, Query};
use crate::server::{Call, Reply};
use crate::state::{Reader, Tenant, View};
use crate::token::Caller;

/// What an operation returns.
pub(crate) type Answer = Result<Reply, GraphError>;

/// A Graph operation in progress.
pub(crate) struct Session<'a> {
    pub core: &'a Core,
    pub inner: &'a mut Inner,
    pub call: &'a Call,
    pub caller: &'a Caller,
    /// `v1.0` or `beta`.
    pub version: &'static str,
    /// Path segments below the version, lower-cased: Graph's paths and ids ignore case.
    pub path: Vec<String>,
    pub query: Query,
    pub now: DateTime<Utc>,
    /// The request came inside a `$batch`.
    pub batched: bool,
}

/// How a collection is listed.
pub(crate) struct ListSpec {
    /// What follows `$metadata#`.
    pub context: String,
    /// Type name for messages.
    pub resource: &'static str,
    pub default_page: usize,
    pub max_page: usize,
    pub over: Over,
    pub filterable: &'static [&'static str],
    pub orderable: &'static [&'static str],
    pub default_select: &'static [&'static str],
    /// `$count=true` is heard only with `ConsistencyLevel: eventual` (directory objects).
    pub count_needs_header: bool,
}

impl<'a> Session<'a> {
    pub(crate) fn open(
        core: &'a Core,
        inner: &'a mut Inner,
        call: &'a Call,
        caller: &'a Caller,
        batched: bool,
    ) -> Result<Self, GraphError> {
        let query = Query::parse(&call.query)?;
        let version = if call.segments.first().is_some_and(|first| first.eq_ignore_ascii_case("beta")) { "beta" } else { "v1.0" };
        let path = call.segments.iter().skip(1).map(|segment| segment.to_lowercase()).collect();
        let now = core.now();
        Ok(Session { core, inner, call, caller, version, path, query, now, batched })
    }

    /// The caller's tenant: the token check made sure that it exists.
    pub(crate) fn tenant(&self) -> &Tenant {
        &self.inner.world.tenants[&self.caller.tenant]
    }

    /// Reads that may lag behind writes.
    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader { tenant: self.tenant(), lag: &self.inner.lag, now: self.now }
    }

    /// What the rules of a write see.
    pub(crate) fn view(&self) -> View<'_> {
        if self.inner.lag.delays_references(self.caller.tenant) { View::through(self.reader()) } else { View::truth(self.tenant()) }
    }

    /// The JSON object of a write.
    pub(crate) fn body(&self) -> Result<Value, GraphError> {
        match self.call.json() {
            Ok(Some(body)) if body.is_object() => Ok(body),
            Ok(Some(_)) => Err(GraphError::new(
                400,
                "BadRequest",
                "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
            )),
            Ok(None) => Err(GraphError::empty_payload()),
            Err(_) => Err(GraphError::new(
                400,
                "BadRequest",
                "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
            )),
        }
    }

    /// `ConsistencyLevel: eventual` was sent.
    pub(crate) fn eventual(&self) -> bool {
        self.call.header("consistencylevel").is_some_and(|level| level.trim().eq_ignore_ascii_case("eventual"))
    }

    /// An `@odata.context`.
    pub(crate) fn context(&self, fragment: &str) -> String {
        format!("{}/{}/$metadata#{fragment}", self.call.base, self.version)
    }

    /// One object with its context, first.
    pub(crate) fn entity(&self, status: u16, fragment: &str, value: Value) -> Reply {
        let selected = crate::odata::select(value, self.query.select.as_deref(), &[]);
        let mut body = Map::new();
        body.insert("@odata.context".to_owned(), json!(self.context(fragment)));
        if let Value::Object(members) = selected {
            body.extend(members);
        }
        Reply::graph(status, Value::Object(body))
    }

    /// A collection, one page of it.
    pub(crate) fn list(&self, spec: &ListSpec, items: Vec<Value>) -> Answer {
        let listing = Listing {
            items,
            resource: spec.resource,
            default_page: spec.default_page,
            max_page: spec.max_page,
            over: spec.over,
            filterable: spec.filterable,
            orderable: spec.orderable,
            default_select: spec.default_select,
        };
        let cap = self.inner.page_caps.get(&self.caller.tenant).copied();
        let page = listing.page(&self.query, cap)?;
        Ok(self.page(spec, page))
    }

    fn page(&self, spec: &ListSpec, page: Page) -> Reply {
        let mut body = json!({"@odata.context": self.context(&spec.context), "value": page.items});
        if let Some(count) = page.count.filter(|_| !spec.count_needs_header || self.eventual()) {
            body["@odata.count"] = json!(count);
        }
        if let Some(token) = page.next {
            body["@odata.nextLink"] = json!(self.next_link(&token));
        }
        Reply::graph(200, body)
    }

    /// The same request on the same host with the token of the next page. Counting and skipping happened on the first.
    pub(super) fn next_link(&self, token: &str) -> String {
        let mut link = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.query.raw {
            let option = name.trim_start_matches('$').to_lowercase();
            if !matches!(option.as_str(), "skiptoken" | "skip") {
                link.append_pair(name, value);
            }
        }
        link.append_pair("$skiptoken", token);
        let path = self.call.target.split('?').next().unwrap_or_default();
        // A leading `$` reads better unescaped, and that is how Graph sends it.
        format!("{}{path}?{}", self.call.base, link.finish().replace("%24", "$"))
    }

    /// `/$count`: the number of objects that match the filter.
    pub(crate) fn count(&self, spec: &ListSpec, items: Vec<Value>) -> Answer {
        if spec.count_needs_header && !self.eventual() {
            return Err(GraphError::bad_request("$count is not currently supported."));
        }
        if let Some(path) = self.query.filter.iter().flat_map(|filter| filter.paths()).find(|path| !spec.filterable.contains(path)) {
            let text =
                format!("Unsupported or invalid query filter clause specified for property '{path}' of resource '{}'.", spec.resource);
            return Err(GraphError::new(400, "Request_UnsupportedQuery", text));
        }
        let count = items.iter().filter(|item| self.query.filter.as_ref().is_none_or(|filter| filter.accepts(item))).count();
        Ok(Reply::text(200, count.to_string()))
    }

    /// Draws on the budget of the path's service, when budgets are enforced.
    pub(crate) fn spend(&mut self) -> Result<(), GraphError> {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let scope = match path.as_slice() {
            ["$batch"] | [] => return Ok(()),
            ["identity" | "policies", ..] => Scope::ConditionalAccess,
            ["auditlogs", ..] => Scope::Reports,
            [.., "transitivemembers" | "transitivememberof"] => Scope::Directory { units: 5 },
            [.., "members"] => Scope::Directory { units: 3 },
            ["users"] | [.., "getmembergroups"] => Scope::Directory { units: 2 },
            _ => Scope::Directory { units: 1 },
        };
        if !self.core.throttle {
            return Ok(());
        }
        let (tenant, client) = (self.caller.tenant, self.caller.client_id);
        self.inner.budgets.spend(scope, tenant, client, tokio::time::Instant::now()).map_err(|seconds| GraphError::throttled(Some(seconds)))
    }

    pub(crate) fn new_id(&self) -> Uuid {
        self.core.ids.uuid()
    }
}
