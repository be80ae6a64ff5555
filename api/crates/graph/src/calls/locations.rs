//! Named locations and their recycle bin (graph-api.md sections 3 and 4). Documents pass through untouched.

use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

use super::write::{Created, WriteReceipt, created, receipt};
use crate::budget::Class;
use crate::call::{Call, WriteId};
use crate::client::TenantGraph;
use crate::error::GraphError;

const NAMED_LOCATIONS: &str = "/identity/conditionalAccess/namedLocations";
const DELETED_LOCATIONS: &str = "/identity/conditionalAccess/deletedItems/namedLocations";
const TYPE: &str = "@odata.type";

/// The types of named location that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LocationType {
    /// Address ranges, trusted or not.
    Ip,
    /// Countries and regions.
    Country,
}

impl LocationType {
    /// Of a document, by its `@odata.type`; `None` for the types that exist in beta only, and for anything else.
    pub fn of(document: &Value) -> Option<Self> {
        let text = document.get(TYPE)?.as_str()?;
        [LocationType::Ip, LocationType::Country].into_iter().find(|known| known.odata_type() == text)
    }

    /// Graph's name for it.
    pub fn odata_type(self) -> &'static str {
        match self {
            LocationType::Ip => "#microsoft.graph.ipNamedLocation",
            LocationType::Country => "#microsoft.graph.countryNamedLocation",
        }
    }

    /// `members` of this type. A body without its type is refused, in a PATCH too.
    fn body(self, members: &Value) -> Value {
        let mut body = serde_json::json!({ TYPE: self.odata_type() });
        if let (Some(body), Some(members)) = (body.as_object_mut(), members.as_object()) {
            body.extend(members.iter().filter(|(name, _)| *name != TYPE).map(|(name, value)| (name.clone(), value.clone())));
        }
        body
    }
}

impl TenantGraph {
    /// Every named location.
    pub async fn list_named_locations(&self, call: &Call) -> Result<Vec<Value>, GraphError> {
        self.list(call, Class::ConditionalAccess, NAMED_LOCATIONS).await
    }

    /// One named location; [`GraphError::NotFound`] when there is none, and for the MFA trusted IPs (the nil id), which policies may name.
    pub async fn get_location(&self, call: &Call, id: Uuid) -> Result<Value, GraphError> {
        self.get_json(call, Class::ConditionalAccess, &format!("{NAMED_LOCATIONS}/{id}")).await
    }

    /// Creates a named location; `body` must carry its `@odata.type`. Graph has no idempotency key: after [`GraphError::Ambiguous`], list
    /// and compare before creating again.
    pub async fn create_location(&self, call: &Call, body: &Value, mark: WriteId) -> Result<Created, GraphError> {
        let answer = self.write(call, Method::POST, self.url(NAMED_LOCATIONS), Some(body), mark).await?;
        created(answer, mark)
    }

    /// Changes the members that `body` holds; `ipRanges` and `countriesAndRegions` are replaced as a whole. `kind` is the type the location
    /// has: a location can't change it.
    pub async fn patch_location(
        &self,
        call: &Call,
        id: Uuid,
        kind: LocationType,
        body: &Value,
        mark: WriteId,
    ) -> Result<WriteReceipt, GraphError> {
        let url = self.url(&format!("{NAMED_LOCATIONS}/{id}"));
        self.write(call, Method::PATCH, url, Some(&kind.body(body)), mark).await.map(receipt)
    }

    /// Deletes a named location; it can be restored for 30 days. A trusted one is refused until `isTrusted` is false and shows so.
    pub async fn delete_location(&self, call: &Call, id: Uuid, mark: WriteId) -> Result<WriteReceipt, GraphError> {
        let url = self.url(&format!("{NAMED_LOCATIONS}/{id}"));
        self.write(call, Method::DELETE, url, None, mark).await.map(receipt)
    }

    /// Named locations deleted within the last 30 days, each with its `deletedDateTime`.
    pub async fn list_deleted_locations(&self, call: &Call) -> Result<Vec<Value>, GraphError> {
        self.list(call, Class::ConditionalAccess, DELETED_LOCATIONS).await
    }

    /// One deleted named location; [`GraphError::NotFound`] when there is none.
    pub async fn get_deleted_location(&self, call: &Call, id: Uuid) -> Result<Value, GraphError> {
        self.get_json(call, Class::ConditionalAccess, &format!("{DELETED_LOCATIONS}/{id}")).await
    }

    /// Restores a deleted named location with its id.
    pub async fn restore_location(&self, call: &Call, id: Uuid, mark: WriteId) -> Result<Created, GraphError> {
        let url = self.url(&format!("{DELETED_LOCATIONS}/{id}/restore"));
        created(self.write(call, Method::POST, url, None, mark).await?, mark)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_type_is_said_once_and_first_of_all_correctly() {
        let body = LocationType::Country.body(&json!({"@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": null}));
        assert_eq!(body, json!({"@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": null}));
        for kind in [LocationType::Ip, LocationType::Country] {
            assert_eq!(LocationType::of(&kind.body(&json!({}))), Some(kind));
        }
        assert_eq!(LocationType::of(&json!({"@odata.type": "#microsoft.graph.compliantNetworkNamedLocation"})), None);
        assert_eq!(LocationType::of(&json!({"@odata.type": 7})), None);
    }
}
