//! What the tenant's administrator granted us (graph-api.md sections 1 and 20).

use std::collections::BTreeSet;

use crate::call::Call;
use crate::client::TenantGraph;
use crate::error::GraphError;

/// Application permissions for reading a tenant: policies, and the names behind the ids in them.
pub const PERMISSIONS_TO_READ: [&str; 6] = [
    "Policy.Read.All",
    "Application.Read.All",
    "RoleManagement.Read.Directory",
    "GroupMember.Read.All",
    "User.Read.All",
    "Organization.Read.All",
];

/// Application permissions for changing policies, besides those for reading.
pub const PERMISSIONS_TO_WRITE: [&str; 1] = ["Policy.ReadWrite.ConditionalAccess"];

/// The application permissions that a token names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// Names such as `Policy.Read.All`; `None` when the token can't be read, which is legitimate and says nothing.
    pub granted: Option<BTreeSet<String>>,
}

impl Permissions {
    /// Those of `needed` that are not granted, in the order given; none when nothing is known. A report for people: the broader permission
    /// that contains a needed one is not known here.
    pub fn missing<'a>(&self, needed: &[&'a str]) -> Vec<&'a str> {
        match &self.granted {
            Some(granted) => needed.iter().copied().filter(|name| !granted.contains(*name)).collect(),
            None => Vec::new(),
        }
    }
}

impl TenantGraph {
    /// Signs in anew and reports the permissions: consent given or withdrawn shows in new tokens only.
    pub async fn permissions(&self, call: &Call) -> Result<Permissions, GraphError> {
        self.inner.tokens.forget(self.access.entra_tenant_id);
        let token = self.inner.tokens.get(&self.access, &self.login, call.client_request_id, call.deadline).await?;
        Ok(Permissions { granted: token.roles().cloned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_permissions_are_named_and_an_opaque_token_accuses_nobody() {
        let some = Permissions { granted: Some(BTreeSet::from(["User.Read.All".to_owned()])) };
        assert_eq!(some.missing(&["Policy.Read.All", "User.Read.All"]), ["Policy.Read.All"]);
        assert!(Permissions { granted: None }.missing(&PERMISSIONS_TO_READ).is_empty());
    }
}
