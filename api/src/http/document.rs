//! Checks on the parsed document that the schema makes too late, or not at all: which operation runs, what it costs once its
//! fragments are expanded, and whether every required variable is there.

use std::collections::HashMap;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, InlineFragment, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Request, ServerError};
use serde_json::{Map, Value};

use super::error::{ApiError, Code};
use super::guard;
use super::limits::Limits;
use super::params::Params;

/// A request that passed every check before execution.
#[derive(Debug)]
pub struct Operation {
    /// The request, with its document already parsed.
    pub request: Request,
    /// Query, mutation or subscription.
    pub kind: OperationType,
}

/// Guards, parses and checks a request.
///
/// # Errors
/// A typed refusal; nothing was executed.
pub fn prepare(params: Params, limits: &Limits) -> Result<Operation, ApiError> {
    guard::check_document(&params.query, limits)?;
    let mut document = parse_query(&params.query).map_err(|error| {
        let error = ServerError::from(error);
        ApiError { code: Code::ParseFailed, message: error.message, locations: error.locations }
    })?;
    let operation = select(&document, params.operation_name.as_deref())?;
    let kind = operation.node.ty;
    check_cost(&document, limits.expanded_fields)?;
    check_required_variables(&operation.node, &params.variables)?;
    rewrite_conditional_typename(&mut document);
    let mut request = params.into_request();
    request.set_parsed_query(document);
    Ok(Operation { request, kind })
}

/// The operation that `operationName` names, or the only one (GraphQL specification, section 6.1, GetOperation).
fn select<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a Positioned<OperationDefinition>, ApiError> {
    let refuse = |message: String| ApiError::new(Code::OperationResolutionFailure, message);
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => {
            operations.get(name).ok_or_else(|| refuse(format!("Unknown operation named \"{name}\".")))
        }
        (DocumentOperations::Single(_), Some(name)) => Err(refuse(format!("Unknown operation named \"{name}\"."))),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next().ok_or_else(|| refuse("The document holds no operation.".to_owned()))
        }
        (DocumentOperations::Multiple(_), None) => {
            Err(refuse("The document holds several operations: `operationName` is required.".to_owned()))
        }
    }
}

/// Coercion of variables that the executor leaves to the first use: a required one must be there and not be null.
fn check_required_variables(operation: &OperationDefinition, variables: &Map<String, Value>) -> Result<(), ApiError> {
    for definition in &operation.variable_definitions {
        let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
        let required = !ty.nullable && definition.node.default_value.is_none();
        let given = variables.get(name.as_str());
        let null = given.is_some_and(Value::is_null);
        if (required && given.is_none()) || (!ty.nullable && null) {
            return Err(ApiError {
                code: Code::BadUserInput,
                message: format!("Variable \"${name}\" of required type \"{ty}\" was not provided."),
                locations: vec![definition.pos],
            });
        }
    }
    Ok(())
}

/// Refuses fragment cycles and documents whose operations expand to more than `max` fields.
///
/// A fragment that spreads another one twice doubles the work per level: 650 bytes keep the validator busy for hours. The
/// cost of each fragment is computed once, so this check is linear in the document.
fn check_cost(document: &ExecutableDocument, max: usize) -> Result<(), ApiError> {
    let mut costs = Costs { document, known: HashMap::with_capacity(document.fragments.len()), max };
    for name in document.fragments.keys() {
        costs.fragment(name)?;
    }
    for (_, operation) in document.operations.iter() {
        costs.selection_set(&operation.node.selection_set.node)?;
    }
    Ok(())
}

/// `None` marks a fragment whose cost is being computed: meeting it again is a cycle.
struct Costs<'a> {
    document: &'a ExecutableDocument,
    known: HashMap<&'a str, Option<usize>>,
    max: usize,
}

impl<'a> Costs<'a> {
    fn fragment(&mut self, name: &'a Name) -> Result<usize, ApiError> {
        match self.known.get(name.as_str()) {
            Some(Some(cost)) => return Ok(*cost),
            Some(None) => {
                return Err(ApiError::new(Code::ValidationFailed, format!("Cannot spread fragment \"{name}\" within itself.")));
            }
            None => {}
        }
        // A fragment that doesn't exist is the validator's to report.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(0) };
        if self.known.len() >= MAX_FRAGMENTS {
            return Err(ApiError::new(Code::TooComplex, format!("A document may hold at most {MAX_FRAGMENTS} fragments.")));
        }
        self.known.insert(name, None);
        let cost = self.selection_set(&fragment.node.selection_set.node)?;
        self.known.insert(name, Some(cost));
        Ok(cost)
    }

    fn selection_set(&mut self, set: &'a SelectionSet) -> Result<usize, ApiError> {
        let mut cost = 0_usize;
        for selection in &set.items {
            cost += match &selection.node {
                Selection::Field(field) => 1 + self.selection_set(&field.node.selection_set.node)?,
                Selection::FragmentSpread(spread) => 1 + self.fragment(&spread.node.fragment_name.node)?,
                Selection::InlineFragment(inline) => self.selection_set(&inline.node.selection_set.node)?,
            };
            if cost > self.max {
                return Err(ApiError::new(
                    Code::TooComplex,
                    format!("A document may select at most {} fields, fragments expanded.", self.max),
                ));
            }
        }
        Ok(cost)
    }
}

