//! The limits let through what clients send, and nothing much beyond.

use async_graphql::{Request, Response};

use crate::builder;

/// The page query of the benchmark.
const PAGE: &str = "query Page { tenants(first: 50) { nodes { id displayName policies(first: 20) { nodes { id displayName state conditions latestChange { id status } } } } } }";

/// What graphql-js asks with every option on: `getIntrospectionQuery` of graphql 16.
const INTROSPECTION: &str = "query IntrospectionQuery {
  __schema { description queryType { name kind } mutationType { name kind } subscriptionType { name kind }
    types { ...FullType } directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } }
fragment FullType on __Type { kind name description specifiedByURL isOneOf
  fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
  inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

/// Judges a document without running it: a second operation that touches nothing is run instead, and limits count all.
async fn judge(document: &str, max_complexity: usize) -> Response {
    let schema = builder().limit_complexity(max_complexity).finish();
    schema.execute(Request::new(format!("{document} query Nothing {{ __typename }}")).operation_name("Nothing")).await
}

fn message(response: &Response) -> Option<&str> {
    response.errors.first().map(|error| error.message.as_str())
}

#[tokio::test]
async fn the_page_query_costs_what_it_reads() {
    // 50 x (nodes + id + displayName + policies); a page of policies is 1 + 20 x (nodes + 5 fields, conditions twice, and 2 of the
    // change). `__typename` is free.
    let cost = 1 + 50 * (1 + 2 + (1 + 20 * (1 + 3 + 2 + 1 + 2)));
    assert_eq!(message(&judge(PAGE, cost).await), None);
    assert_eq!(message(&judge(PAGE, cost - 1).await), Some("Query is too complex."));
}

#[tokio::test]
async fn introspection_passes() {
    let schema = builder().limit_complexity(crate::MAX_COMPLEXITY).finish();
    let response = schema.execute(INTROSPECTION).await;
    assert_eq!(message(&response), None);
    assert!(response.data.to_string().contains("IllegalTransitionError"));
}

#[tokio::test]
async fn bombs_are_refused() {
    let deep = format!(
        "{{ viewer {{ workspace {{ id }} }} tenants {{ nodes {} id {} }} }}",
        "{ policies { nodes { tenant ".repeat(5),
        "} } }".repeat(5)
    );
    let wide: String = (0..20).map(|at| format!("a{at}: __typename ")).collect();
    let heavy = "{ tenants(first: 100) { nodes { policies(first: 100) { nodes { changes(first: 100) { nodes { id } } } } } } }";
    let directives = format!("{{ __typename {} }}", "@skip(if: false) ".repeat(21));
    for (name, document) in [("deep", deep), ("wide", format!("{{ {wide} }}")), ("heavy", heavy.to_owned()), ("directives", directives)] {
        let schema = builder().limit_complexity(crate::MAX_COMPLEXITY).finish();
        let response = schema.execute(document).await;
        assert!(!response.errors.is_empty(), "{name} passed");
        assert!(response.errors.iter().all(|error| error.path.is_empty()), "{name} was executed");
    }
}
