//! The writer against the resolvers: the same bytes for whatever it takes on, and it takes on what it should.

use std::io;
use std::sync::Arc;

use app::page::Page;
use async_graphql::{EmptyMutation, EmptySubscription, Object, Request, Schema};
use chrono::DateTime;
use domain::change::status::ChangeStatus;
use domain::id::{ChangeId, ContentHash, PolicyId, TenantId, WorkspaceId};
use domain::policy::{Criticality, LatestChange, Policy, PolicyItem, PolicyMetadata, PolicyState};
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use uuid::Uuid;

use super::plan::ConnectionPlan;
use super::policy_page::PolicyPage;
use crate::ids::IdCodec;
use crate::scope::Ids;

const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));

struct Root {
    verbatim: bool,
}

#[Object]
impl Root {
    async fn policies(&self) -> PolicyPage {
        PolicyPage { page: Arc::new(page()), total: Some(7), verbatim: self.verbatim }
    }
}

fn page() -> Page<PolicyItem> {
    let names = ["Block legacy", "quote \" slash \\ tab \t nl \n bell \u{7} del \u{7f}", "Ünïcödé \u{1F512} \u{2028}"];
    let items = names.iter().enumerate().map(|(at, name)| (format!("cursor\"{at}"), item(at as u128, name)));
    Page { items: items.collect(), has_next: true, has_previous: false }
}

fn item(at: u128, name: &str) -> PolicyItem {
    let first = at == 0;
    PolicyItem {
        policy: Policy {
            id: PolicyId(Uuid::from_u128(100 + at)),
            workspace_id: WORKSPACE,
            tenant_id: TenantId(Uuid::from_u128(2)),
            graph_id: Uuid::from_u128(200 + at),
            display_name: name.to_owned(),
            state: PolicyState::ALL[at as usize % 3],
            content_hash: ContentHash("ab".repeat(32)),
            document_hash: ContentHash("cd".repeat(32)),
            graph_modified_at: None,
            deleted_at: None,
            metadata: PolicyMetadata {
                criticality: first.then_some(Criticality::Critical),
                code: first.then(|| "CA\"001".to_owned()),
                tags: if first { vec!["a".to_owned(), "b\\c".to_owned()] } else { Vec::new() },
            },
            first_seen_at: DateTime::UNIX_EPOCH,
            last_seen_at: DateTime::UNIX_EPOCH,
            version: 3,
        },
        conditions: Some("{\"users\":{\"includeUsers\":[\"All\"]}}".to_owned()),
        latest_change: (!first).then_some(LatestChange { id: ChangeId(Uuid::from_u128(300 + at)), status: ChangeStatus::RolledBack }),
    }
}

struct Verbatim;

impl Formatter for Verbatim {
    fn write_byte_array<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: &[u8]) -> io::Result<()> {
        writer.write_all(value)
    }
}

async fn run(verbatim: bool, query: &str) -> String {
    let ids = Ids::new(Arc::new(IdCodec::new(&[9; 32])), WORKSPACE);
    let schema = Schema::new(Root { verbatim }, EmptyMutation, EmptySubscription);
    let response = schema.execute(Request::new(query).data(ids)).await;
    assert!(response.errors.is_empty(), "{query}: {:?}", response.errors);
    let mut bytes = Vec::new();
    response.data.serialize(&mut Serializer::with_formatter(&mut bytes, Verbatim)).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn planned(query: &str) -> bool {
    let document = async_graphql::parser::parse_query(query).unwrap();
    let (_, operation) = document.operations.iter().next().unwrap();
    let async_graphql::parser::types::Selection::Field(field) = &operation.node.selection_set.node.items[0].node else {
        panic!("the first selection is a field")
    };
    ConnectionPlan::of(&field.node.selection_set.node, &document.fragments).is_some()
}

#[tokio::test]
async fn bytes_equal_what_the_resolvers_answer() {
    for query in [
        "{policies{nodes{id displayName state conditions latestChange{id status}}}}",
        "{policies{__typename totalCount pageInfo{__typename hasNextPage hasPreviousPage startCursor endCursor} edges{__typename cursor node{id}}}}",
        "{p: policies{n: nodes{a: id graphId b: displayName criticality code tags contentHash revision __typename latestChange{__typename s: status}}}}",
        "{policies{nodes{...P ... on Policy{state} ...{code}}}} fragment P on Policy {id ...N} fragment N on Node {key: id}",
        "{policies{totalCount}}",
    ] {
        assert!(planned(query), "{query}");
        let bytes = run(true, query).await;
        assert_eq!(bytes, run(false, query).await, "{query}");
        assert!(serde_json::from_str::<serde_json::Value>(&bytes).is_ok(), "{bytes}");
    }
}

#[tokio::test]
async fn what_needs_merging_or_loading_is_left_to_the_resolvers() {
    for query in [
        "{policies{nodes{id} nodes{state}}}",
        "{policies{nodes{id id}}}",
        "{policies{nodes{latestChange{id} latestChange{status}}}}",
        "{policies{nodes{id @include(if: true)}}}",
        "{policies{nodes{... @include(if: true){id}}}}",
    ] {
        assert!(!planned(query), "{query}");
        assert_eq!(run(true, query).await, run(false, query).await, "{query}");
    }
    for query in ["{policies{nodes{document}}}", "{policies{nodes{tenant{id}}}}", "{policies{nodes{latestChange{revision}}}}"] {
        assert!(!planned(query), "{query}");
    }
}
