//! What we rely on in async-graphql, which is pinned to a release candidate: a version that answers differently fails here first.

use async_graphql::{EmptyMutation, EmptySubscription, InputObject, MaybeUndefined, Object, Request, Schema, Variables};

use crate::fault::{Nullable, coded};

struct Root;

struct Node;

#[derive(InputObject)]
struct Patch {
    code: MaybeUndefined<String>,
}

#[Object]
impl Node {
    async fn slow(&self) -> i32 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        1
    }

    async fn fast(&self) -> i32 {
        2
    }

    async fn id(&self) -> i32 {
        3
    }

    async fn must(&self) -> async_graphql::Result<i32> {
        Err(coded("BROKEN", "must"))
    }

    async fn may(&self) -> Nullable<i32> {
        Some(Err(coded("BROKEN", "may")))
    }
}

#[Object]
impl Root {
    async fn node(&self) -> Node {
        Node
    }

    async fn maybe(&self) -> Option<Node> {
        Some(Node)
    }

    async fn list(&self) -> Vec<Option<Node>> {
        vec![Some(Node), None]
    }

    async fn patch(&self, input: Patch) -> &'static str {
        match input.code {
            MaybeUndefined::Undefined => "keep",
            MaybeUndefined::Null => "clear",
            MaybeUndefined::Value(_) => "set",
        }
    }
}

async fn run(request: impl Into<Request>) -> String {
    let schema = Schema::new(Root, EmptyMutation, EmptySubscription);
    let response = schema.execute(request).await;
    let errors: Vec<String> = response.errors.iter().map(|error| error.message.clone()).collect();
    format!("{} {errors:?}", serde_json::to_string(&response.data).unwrap())
}

#[tokio::test]
async fn fields_come_in_the_order_asked_for_not_in_the_order_done() {
    assert_eq!(run("{node{slow fast id}}").await, r#"{"node":{"slow":1,"fast":2,"id":3}} []"#);
    assert_eq!(run("{b: node{id} a: node{id}}").await, r#"{"b":{"id":3},"a":{"id":3}} []"#);
}

#[tokio::test]
async fn an_error_nulls_the_nearest_nullable_field() {
    assert_eq!(run("{node{id must}}").await, r#"null ["must"]"#);
    assert_eq!(run("{maybe{id must} node{id}}").await, r#"{"maybe":null,"node":{"id":3}} ["must"]"#);
    assert_eq!(run("{list{id must} node{id}}").await, r#"{"list":[null,null],"node":{"id":3}} ["must"]"#);
}

#[tokio::test]
async fn a_nullable_field_that_fails_is_null_and_leaves_its_siblings() {
    assert_eq!(run("{node{id may fast}}").await, r#"{"node":{"id":3,"may":null,"fast":2}} ["may"]"#);
}

#[tokio::test]
async fn left_out_is_not_null() {
    let with = |variables: serde_json::Value| {
        Request::new("query($code: String) { patch(input: {code: $code}) }").variables(Variables::from_json(variables))
    };
    assert_eq!(run(r#"{patch(input: {})}"#).await, r#"{"patch":"keep"} []"#);
    assert_eq!(run(r#"{patch(input: {code: null})}"#).await, r#"{"patch":"clear"} []"#);
    assert_eq!(run(with(serde_json::json!({}))).await, r#"{"patch":"keep"} []"#);
    assert_eq!(run(with(serde_json::json!({"code": null}))).await, r#"{"patch":"clear"} []"#);
    assert_eq!(run(with(serde_json::json!({"code": "CA001"}))).await, r#"{"patch":"set"} []"#);
}

#[tokio::test]
async fn fields_with_one_response_key_are_merged() {
    assert_eq!(run("{node{id} node{fast}}").await, r#"{"node":{"id":3,"fast":2}} []"#);
}
