//! References that the tenant's object cache does not settle are looked up in Graph once, when a change is drafted: outside any
//! transaction, bounded, and in vain without harm. The dry-run asks Graph for nothing and says what became of them.

use std::collections::{BTreeMap, BTreeSet};

use domain::change::kind::ChangePayload;
use domain::change::request::{ChangeRequest, Draft};
use domain::document::diff::NameTable;
use domain::id::{ChangeId, PolicyId, TenantId, WorkspaceId};
use domain::tenant::{DirectoryKind, DirectoryObject, Tenant};
use domain::workspace::Actor;
use graph::{Call, GraphError, MAX_NAMES, Named, Priority, TenantGraph};
use store::{DirectoryAlias, Reader};
use tokio::time::Instant;
use uuid::Uuid;

use super::plan::Impact;
use super::target;
use crate::App;
use crate::error::{AppError, AppResult};

/// The most references of one kind that one change has looked up.
const MAX_OF_KIND: usize = 300;

/// Kinds of which the cache holds only what policies refer to: a name that it knows once may be another object's as well.
const PARTLY_CACHED: [DirectoryKind; 4] =
    [DirectoryKind::User, DirectoryKind::Group, DirectoryKind::Application, DirectoryKind::ServicePrincipal];

/// Whether the cache of a tenant holds only some objects of the kind.
pub(crate) fn partly_cached(kind: DirectoryKind) -> bool {
    PARTLY_CACHED.contains(&kind)
}

/// Everything that goes by a name in a tenant, as far as we know.
pub(crate) async fn names(tx: &Reader, workspace: WorkspaceId, tenant: TenantId) -> AppResult<NameTable> {
    let mut names = NameTable::new(tx.directory(workspace, tenant).await?);
    for alias in tx.directory_aliases(workspace, tenant).await? {
        if let Some(object) = names.find(alias.kind, &alias.object_id).cloned() {
            names.add_named(&alias.name, object);
        }
    }
    for alias in tx.tenant_aliases(workspace, tenant).await? {
        names.keep(alias.kind, &alias.name, &alias.object_id);
    }
    Ok(names)
}

impl App {
    /// Adds to the tenant's cache what a payload refers to. Without Graph the draft is made all the same.
    pub(crate) async fn look_up(&self, actor: &Actor, tenant: TenantId, policy: Option<PolicyId>, payload: &ChangePayload) {
        if let Err(error) = self.try_look_up(actor, tenant, policy, payload).await {
            tracing::info!(%tenant, %error, "references could not be looked up: the dry-run will say which are not resolved");
        }
    }

    async fn try_look_up(&self, actor: &Actor, tenant: TenantId, policy: Option<PolicyId>, payload: &ChangePayload) -> AppResult<()> {
        let reader = self.store().reader();
        let tenant = reader.tenant(actor.workspace_id, tenant).await?.ok_or(AppError::NotFound)?;
        let wanted = self.unsettled(&reader, actor, &tenant, policy, payload).await?;
        self.look_up_objects(&tenant, &wanted).await
    }

    /// Adds these objects to the tenant's cache, as far as Graph knows them.
    pub(crate) async fn look_up_objects(&self, tenant: &Tenant, wanted: &Wanted) -> AppResult<()> {
        if wanted.is_empty() {
            return Ok(());
        }
        let graph = self.tenant_graph(tenant).await?;
        let found = self.find(&graph, wanted).await;
        let tx = self.store().write().await?;
        tx.upsert_directory(tenant.workspace_id, tenant.id, &found.objects).await?;
        tx.set_directory_aliases(tenant.workspace_id, tenant.id, &found.aliases).await?;
        tx.commit().await?;
        Ok(())
    }

    /// References that a plan made from the cache leaves open, or takes from a cache that does not know all objects.
    async fn unsettled(
        &self,
        reader: &Reader,
        actor: &Actor,
        tenant: &Tenant,
        policy: Option<PolicyId>,
        payload: &ChangePayload,
    ) -> AppResult<Wanted> {
        let draft = Draft {
            id: ChangeId(Uuid::nil()),
            workspace_id: tenant.workspace_id,
            tenant_id: tenant.id,
            policy_id: policy,
            target_graph_id: None,
            payload: payload.clone(),
            created_by: actor.member_id,
            note: None,
            approval_rules: Default::default(),
            rollback_of: None,
            bulk_change_id: None,
            rollout_id: None,
        };
        let change = ChangeRequest::draft(draft, self.now());
        let stored = target::load(reader, &change, tenant).await?;
        let plan = self.plan_against(reader, None, &change, tenant, &stored, Impact::Given(None)).await?;
        let open = plan.references.into_iter().filter(|reference| reference.candidates.is_empty() || partly_cached(reference.kind));
        let kept = names(reader, tenant.workspace_id, tenant.id).await?;
        // A kept name is asked for as what it stands for.
        Ok(Wanted::of(open.map(|reference| match kept.kept(reference.kind, &reference.given) {
            Some(id) => (reference.kind, id.to_owned()),
            None => (reference.kind, reference.given),
        })))
    }

    /// Asks Graph, one kind after the other; a kind that can't be read is left out.
    pub(crate) async fn find(&self, graph: &TenantGraph, wanted: &Wanted) -> Findings {
        let mut found = Findings::default();
        let deadline = Instant::now() + self.settings().graph_interactive;
        for (kind, texts) in &wanted.0 {
            if let Err(error) = self.find_kind(graph, deadline, *kind, texts, &mut found).await {
                tracing::info!(kind = kind.as_str(), %error, "objects of a kind could not be looked up");
            }
        }
        found
    }

    async fn find_kind(
        &self,
        graph: &TenantGraph,
        deadline: Instant,
        kind: DirectoryKind,
        texts: &BTreeSet<String>,
        found: &mut Findings,
    ) -> Result<(), GraphError> {
        let some = texts.iter().take(MAX_OF_KIND).cloned();
        let (ids, names): (Vec<String>, Vec<String>) = some.partition(|text| Uuid::parse_str(text).is_ok());
        let call = Call { deadline, client_request_id: self.ids().uuid(), priority: Priority::Interactive };
        if !ids.is_empty() {
            found.objects.extend(graph.objects_by_ids(&call, kind, &ids).await?);
        }
        for names in names.chunks(MAX_NAMES) {
            let named = graph.find_by_name(&call, kind, names).await?;
            named.into_iter().for_each(|named| found.add(named));
        }
        Ok(())
    }
}

/// Names and ids to look for.
#[derive(Debug, Default)]
pub(crate) struct Wanted(BTreeMap<DirectoryKind, BTreeSet<String>>);

impl Wanted {
    pub(crate) fn of(references: impl Iterator<Item = (DirectoryKind, String)>) -> Self {
        let mut wanted = Wanted::default();
        for (kind, text) in references {
            wanted.0.entry(kind).or_default().insert(text.trim().to_owned());
        }
        wanted
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) objects: Vec<DirectoryObject>,
    /// Names that are not the object's display name.
    pub(crate) aliases: BTreeSet<DirectoryAlias>,
}

impl Findings {
    fn add(&mut self, named: Named) {
        let Named { name, object } = named;
        if object.display_name.to_lowercase() != name.to_lowercase() {
            let object_id = object.object_id.clone();
            self.aliases.insert(DirectoryAlias { kind: object.kind, name: name.to_lowercase(), object_id });
        }
        self.objects.push(object);
    }
}
