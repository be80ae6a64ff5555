//! What a run reads: from the database alone.

use std::collections::BTreeMap;

use domain::agent::{Agent, AgentInput, Edit, Known, Material, MaterialPolicy, Preceding, gather};
use domain::id::AgentRunId;
use domain::summary::Chunk;
use domain::tenant::Tenant;
use domain::workspace::Actor;
use futures_util::TryStreamExt;
use tokio::sync::mpsc;

use crate::App;
use crate::coverage::{Basis, NotMeasurable, on_a_thread};
use crate::error::AppResult;

/// Days of sign-ins that a run reads.
const DAYS: u32 = 14;
/// Chunks between the database and the measurement.
const AHEAD: usize = 2;

impl App {
    /// Measures a tenant; or says what has to be read first.
    pub(super) async fn gather(
        &self,
        actor: &Actor,
        tenant: &Tenant,
        agent: &Agent,
    ) -> AppResult<Result<(AgentInput, Known), NotMeasurable>> {
        let asked = self.asked(actor, tenant.id, DAYS).await?;
        let basis = match self.basis(&asked).await? {
            Ok(basis) => basis,
            Err(why) => return Ok(Err(why)),
        };
        let reader = self.store().reader();
        let owned = reader.owned_policies(tenant.workspace_id, tenant.id).await?;
        let mut policies = Vec::with_capacity(basis.policies.len());
        for (id, document) in basis.policies {
            let row = asked.policies.iter().find(|policy| policy.id == id);
            let version = match row {
                Some(row) => reader.policy_version_with(tenant.workspace_id, id, &row.content_hash).await?,
                None => None,
            };
            let edit = version.as_ref().filter(|version| version.number > 1);
            let edit = edit.map(|version| Edit { at: version.seen_at, change_id: version.change_id });
            let since = version.map_or_else(|| self.now(), |version| version.seen_at);
            policies.push(MaterialPolicy { id, document, since, edit, rollout: owned.get(&id).copied() });
        }
        let Basis { surroundings, people, .. } = Basis { policies: Vec::new(), ..basis };
        let material = Material {
            at: self.now(),
            settings: agent.settings.clone(),
            licences: tenant.licences,
            surroundings,
            people,
            emergency: tenant.emergency_access.principals.clone(),
            policies,
            people_as_of: asked.people_as_of,
            data_through: asked.data_through,
            before: self.preceding(actor, agent).await?,
        };
        let turn = self.turn().await?;
        let (chunks, mut received) = mpsc::channel::<Chunk>(AHEAD);
        let measuring = on_a_thread(move || gather(&material, std::iter::from_fn(|| received.blocking_recv())));
        let reading = async {
            let mut stored = std::pin::pin!(reader.sign_in_chunks(tenant.workspace_id, tenant.id, asked.days.clone()));
            while let Some(chunk) = stored.try_next().await? {
                if chunks.send(chunk).await.is_err() {
                    break;
                }
            }
            drop(chunks);
            Ok::<(), store::StoreError>(())
        };
        let (measured, read) = tokio::join!(measuring, reading);
        drop(turn);
        read?;
        Ok(Ok(measured?))
    }

    /// What the last completed run knew.
    async fn preceding(&self, actor: &Actor, agent: &Agent) -> AppResult<Option<Preceding>> {
        let reader = self.store().reader();
        let Some(run) = agent.last_run else { return Ok(None) };
        let Some(known) = reader.agent_known(agent.workspace_id, agent.tenant_id).await? else { return Ok(None) };
        let input = self.stored_input(actor, run).await?;
        let entries = input
            .map_or_else(BTreeMap::new, |input| input.policies.into_iter().map(|policy| (policy.id, policy.exclusion_entries)).collect());
        Ok(Some(Preceding { known, exclusion_entries: entries }))
    }

    /// The input of a run; `None` before it was gathered, or in a form that this version doesn't read.
    pub(super) async fn stored_input(&self, actor: &Actor, run: AgentRunId) -> AppResult<Option<AgentInput>> {
        let reader = self.store().reader();
        let run = reader.agent_run(actor.workspace_id, run).await?;
        let Some(hash) = run.and_then(|run| run.input) else { return Ok(None) };
        let Some(text) = reader.document(actor.workspace_id, &hash).await? else { return Ok(None) };
        Ok(serde_json::from_str::<AgentInput>(&text).ok().filter(|input| input.version == domain::agent::INPUT_VERSION))
    }
}
