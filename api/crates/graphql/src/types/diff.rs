//! Field-level differences.

use async_graphql::{Object, SimpleObject};

use crate::enums::{DiffOp, FieldRisk};
use crate::scalars::Json;

/// One changed field.
pub struct FieldDiff(domain::change::dry_run::FieldDiff);

/// Wraps a list.
pub fn fields(diff: &[domain::change::dry_run::FieldDiff]) -> Vec<FieldDiff> {
    diff.iter().cloned().map(FieldDiff).collect()
}

/// One changed field of a policy document. Lists of ids are compared as sets.
#[Object]
impl FieldDiff {
    /// Where, in Graph's own names, such as `conditions.users.excludeGroups`.
    async fn path(&self) -> &str {
        &self.0.path
    }

    /// What happens to it.
    async fn op(&self) -> DiffOp {
        self.0.op.into()
    }

    /// The line in words, such as "Excluded groups: adds Contractors".
    async fn label(&self) -> &str {
        &self.0.label
    }

    /// What the line means for security, in a policy that is or becomes enforced.
    async fn risk(&self) -> FieldRisk {
        self.0.risk.into()
    }

    /// The value before, in canonical form; `null` when it was absent.
    async fn before(&self) -> Option<Json> {
        self.0.before.as_ref().map(Json::of)
    }

    /// The value after, in canonical form; `null` when it is absent.
    async fn after(&self) -> Option<Json> {
        self.0.after.as_ref().map(Json::of)
    }

    /// What comes into a list of ids, with names. At most one entry per id of the document.
    async fn added(&self) -> Vec<NamedRef> {
        self.0.added.iter().map(NamedRef::from).collect()
    }

    /// What goes out of a list of ids, with names. At most one entry per id of the document.
    async fn removed(&self) -> Vec<NamedRef> {
        self.0.removed.iter().map(NamedRef::from).collect()
    }
}

/// An element of a list of ids with its name.
#[derive(SimpleObject)]
pub struct NamedRef {
    /// An object id in Entra, or a keyword such as `All`. Not an id of this API.
    reference: String,
    /// Display name; `null` when the tenant's object cache has none.
    display_name: Option<String>,
}

impl From<&domain::change::dry_run::NamedRef> for NamedRef {
    fn from(named: &domain::change::dry_run::NamedRef) -> Self {
        NamedRef { reference: named.id.clone(), display_name: named.display_name.clone() }
    }
}
