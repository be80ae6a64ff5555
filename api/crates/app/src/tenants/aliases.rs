//! `setTenantAliases`: what a name in a change stands for in one tenant. Decisive, whatever else goes by the name there.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Operation;
use domain::document::is_id;
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{AuditId, TenantId};
use domain::tenant::{DirectoryKind, DirectoryObject, Tenant, TenantAlias};
use domain::workspace::Actor;
use graph::{Call, Priority};
use serde::Serialize;
use serde_json::json;
use store::MAX_TENANT_ALIASES;
use tokio::time::Instant;

use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};
use crate::sync::connection_after;

/// The longest name, in characters: Entra's own limit.
const LONGEST_NAME: usize = 256;

/// `setTenantAliases`: replaces the names that are kept for objects of a tenant; each object must be there.
#[derive(Clone, Debug, Serialize)]
pub struct SetTenantAliases {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The names, at most 200, each once of its kind.
    pub aliases: Vec<NewAlias>,
    /// The tenant's version the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// A name to keep.
#[derive(Clone, Debug, Serialize)]
pub struct NewAlias {
    /// The kind of object.
    pub kind: DirectoryKind,
    /// The name, as changes will give it; case does not count.
    pub name: String,
    /// Graph's id of the object that it stands for.
    pub object_id: String,
}

impl App {
    /// The names that members keep for a tenant's objects, by kind and name; at most 200.
    pub async fn tenant_aliases(&self, actor: &Actor, tenant: TenantId) -> AppResult<Vec<TenantAlias>> {
        in_scope(actor, tenant)?;
        Ok(self.store().reader().tenant_aliases(actor.workspace_id, tenant).await?)
    }

    /// Replaces the tenant's aliases. Objects that the cache does not know are looked up in Graph first.
    pub async fn set_tenant_aliases(&self, actor: &Actor, command: SetTenantAliases) -> AppResult<Tenant> {
        let subject = Subject::new(SubjectKind::Tenant, command.tenant_id.0, Some(command.tenant_id));
        self.audited(actor, Operation::SetTenantAliases, subject, self.try_set_aliases(actor, &command, subject)).await
    }

    async fn try_set_aliases(&self, actor: &Actor, command: &SetTenantAliases, subject: Subject) -> AppResult<Tenant> {
        authorize(actor, Operation::SetTenantAliases)?;
        in_scope(actor, command.tenant_id)?;
        validate(&command.aliases)?;
        let once = Once::new(Operation::SetTenantAliases, &command.idempotency_key, command)?;
        let tenant = self.store().reader().tenant(actor.workspace_id, command.tenant_id).await?.ok_or(AppError::NotFound)?;
        let found = self.objects_behind(&tenant, &command.aliases).await?;

        let now = self.now();
        let tx = self.store().write().await?;
        let tenant = tx.tenant(actor.workspace_id, command.tenant_id).await?.ok_or(AppError::NotFound)?;
        if let Claim::Replay(_) = self.claim(&tx, actor, &once, tenant.id.0).await? {
            return Ok(tenant);
        }
        if tenant.version != command.expected_revision {
            return Err(AppError::StaleRevision { expected: command.expected_revision, current: tenant.version });
        }
        let kept = |alias: &NewAlias| TenantAlias {
            kind: alias.kind,
            name: alias.name.trim().to_owned(),
            object_id: alias.object_id.trim().to_lowercase(),
            kept_by: actor.member_id,
            kept_at: now,
        };
        let aliases: Vec<TenantAlias> = command.aliases.iter().map(kept).collect();
        tx.upsert_directory(tenant.workspace_id, tenant.id, &found).await?;
        tx.replace_tenant_aliases(tenant.workspace_id, tenant.id, &aliases).await?;
        let tenant = tx.update_tenant(&tenant).await?;
        let event = NewEvent {
            kind: EventKind::TenantAliasesChanged,
            actor: Some(actor.member_id),
            tenant_id: Some(tenant.id),
            subject_kind: SubjectKind::Tenant,
            subject_id: tenant.id.0,
            data: json!({ "aliases": aliases.len() }),
        };
        tx.append_events(actor.workspace_id, now, vec![event]).await?;
        let entry = subject.done(actor, Operation::SetTenantAliases, json!({ "aliases": command.aliases }));
        tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(tenant)
    }

    /// What Graph knows of the objects that the cache lacks; an error names the first alias whose object is not there.
    async fn objects_behind(&self, tenant: &Tenant, aliases: &[NewAlias]) -> AppResult<Vec<DirectoryObject>> {
        let held = self.store().reader().directory(tenant.workspace_id, tenant.id).await?;
        let mut known: BTreeSet<_> = held.iter().map(|object| (object.kind, object.object_id.to_lowercase())).collect();
        let mut missing: BTreeMap<DirectoryKind, Vec<String>> = BTreeMap::new();
        for alias in aliases {
            let id = alias.object_id.trim().to_lowercase();
            if !known.contains(&(alias.kind, id.clone())) {
                missing.entry(alias.kind).or_default().push(id);
            }
        }
        let mut found = Vec::new();
        if !missing.is_empty() {
            let graph = self.tenant_graph(tenant).await?;
            let call = Call {
                deadline: Instant::now() + self.settings().graph_interactive,
                client_request_id: self.ids().uuid(),
                priority: Priority::Interactive,
            };
            for (kind, ids) in &missing {
                let objects = graph.objects_by_ids(&call, *kind, ids).await;
                found.extend(objects.map_err(|error| AppError::ConnectionRefused { message: connection_after(&error).2.to_owned() })?);
            }
        }
        known.extend(found.iter().map(|object| (object.kind, object.object_id.to_lowercase())));
        match aliases.iter().position(|alias| !known.contains(&(alias.kind, alias.object_id.trim().to_lowercase()))) {
            None => Ok(found),
            Some(at) => Err(fault(at, "objectId", "the tenant has no such object of this kind")),
        }
    }
}

fn validate(aliases: &[NewAlias]) -> AppResult<()> {
    if aliases.len() > MAX_TENANT_ALIASES {
        return Err(AppError::invalid(&["input", "aliases"], "give at most 200 aliases"));
    }
    let mut seen = BTreeSet::new();
    for (at, alias) in aliases.iter().enumerate() {
        let name = alias.name.trim();
        if !(1..=LONGEST_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(fault(at, "name", "a name holds 1 to 256 characters"));
        }
        if is_id(alias.kind, name) {
            return Err(fault(at, "name", "an id of this kind stands for itself"));
        }
        if !is_id(alias.kind, alias.object_id.trim()) {
            return Err(fault(at, "objectId", "not an id of this kind"));
        }
        if !seen.insert((alias.kind, name.to_lowercase())) {
            return Err(fault(at, "name", "the name is given twice"));
        }
    }
    Ok(())
}

fn fault(at: usize, field: &str, message: &str) -> AppError {
    AppError::invalid(&["input", "aliases", &at.to_string(), field], message)
}
