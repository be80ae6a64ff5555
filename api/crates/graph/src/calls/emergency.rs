//! Emergency-access principals with everything that decides whether a policy reaches them.

use domain::tenant::{DirectoryKind, EmergencyPrincipal};
use serde_json::Value;
use uuid::Uuid;

use crate::budget::Class;
use crate::call::Call;
use crate::client::TenantGraph;
use crate::error::{GraphError, Info};

impl TenantGraph {
    /// A user, or else a group, with the groups that contain it and the roles it holds, both transitively. What can't be read is `None`,
    /// which fails closed. [`GraphError::NotFound`] when it is neither.
    pub async fn resolve_emergency(&self, call: &Call, object_id: Uuid) -> Result<EmergencyPrincipal, GraphError> {
        for (kind, collection) in [(DirectoryKind::User, "users"), (DirectoryKind::Group, "groups")] {
            let path = format!("/{collection}/{object_id}?$select=id,displayName");
            let Some(found) = self.named(call, kind, object_id, &path).await? else {
                continue;
            };
            let memberships = self.memberships(call, collection, object_id).await?;
            let (member_of, roles) = memberships.map(|Memberships { groups, roles }| (groups, roles)).unzip();
            return Ok(EmergencyPrincipal { object_id, kind, display_name: Some(found.display_name), member_of, roles });
        }
        let message = Some(format!("neither a user nor a group has the id {object_id}"));
        Err(GraphError::NotFound {
            info: Info { status: Some(404), message, client_request_id: call.client_request_id, ..Info::default() },
        })
    }

    async fn memberships(&self, call: &Call, collection: &str, id: Uuid) -> Result<Option<Memberships>, GraphError> {
        match self.list(call, Class::Directory, &format!("/{collection}/{id}/transitiveMemberOf")).await {
            Ok(list) => Ok(Memberships::read(&list)),
            // Not allowed, not offered, or gone meanwhile: unknown, and unknown fails closed.
            Err(GraphError::Forbidden { .. } | GraphError::Rejected { .. } | GraphError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Memberships {
    groups: Vec<Uuid>,
    roles: Vec<Uuid>,
}

impl Memberships {
    /// `None` when an entry can't be understood: a role we failed to read must not look like one that isn't held.
    fn read(list: &[Value]) -> Option<Self> {
        let mut memberships = Memberships::default();
        for entry in list {
            let id = |name: &str| Uuid::try_parse(entry.get(name)?.as_str()?).ok();
            match entry.get("@odata.type").and_then(Value::as_str) {
                Some("#microsoft.graph.group") => memberships.groups.push(id("id")?),
                Some("#microsoft.graph.directoryRole") => memberships.roles.push(id("roleTemplateId")?),
                // Administrative units: no policy targets them.
                Some(_) => {}
                None => return None,
            }
        }
        memberships.groups.sort_unstable();
        memberships.roles.sort_unstable();
        Some(memberships)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn groups_and_roles_are_told_apart() {
        let (a, b, role) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        let list = [
            json!({"@odata.type": "#microsoft.graph.group", "id": b}),
            json!({"@odata.type": "#microsoft.graph.directoryRole", "id": Uuid::max(), "roleTemplateId": role}),
            json!({"@odata.type": "#microsoft.graph.administrativeUnit", "id": Uuid::max()}),
            json!({"@odata.type": "#microsoft.graph.group", "id": a}),
        ];
        assert_eq!(Memberships::read(&list), Some(Memberships { groups: vec![a, b], roles: vec![role] }));
        assert_eq!(Memberships::read(&[]), Some(Memberships::default()));
    }

    #[test]
    fn what_can_not_be_understood_is_unknown() {
        for entry in [
            json!({"id": Uuid::nil()}),
            json!({"@odata.type": "#microsoft.graph.directoryRole", "id": Uuid::nil()}),
            json!({"@odata.type": "#microsoft.graph.group", "id": "x"}),
        ] {
            assert_eq!(Memberships::read(&[entry]), None);
        }
    }
}
