//! What is selected of a page of policies, as a list of what to write. There is a plan only for selections whose every field is in
//! the rows already; anything else is left to the resolvers.

use std::collections::HashMap;

use async_graphql::parser::types::{Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql::{Name, Positioned};

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Fields in order, each with its response key.
pub type Plan<F> = Vec<(String, F)>;

/// What is selected of the connection.
#[derive(Debug, PartialEq)]
pub struct ConnectionPlan(pub Plan<ConnectionField>);

/// A field of the connection.
#[derive(Debug, PartialEq)]
pub enum ConnectionField {
    /// `__typename`
    TypeName,
    /// `nodes`
    Nodes(Plan<PolicyField>),
    /// `edges`
    Edges(Plan<EdgeField>),
    /// `pageInfo`
    PageInfo(Plan<PageInfoField>),
    /// `totalCount`
    TotalCount,
}

/// A field of an edge.
#[derive(Debug, PartialEq)]
pub enum EdgeField {
    /// `__typename`
    TypeName,
    /// `cursor`
    Cursor,
    /// `node`
    Node(Plan<PolicyField>),
}

/// A field of the page's place.
#[derive(Debug, PartialEq)]
pub enum PageInfoField {
    /// `__typename`
    TypeName,
    /// `hasNextPage`
    HasNext,
    /// `hasPreviousPage`
    HasPrevious,
    /// `startCursor`
    Start,
    /// `endCursor`
    End,
}

/// A field of a policy.
#[derive(Debug, PartialEq)]
pub enum PolicyField {
    /// `__typename`
    TypeName,
    /// `id`
    Id,
    /// `graphId`
    GraphId,
    /// `displayName`
    DisplayName,
    /// `state`
    State,
    /// `criticality`
    Criticality,
    /// `code`
    Code,
    /// `tags`
    Tags,
    /// `contentHash`
    ContentHash,
    /// `conditions`
    Conditions,
    /// `revision`
    Revision,
    /// `latestChange`
    LatestChange(Plan<ChangeField>),
}

/// A field of a policy's newest change.
#[derive(Debug, PartialEq)]
pub enum ChangeField {
    /// `__typename`
    TypeName,
    /// `id`
    Id,
    /// `status`
    Status,
}

impl ConnectionPlan {
    /// The plan of a selection; `None` when it holds anything that only a resolver can answer.
    pub fn of(set: &SelectionSet, fragments: &Fragments) -> Option<Self> {
        plan(set, fragments, &["PolicyConnection"], |field| {
            Some(match field.name.node.as_str() {
                "__typename" => ConnectionField::TypeName,
                "nodes" => ConnectionField::Nodes(policies(field, fragments)?),
                "edges" => ConnectionField::Edges(edges(field, fragments)?),
                "pageInfo" => ConnectionField::PageInfo(page_info(field, fragments)?),
                "totalCount" => ConnectionField::TotalCount,
                _ => return None,
            })
        })
        .map(ConnectionPlan)
    }
}

fn edges(field: &Field, fragments: &Fragments) -> Option<Plan<EdgeField>> {
    plan(&field.selection_set.node, fragments, &["PolicyEdge"], |field| {
        Some(match field.name.node.as_str() {
            "__typename" => EdgeField::TypeName,
            "cursor" => EdgeField::Cursor,
            "node" => EdgeField::Node(policies(field, fragments)?),
            _ => return None,
        })
    })
}

fn page_info(field: &Field, fragments: &Fragments) -> Option<Plan<PageInfoField>> {
    plan(&field.selection_set.node, fragments, &["PageInfo"], |field| {
        Some(match field.name.node.as_str() {
            "__typename" => PageInfoField::TypeName,
            "hasNextPage" => PageInfoField::HasNext,
            "hasPreviousPage" => PageInfoField::HasPrevious,
            "startCursor" => PageInfoField::Start,
            "endCursor" => PageInfoField::End,
            _ => return None,
        })
    })
}

fn policies(field: &Field, fragments: &Fragments) -> Option<Plan<PolicyField>> {
    plan(&field.selection_set.node, fragments, &["Policy", "Node"], |field| {
        Some(match field.name.node.as_str() {
            "__typename" => PolicyField::TypeName,
            "id" => PolicyField::Id,
            "graphId" => PolicyField::GraphId,
            "displayName" => PolicyField::DisplayName,
            "state" => PolicyField::State,
            "criticality" => PolicyField::Criticality,
            "code" => PolicyField::Code,
            "tags" => PolicyField::Tags,
            "contentHash" => PolicyField::ContentHash,
            "conditions" => PolicyField::Conditions,
            "revision" => PolicyField::Revision,
            "latestChange" => PolicyField::LatestChange(changes(field, fragments)?),
            _ => return None,
        })
    })
}

fn changes(field: &Field, fragments: &Fragments) -> Option<Plan<ChangeField>> {
    plan(&field.selection_set.node, fragments, &["ChangeRequest", "Node"], |field| {
        Some(match field.name.node.as_str() {
            "__typename" => ChangeField::TypeName,
            "id" => ChangeField::Id,
            "status" => ChangeField::Status,
            _ => return None,
        })
    })
}

/// Flattens fragments, in order. A response key that comes twice would have to be merged, and a directive that is still there is not
/// ours to judge: no plan.
fn plan<F>(set: &SelectionSet, fragments: &Fragments, types: &[&str], mut field: impl FnMut(&Field) -> Option<F>) -> Option<Plan<F>> {
    let mut fields = Vec::new();
    flatten(set, fragments, types, 0, &mut fields)?;
    let mut plan: Plan<F> = Vec::with_capacity(fields.len());
    for selected in fields {
        let key = selected.response_key().node.as_str();
        if !selected.directives.is_empty() || plan.iter().any(|(known, _)| known == key) {
            return None;
        }
        plan.push((key.to_owned(), field(selected)?));
    }
    Some(plan)
}

fn flatten<'a>(set: &'a SelectionSet, fragments: &'a Fragments, types: &[&str], depth: usize, fields: &mut Vec<&'a Field>) -> Option<()> {
    // Validation has refused cycles; this only bounds the stack.
    if depth > 8 {
        return None;
    }
    for selection in &set.items {
        let (condition, directives, inner) = match &selection.node {
            Selection::Field(field) => {
                fields.push(&field.node);
                continue;
            }
            Selection::InlineFragment(fragment) => {
                (fragment.node.type_condition.as_ref(), &fragment.node.directives, &fragment.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => {
                let fragment = fragments.get(&spread.node.fragment_name.node)?;
                (Some(&fragment.node.type_condition), &spread.node.directives, &fragment.node.selection_set.node)
            }
        };
        let applies = condition.is_none_or(|condition| types.contains(&condition.node.on.node.as_str()));
        if !applies || !directives.is_empty() {
            return None;
        }
        flatten(inner, fragments, types, depth + 1, fields)?;
    }
    Some(())
}
