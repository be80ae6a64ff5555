//! What a rollback would restore and somebody edited since.

use async_graphql::SimpleObject;

use crate::scalars::Json;

/// A field at three moments: before the change, after it, and as last seen.
#[derive(SimpleObject)]
pub struct ThreeWayField {
    /// Path in Graph's own names, such as `conditions.users.excludeGroups`.
    path: String,
    /// The value before the change; `null` when it was absent.
    before: Option<Json>,
    /// The value that the change made; `null` when it was absent.
    after: Option<Json>,
    /// The value as last seen; `null` when it is absent.
    live: Option<Json>,
}

impl From<&domain::change::rollback::ThreeWayField> for ThreeWayField {
    fn from(field: &domain::change::rollback::ThreeWayField) -> Self {
        let json = |value: &Option<serde_json::Value>| value.as_ref().map(Json::of);
        ThreeWayField { path: field.path.clone(), before: json(&field.before), after: json(&field.after), live: json(&field.live) }
    }
}