/// Bounds the recursion through chains of fragments; far more than generated documents use.
const MAX_FRAGMENTS: usize = 100;

/// `__typename @include(if: $x)` becomes `... @include(if: $x) { __typename }`, which means the same.
///
/// async-graphql 8.0.0-rc.5 doesn't visit the directives of `__typename` and then refuses the document, because `$x` seems unused.
fn rewrite_conditional_typename(document: &mut ExecutableDocument) {
    match &mut document.operations {
        DocumentOperations::Single(operation) => rewrite(&mut operation.node.selection_set.node),
        DocumentOperations::Multiple(operations) => {
            operations.values_mut().for_each(|operation| rewrite(&mut operation.node.selection_set.node));
        }
    }
    document.fragments.values_mut().for_each(|fragment| rewrite(&mut fragment.node.selection_set.node));
}

fn rewrite(set: &mut SelectionSet) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) if field.node.name.node == "__typename" && !field.node.directives.is_empty() => {
                let position = field.pos;
                let directives = std::mem::take(&mut field.node.directives);
                let bare = Positioned::new(selection.node.clone(), position);
                selection.node = Selection::InlineFragment(Positioned::new(
                    InlineFragment {
                        type_condition: None,
                        directives,
                        selection_set: Positioned::new(SelectionSet { items: vec![bare] }, position),
                    },
                    position,
                ));
            }
            Selection::Field(field) => rewrite(&mut field.node.selection_set.node),
            Selection::InlineFragment(inline) => rewrite(&mut inline.node.selection_set.node),
            Selection::FragmentSpread(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(query: &str, name: Option<&str>, variables: &Value) -> Option<Code> {
        let body = serde_json::json!({ "query": query, "operationName": name, "variables": variables });
        let limits = Limits::default();
        Params::from_value(body, &limits).and_then(|params| prepare(params, &limits)).err().map(|error| error.code)
    }

    #[test]
    fn operations_are_selected_by_name() {
        let two = "query A { a } mutation B { b }";
        let none = Value::Null;
        assert_eq!(code(two, Some("A"), &none), None);
        assert_eq!(code(two, None, &none), Some(Code::OperationResolutionFailure));
        assert_eq!(code(two, Some("C"), &none), Some(Code::OperationResolutionFailure));
        assert_eq!(code("{ a }", Some("A"), &none), Some(Code::OperationResolutionFailure));
        assert_eq!(code("query A { a }", None, &none), None);
        assert_eq!(code("{ a", None, &none), Some(Code::ParseFailed));
        assert_eq!(code("", None, &none), Some(Code::ParseFailed));
    }

    #[test]
    fn required_variables() {
        let query = "query ($id: ID!, $n: Int! = 1, $o: String) { a }";
        assert_eq!(code(query, None, &serde_json::json!({ "id": "x" })), None);
        assert_eq!(code(query, None, &serde_json::json!({})), Some(Code::BadUserInput));
        assert_eq!(code(query, None, &serde_json::json!({ "id": null })), Some(Code::BadUserInput));
        assert_eq!(code(query, None, &serde_json::json!({ "id": "x", "n": null })), Some(Code::BadUserInput));
    }

    #[test]
    fn fragment_bombs_are_refused_at_once() {
        let doubling: String = (0..30).map(|i| format!(" fragment F{i} on T {{ ...F{0} ...F{0} }}", i + 1)).collect();
        let bomb = format!("{{ ...F0 }} {doubling} fragment F30 on T {{ a }}");
        assert_eq!(code(&bomb, None, &Value::Null), Some(Code::TooComplex));
        let wide = format!("{{ ...A }} fragment A on T {{ {} }} fragment B on T {{ {} }}", " ...B".repeat(300), " b".repeat(300));
        assert_eq!(code(&wide, None, &Value::Null), Some(Code::TooComplex));
    }

    #[test]
    fn fragment_cycles_are_refused() {
        assert_eq!(code("{ ...A } fragment A on T { ...B } fragment B on T { ...A }", None, &Value::Null), Some(Code::ValidationFailed));
        assert_eq!(code("{ a } fragment A on T { x { ...A } }", None, &Value::Null), Some(Code::ValidationFailed));
    }

    #[test]
    fn a_conditional_typename_becomes_an_inline_fragment() {
        let mut document =
            parse_query("query ($x: Boolean!) { t: __typename @include(if: $x) __typename a { __typename @skip(if: $x) } }").unwrap();
        rewrite_conditional_typename(&mut document);
        let (_, operation) = document.operations.iter().next().unwrap();
        let items = &operation.node.selection_set.node.items;
        let Selection::InlineFragment(inline) = &items[0].node else { panic!("not rewritten") };
        assert_eq!(inline.node.directives.len(), 1);
        assert!(matches!(&inline.node.selection_set.node.items[0].node, Selection::Field(field)
            if field.node.alias.is_some() && field.node.directives.is_empty()));
        assert!(matches!(&items[1].node, Selection::Field(_)));
        let Selection::Field(nested) = &items[2].node else { panic!() };
        assert!(matches!(nested.node.selection_set.node.items[0].node, Selection::InlineFragment(_)));
    }
}
