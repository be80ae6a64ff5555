//! Who is in the directory, in which groups, and with which roles (graph-api.md sections 10 to 12): page by page, so that a caller's memory is
//! bounded by what it keeps.

use std::collections::BTreeSet;

use domain::people::{KindClues, PersonFacts, user_kind};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::budget::Class;
use crate::call::Call;
use crate::client::TenantGraph;
use crate::error::{GraphError, Info};

/// The largest page that Graph gives of directory objects.
const PAGE: usize = 999;

/// Where the next page of a directory listing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryPageToken(Url);

/// One page of users. It may be empty although more follow.
#[derive(Clone, Debug, PartialEq)]
pub struct UserPage {
    /// Users by object id.
    pub users: Vec<(Uuid, PersonFacts)>,
    /// The next page, if there is one.
    pub next: Option<DirectoryPageToken>,
}

/// One page of a group's transitive user members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberPage {
    /// Object ids of users.
    pub members: Vec<Uuid>,
    /// The next page, if there is one.
    pub next: Option<DirectoryPageToken>,
}

/// Who holds a directory role at tenant scope, actively.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleHolders {
    /// Users.
    pub users: BTreeSet<Uuid>,
    /// Role-assignable groups, whose members hold it too.
    pub groups: BTreeSet<Uuid>,
}

impl TenantGraph {
    /// One page of the directory's users; `page` continues an earlier one.
    pub async fn users_page(&self, call: &Call, page: Option<&DirectoryPageToken>) -> Result<UserPage, GraphError> {
        let url = self.start(page, || {
            format!("/users?$select=id,displayName,userPrincipalName,userType,accountEnabled,externalUserState,creationType&$top={PAGE}")
        });
        let page = self.page(call, Class::Directory, url, &[]).await?;
        let users = page.items.iter().map(user).collect::<Option<Vec<_>>>().ok_or_else(|| not_understood(call, "a user without an id"))?;
        Ok(UserPage { users, next: page.next.map(DirectoryPageToken) })
    }

    /// One page of the users in a group, directly or through groups in it; `page` continues an earlier one.
    /// [`GraphError::NotFound`]: the group is gone. [`GraphError::Forbidden`]: its membership is hidden from us.
    pub async fn group_users_page(&self, call: &Call, group: Uuid, page: Option<&DirectoryPageToken>) -> Result<MemberPage, GraphError> {
        let url = self.start(page, || format!("/groups/{group}/transitiveMembers/microsoft.graph.user?$select=id&$top={PAGE}"));
        let page = self.page(call, Class::Directory, url, &[]).await?;
        let members = page.items.iter().map(|item| guid(item, "id")).collect::<Option<Vec<_>>>();
        let members = members.ok_or_else(|| not_understood(call, "a member without an id"))?;
        Ok(MemberPage { members, next: page.next.map(DirectoryPageToken) })
    }

    /// Template ids of the directory roles that somebody has been given: the others are held by nobody.
    pub async fn activated_roles(&self, call: &Call) -> Result<BTreeSet<Uuid>, GraphError> {
        let list = self.list(call, Class::Directory, "/directoryRoles").await?;
        let templates = list.iter().map(|role| guid(role, "roleTemplateId")).collect::<Option<_>>();
        templates.ok_or_else(|| not_understood(call, "a role without a template"))
    }

    /// Who holds a role at tenant scope: policies see no other scope (ca-semantics.md section 3). Assignments that are only eligible are in
    /// another collection, and so left out.
    pub async fn role_holders(&self, call: &Call, role: Uuid) -> Result<RoleHolders, GraphError> {
        let path = format!("/roleManagement/directory/roleAssignments?$filter=roleDefinitionId%20eq%20'{role}'&$expand=principal");
        let list = self.list(call, Class::Directory, &path).await?;
        let mut holders = RoleHolders::default();
        for given in list.iter().filter(|given| given.get("directoryScopeId").and_then(Value::as_str) == Some("/")) {
            let id = guid(given, "principalId").ok_or_else(|| not_understood(call, "a role assignment without a principal"))?;
            match given.pointer("/principal/@odata.type").and_then(Value::as_str) {
                Some("#microsoft.graph.user") => holders.users.insert(id),
                Some("#microsoft.graph.group") => holders.groups.insert(id),
                // A service principal is no user, and what was deleted since signs in no more.
                Some(_) | None => false,
            };
        }
        Ok(holders)
    }

    fn start(&self, page: Option<&DirectoryPageToken>, path: impl FnOnce() -> String) -> Url {
        match page {
            Some(DirectoryPageToken(next)) => next.clone(),
            None => self.url(&path()),
        }
    }
}

/// A user as people are kept.
fn user(entry: &Value) -> Option<(Uuid, PersonFacts)> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let principal_name = text("userPrincipalName").unwrap_or_default();
    let clues = KindClues {
        user_type: text("userType"),
        principal_name,
        external_state: text("externalUserState"),
        creation_type: text("creationType"),
    };
    let facts = PersonFacts {
        kind: user_kind(&clues),
        home_tenant: None,
        enabled: entry.get("accountEnabled").and_then(Value::as_bool),
        name: text("displayName").unwrap_or(principal_name).to_owned(),
        principal_name: principal_name.to_owned(),
    };
    Some((guid(entry, "id")?, facts))
}

fn guid(entry: &Value, member: &str) -> Option<Uuid> {
    Uuid::try_parse(entry.get(member)?.as_str()?).ok()
}

fn not_understood(call: &Call, what: &str) -> GraphError {
    GraphError::protocol(what, Info { client_request_id: call.client_request_id, ..Info::default() })
}

#[cfg(test)]
mod tests {
    use domain::signin::UserKind;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_user_is_read_with_its_kind() {
        let id = Uuid::from_u128(7);
        let entry = json!({"id": id, "displayName": "Bob", "userPrincipalName": "bob_x#EXT#@y", "userType": "Guest", "accountEnabled": false,
                           "externalUserState": "Accepted", "creationType": "Invitation"});
        let facts = PersonFacts {
            kind: Some(UserKind::B2bCollaborationGuest),
            home_tenant: None,
            enabled: Some(false),
            name: "Bob".to_owned(),
            principal_name: "bob_x#EXT#@y".to_owned(),
        };
        assert_eq!(user(&entry), Some((id, facts)));
        // Nothing but the id may be seen ("limited information"): nothing is known.
        let bare = user(&json!({"id": id, "displayName": null, "userPrincipalName": null, "userType": null, "accountEnabled": null}));
        assert_eq!(bare, Some((id, PersonFacts::default())));
        assert_eq!(user(&json!({"displayName": "no id"})), None);
    }
}
