//! Names behind ids: users, groups, roles, applications, authentication strengths and contexts (graph-api.md sections 5, 6, 10 to 13).

use std::collections::BTreeSet;

use domain::tenant::{DirectoryKind, DirectoryObject};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use uuid::Uuid;

use crate::budget::Class;
use crate::call::Call;
use crate::client::TenantGraph;
use crate::error::GraphError;
use crate::exchange::Header;

/// Requests of one call that are under way at once.
const CONCURRENCY: usize = 8;
/// `$count` is an advanced query: without this header Graph refuses it (graph-api.md section 10).
const ADVANCED_QUERY: [Header; 1] = [("ConsistencyLevel", "eventual")];

impl TenantGraph {
    /// Authentication strengths, built-in and custom.
    pub async fn authentication_strengths(&self, call: &Call) -> Result<Vec<DirectoryObject>, GraphError> {
        let list = self.list(call, Class::Directory, "/policies/authenticationStrengthPolicies").await?;
        Ok(list.iter().filter_map(|entry| object(DirectoryKind::AuthenticationStrength, entry, "id")).collect())
    }

    /// Authentication contexts (`c1` to `c99`).
    pub async fn authentication_contexts(&self, call: &Call) -> Result<Vec<DirectoryObject>, GraphError> {
        let list = self.list(call, Class::ConditionalAccess, "/identity/conditionalAccess/authenticationContextClassReferences").await?;
        Ok(list.iter().filter_map(|entry| object(DirectoryKind::AuthenticationContext, entry, "id")).collect())
    }

    /// Built-in directory roles by template id, which is what policies name; activated or not.
    pub async fn directory_roles(&self, call: &Call) -> Result<Vec<DirectoryObject>, GraphError> {
        let list = self.list(call, Class::Directory, "/roleManagement/directory/roleDefinitions").await?;
        let built_in = list.iter().filter(|entry| entry.get("isBuiltIn").and_then(Value::as_bool) != Some(false));
        Ok(built_in.filter_map(|entry| object(DirectoryKind::Role, entry, "templateId")).collect())
    }

    /// The groups among `ids` that exist, with the number of their transitive members where it can be counted. Ids that are not GUIDs name
    /// no group.
    pub async fn groups_by_ids(&self, call: &Call, ids: &[String]) -> Result<Vec<DirectoryObject>, GraphError> {
        self.each(ids, |id| async move {
            let path = format!("/groups/{id}?$select=id,displayName");
            let Some(mut group) = self.named(call, DirectoryKind::Group, id, &path).await? else {
                return Ok(None);
            };
            group.member_count = self.member_count(call, id).await?;
            Ok(Some(group))
        })
        .await
    }

    /// The users among `ids` that exist.
    pub async fn users_by_ids(&self, call: &Call, ids: &[String]) -> Result<Vec<DirectoryObject>, GraphError> {
        self.each(ids, |id| async move {
            let path = format!("/users/{id}?$select=id,displayName,userPrincipalName");
            self.named(call, DirectoryKind::User, id, &path).await
        })
        .await
    }

    /// The applications among `app_ids` that have a service principal in the tenant, by app id.
    pub async fn service_principals_by_app_ids(&self, call: &Call, app_ids: &[String]) -> Result<Vec<DirectoryObject>, GraphError> {
        self.each(app_ids, |app_id| async move {
            let path = format!("/servicePrincipals?$filter=appId%20eq%20'{app_id}'&$select=id,appId,displayName");
            let found = self.list(call, Class::Directory, &path).await?;
            // The filter is Graph's promise; an answer about another application is not shown under this one's id.
            let same = |entry: &&Value| guid(entry.get("appId")) == Some(app_id);
            Ok(found.iter().find(same).and_then(|entry| object(DirectoryKind::Application, entry, "appId")))
        })
        .await
    }

    /// The service principals among `ids` (object ids) that exist: policies for workload identities name these.
    pub async fn service_principals_by_ids(&self, call: &Call, ids: &[String]) -> Result<Vec<DirectoryObject>, GraphError> {
        self.each(ids, |id| async move {
            let path = format!("/servicePrincipals/{id}?$select=id,appId,displayName");
            self.named(call, DirectoryKind::ServicePrincipal, id, &path).await
        })
        .await
    }

    /// One object, or `None` when it does not exist.
    pub(crate) async fn named(
        &self,
        call: &Call,
        kind: DirectoryKind,
        id: Uuid,
        path: &str,
    ) -> Result<Option<DirectoryObject>, GraphError> {
        match self.get_json(call, Class::Directory, path).await {
            Ok(entry) => Ok(object(kind, &entry, "id").filter(|object| Uuid::try_parse(&object.object_id) == Ok(id))),
            Err(GraphError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The count is a plain number as text. A group can be named and not counted: deleted meanwhile, or hidden membership.
    async fn member_count(&self, call: &Call, id: Uuid) -> Result<Option<i64>, GraphError> {
        let path = format!("/groups/{id}/transitiveMembers/$count");
        match self.get(call, Class::Directory, &path, &ADVANCED_QUERY).await {
            Ok(answer) => Ok(std::str::from_utf8(&answer.body).ok().and_then(count)),
            Err(GraphError::NotFound { .. } | GraphError::Forbidden { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Asks for each distinct GUID, a few at a time; the answers in the order of the ids, the missing left out.
    async fn each<F, A>(&self, ids: &[String], ask: F) -> Result<Vec<DirectoryObject>, GraphError>
    where
        F: Fn(Uuid) -> A,
        A: Future<Output = Result<Option<DirectoryObject>, GraphError>>,
    {
        let ids: BTreeSet<Uuid> = ids.iter().filter_map(|id| Uuid::try_parse(id).ok()).collect();
        let found: Vec<_> = stream::iter(ids).map(ask).buffered(CONCURRENCY).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }
}

/// An entry with an id; a missing name falls back to the user principal name, then to the id.
pub(crate) fn object(kind: DirectoryKind, entry: &Value, id_member: &str) -> Option<DirectoryObject> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let id = text(id_member)?;
    let name = text("displayName").or_else(|| text("userPrincipalName")).unwrap_or(id);
    Some(DirectoryObject { kind, object_id: id.to_owned(), display_name: name.to_owned(), member_count: None })
}

fn guid(value: Option<&Value>) -> Option<Uuid> {
    Uuid::try_parse(value?.as_str()?).ok()
}

/// `42`, perhaps after a byte order mark.
fn count(text: &str) -> Option<i64> {
    text.trim_start_matches('\u{feff}').trim().parse().ok().filter(|count| *count >= 0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn counts_are_plain_numbers() {
        assert_eq!(count("42"), Some(42));
        assert_eq!(count("\u{feff}7\r\n"), Some(7));
        for nonsense in ["", "-1", "{\"value\":1}", "1.5", "99999999999999999999"] {
            assert_eq!(count(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_missing_name_falls_back() {
        let name = |entry: Value| object(DirectoryKind::User, &entry, "id").map(|object| object.display_name);
        assert_eq!(name(json!({"id": "1", "displayName": "Ann", "userPrincipalName": "a@x"})).as_deref(), Some("Ann"));
        assert_eq!(name(json!({"id": "1", "displayName": null, "userPrincipalName": "a@x"})).as_deref(), Some("a@x"));
        assert_eq!(name(json!({"id": "1"})).as_deref(), Some("1"));
        assert_eq!(name(json!({"displayName": "no id"})), None);
    }
}
