//! Inputs that say what names stand for in a tenant.

use app::{NewAlias, SetTenantAliases};
use async_graphql::{ID, InputObject};

use super::tenant::tenant;
use crate::enums::DirectoryKind;
use crate::scope::Scope;
use crate::user_error::Refused;

/// The names that are kept for a tenant's objects; they replace those kept before.
#[derive(InputObject)]
pub struct SetTenantAliasesInput {
    /// The tenant.
    id: ID,
    /// The names, at most 200, each once of its kind.
    aliases: Vec<TenantAliasInput>,
    /// The tenant's revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

/// A name to keep.
#[derive(InputObject)]
pub struct TenantAliasInput {
    /// The kind of object.
    kind: DirectoryKind,
    /// The name as changes give it, 1 to 256 characters; case does not count.
    name: String,
    /// Entra's id of the object that it stands for: for most kinds a GUID. Not an id of this API.
    object_id: ID,
}

impl SetTenantAliasesInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<SetTenantAliases, Refused> {
        let alias = |alias: TenantAliasInput| NewAlias { kind: alias.kind.into(), name: alias.name, object_id: alias.object_id.0 };
        Ok(SetTenantAliases {
            tenant_id: tenant(scope, &self.id, "id")?,
            aliases: self.aliases.into_iter().map(alias).collect(),
            expected_revision: self.expected_revision,
            idempotency_key: self.idempotency_key,
        })
    }
}
