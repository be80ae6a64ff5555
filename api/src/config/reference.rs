//! The table of every key: what the environment may set, and what the README prints.

use super::Config;

/// How the text of an environment variable is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Switch,
    /// Texts, separated by commas.
    List,
}

/// One key.
#[derive(Debug)]
pub(super) struct Key {
    /// Dotted, as in the file: `http.graphiql`.
    pub path: &'static str,
    pub kind: Kind,
    pub default: &'static str,
    pub about: &'static str,
}

const fn key(path: &'static str, kind: Kind, default: &'static str, about: &'static str) -> Key {
    Key { path, kind, default, about }
}

pub(super) const KEYS: &[Key] = &[
    key(
        "mode",
        Kind::Text,
        "`embedded`",
        "`embedded`: SQLite, simulated cloud and development issuer on this machine. `production`: none of these shortcuts.",
    ),
    key("listen", Kind::Text, "`127.0.0.1:8080`", "Address and port of the HTTP server; port 0 takes a free one."),
    key("data_dir", Kind::Text, "`data`", "Folder for the SQLite file, development keys and the simulator's state. Made when missing."),
    key("database_url", Kind::Text, "SQLite in `data_dir`", "`sqlite://path` or `postgres://user:password@host/database`. Secret."),
    key(
        "seal_key",
        Kind::Text,
        "made in `data_dir` when embedded",
        "32 bytes in base64 that seal tenant credentials and webhook secrets; required in production. Secret.",
    ),
    key("seal_key_file", Kind::Text, "", "A file that holds `seal_key`."),
    key(
        "simulate.enabled",
        Kind::Switch,
        "true when embedded",
        "Runs the simulated Entra cloud inside the process. Not allowed in production.",
    ),
    key("simulate.http", Kind::Text, "`127.0.0.1:0`", "Its http listener, loopback only."),
    key("simulate.https", Kind::Text, "`127.0.0.1:0`", "Its https listener, loopback only."),
    key("simulate.seed", Kind::Integer, "7", "Seed of the simulated sign-ins: the same seed gives the same stream."),
    key(
        "oidc.issuer",
        Kind::Text,
        "development issuer when embedded",
        "Issuer of bearer tokens; `{tenantid}` stands for the token's `tid`. Required in production.",
    ),
    key("oidc.audience", Kind::Text, "", "Audience that tokens must have, exactly. Required with `oidc.issuer`."),
    key("oidc.jwks_url", Kind::Text, "by discovery", "Where the issuer's keys are; https."),
    key("oidc.scope", Kind::Text, "", "A scope (`scp`) or application role (`roles`) that tokens must carry."),
    key("oidc.subject", Kind::Text, "`auto`", "Principal: `entra` is `tid/oid`, `sub` is the claim, `auto` decides by the issuer."),
    key("bootstrap.workspace", Kind::Text, "`Causeway`", "Name of the first workspace, made when its owner is a member of none."),
    key("bootstrap.owner", Kind::Text, "", "The principal at `oidc.issuer` that owns it: `tid/oid` for Entra, else `sub`."),
    key("graph.login_base", Kind::Text, "by the tenant's cloud", "Base address of the token endpoint."),
    key("graph.graph_base", Kind::Text, "by the tenant's cloud", "Base address of Microsoft Graph, without `/v1.0`."),
    key("graph.root_ca", Kind::Text, "", "PEM file of a further root certificate to trust for both."),
    key(
        "graph.sign_in_log_version",
        Kind::Text,
        "`beta`",
        "Graph's version that sign-ins are read from: `beta` tells how users authenticated; with `v1.0` that stays unknown.",
    ),
    key(
        "graph.metered",
        Kind::Switch,
        "false",
        "Keeps Graph's documented budgets against an address of this machine too, where they are not kept otherwise.",
    ),
    key("http.allowed_origins", Kind::List, "", "Web origins beside our own that may call the API and open WebSockets."),
    key("http.graphiql", Kind::Switch, "true when embedded", "Serves the query page at `/`."),
    key("http.introspection", Kind::Switch, "true when embedded", "Answers introspection to authenticated callers."),
    key("http.request_timeout_s", Kind::Integer, "30", "Seconds a query or mutation may take."),
    key("http.max_body_bytes", Kind::Integer, "262144", "Bytes of a request body."),
    key("http.max_tokens", Kind::Integer, "2000", "Tokens of a GraphQL document."),
    key("http.max_streams_per_member", Kind::Integer, "50", "WebSockets and event streams that one member may hold open."),
    key("http.max_connections", Kind::Integer, "10000", "TCP connections served at a time."),
    key("workers.count", Kind::Integer, "4", "Background workers in `serve`; 0 leaves the work to `causeway worker`."),
    key("workers.applies", Kind::Integer, "64", "Changes that one process applies at a time, beside its other work."),
    key("workers.lease_s", Kind::Integer, "30", "Seconds a claimed job is kept before another worker may take it over."),
    key("workers.sync_interval_s", Kind::Integer, "900", "Seconds between two syncs of a tenant; 0 syncs only when asked."),
    key(
        "workers.people_interval_s",
        Kind::Integer,
        "86400",
        "Seconds after which a sync asks for a new reading of the tenant's users, groups and roles; 0 reads them only when asked.",
    ),
    key("workers.people_max_users", Kind::Integer, "500000", "The most users of a tenant that are kept; those beyond are unknown."),
    key(
        "workers.settle_ms",
        Kind::Integer,
        "10000",
        "Milliseconds between the two equal reads that prove that a write of unknown outcome did not happen.",
    ),
    key(
        "sign_ins.interval_s",
        Kind::Integer,
        "900",
        "Seconds between two readings of a tenant's sign-in log; 0 reads only when asked (`readSignIns`).",
    ),
    key("sign_ins.retention_days", Kind::Integer, "30", "Days of summaries that are kept; the first reading goes back as far. 1 to 365."),
    key(
        "sign_ins.overlap_s",
        Kind::Integer,
        "3600",
        "Seconds that a row may be late in Entra's log: so much is read again, and counted once.",
    ),
    key(
        "sign_ins.settle_s",
        Kind::Integer,
        "120",
        "Seconds before now that a reading leaves for the next one, because rows are still arriving.",
    ),
    key(
        "rollouts.look_s",
        Kind::Integer,
        "240",
        "Seconds between two looks at a phased rollout that has not ended: below five minutes, so that each is judged at least so often. 1 to 300.",
    ),
    key(
        "rollouts.propagation_s",
        Kind::Integer,
        "900",
        "Seconds that a written policy may take to hold everywhere in Entra: sign-ins before that are no evidence of health.",
    ),
    key("rollouts.least_bake_s", Kind::Integer, "7200", "Seconds that a phase of an automatic rollout lasts at least."),
    key("rollouts.keep_twin_s", Kind::Integer, "604800", "Seconds after the end of a rollout before its disabled twin is deleted."),
    key(
        "webhooks.internal_hosts",
        Kind::List,
        "this machine when embedded",
        "Hosts, without port, that webhooks may reach at private addresses and over http. All others must be public and https.",
    ),
    key("webhooks.root_ca", Kind::Text, "", "PEM file of a further root certificate to trust for webhooks."),
    key("log.format", Kind::Text, "`text`", "`text` or `json`."),
    key("log.filter", Kind::Text, "`info,sea_orm_migration=warn`", "What is logged, such as `info,api=debug`."),
    key(
        "test.failpoint",
        Kind::Text,
        "",
        "For the product's own tests: the step of an apply at which the process stops. Not allowed in production.",
    ),
    key("test.marker", Kind::Text, "", "For the product's own tests: a file that is made when it stops there."),
];

impl Key {
    /// `CAUSEWAY__HTTP__GRAPHIQL`.
    pub(super) fn variable(&self) -> String {
        format!("CAUSEWAY__{}", self.path.replace('.', "__").to_ascii_uppercase())
    }
}

impl Config {
    /// The configuration table in Markdown, one line a key.
    pub fn reference() -> String {
        let mut table = String::from("| key | environment variable | default | meaning |\n|---|---|---|---|\n");
        for key in KEYS {
            table += &format!("| `{}` | `{}` | {} | {} |\n", key.path, key.variable(), key.default, key.about);
        }
        table
    }
}
