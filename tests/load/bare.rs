//! The yardstick: one statement, hand-written bytes, no GraphQL. What a request costs at least on this machine.
//!
//! `bare-handler postgres://.. 127.0.0.1:port` answers POST /graphql with the page query's answer, whatever the body.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use tokio_postgres::{Client, NoTls, Statement};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CONNECTIONS: usize = 8;

const PAGE: &str = "
select t.entra_tenant_id, t.display_name, p.graph_id, p.display_name, p.state, p.conditions, p.latest_change_status
from (select id, entra_tenant_id, display_name, sort_name from tenant
      where workspace_id = (select id from workspace limit 1) order by sort_name, id limit 50) t
cross join lateral (select * from policy p
      where p.workspace_id = (select id from workspace limit 1) and p.tenant_id = t.id and p.deleted_at is null order by p.sort_name, p.id limit 20) p
order by t.sort_name, t.id, p.sort_name, p.id";

struct Pool {
    connections: Vec<(Client, Statement)>,
    next: AtomicUsize,
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(database), Some(listen)) = (arguments.next(), arguments.next()) else {
        panic!("usage: bare-handler DATABASE_URL ADDRESS");
    };
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        let (client, connection) = tokio_postgres::connect(&database, NoTls).await.expect("the database answers");
        tokio::spawn(connection);
        let statement = client.prepare(PAGE).await.expect("the statement fits the schema");
        connections.push((client, statement));
    }
    let pool = Arc::new(Pool { connections, next: AtomicUsize::new(0) });
    let listener = tokio::net::TcpListener::bind(&listen).await.expect("the address is free");
    axum::serve(listener, Router::new().route("/graphql", post(page)).with_state(pool)).await.expect("the server runs");
}

async fn page(State(pool): State<Arc<Pool>>, _body: Bytes) -> impl IntoResponse {
    let (client, statement) = &pool.connections[pool.next.fetch_add(1, Ordering::Relaxed) % CONNECTIONS];
    let rows = client.query(statement, &[]).await.expect("the query runs");
    let mut out = String::with_capacity(2_000_000);
    out.push_str("{\"data\":{\"tenants\":{\"nodes\":[");
    let mut tenant = None;
    for row in &rows {
        let entra: uuid::Uuid = row.get(0);
        if tenant != Some(entra) {
            out.push_str(if tenant.is_some() { "]}},{\"entraTenantId\":\"" } else { "{\"entraTenantId\":\"" });
            out.push_str(&entra.to_string());
            out.push_str("\",\"displayName\":");
            text(&mut out, row.get(1));
            out.push_str(",\"policies\":{\"nodes\":[");
            tenant = Some(entra);
        } else {
            out.push(',');
        }
        let graph: uuid::Uuid = row.get(2);
        out.push_str("{\"graphId\":\"");
        out.push_str(&graph.to_string());
        out.push_str("\",\"displayName\":");
        text(&mut out, row.get(3));
        out.push_str(match row.get::<_, &str>(4) {
            "enabled" => ",\"state\":\"ENABLED\",\"conditions\":",
            "disabled" => ",\"state\":\"DISABLED\",\"conditions\":",
            _ => ",\"state\":\"REPORT_ONLY\",\"conditions\":",
        });
        out.push_str(row.get(5));
        match row.get::<_, Option<&str>>(6) {
            Some(status) => {
                out.push_str(",\"latestChange\":{\"status\":\"");
                out.push_str(&status.to_ascii_uppercase());
                out.push_str("\"}}");
            }
            None => out.push_str(",\"latestChange\":null}"),
        }
    }
    out.push_str(if tenant.is_some() { "]}}]}}}" } else { "]}}}" });
    ([(CONTENT_TYPE, "application/json")], out)
}

fn text(out: &mut String, text: &str) {
    out.push_str(&serde_json::to_string(text).expect("a text is JSON"));
}
