//! What a rollout's plan is made from: the groups that the tenant's policies use, and what the policy, were it on, would have done to their people.
//!
//! From the database alone: snapshots' documents, the reading of people, the summaries of sign-ins. Graph is not asked.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use domain::document::PolicyDocument;
use domain::evaluate::Rule;
use domain::id::ContentHash;
use domain::impact::ImpactWindow;
use domain::people::People;
use domain::tenant::{DirectoryKind, Tenant};
use futures_util::TryStreamExt;
use serde_json::json;
use store::Reader;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::forecast::{Measured, Original, PersonEffects, Reach, measure};
use crate::App;
use crate::coverage::on_a_thread;
use crate::error::{AppError, AppResult};
use crate::evaluation::surroundings::tenant_policies;

/// The most earlier documents that are looked through for groups: the newest ones.
const MAX_DOCUMENTS: u64 = 5_000;
/// Documents loaded at a time.
const BATCH: usize = 200;
/// The most policies that are named beside a group.
const MAX_USED_IN: usize = 10;
/// Chunks between the database and the measurement.
const AHEAD: usize = 2;

/// What a plan of one policy is made from, at one moment.
pub(crate) struct RolloutFacts {
    /// Groups that policies of the tenant name now or named earlier, and those that a person chose, by id; at most as many as the reading of
    /// people keeps.
    pub(crate) groups: Vec<GroupFacts>,
    /// What would have been done to whom, or why nobody knows.
    pub(crate) measured: Measured,
}

/// One group.
#[derive(Clone, Debug)]
pub(crate) struct GroupFacts {
    /// Its id in Entra.
    pub(crate) group: Uuid,
    /// Its name, or the id where nobody told.
    pub(crate) name: String,
    /// Transitive user members, sorted; `None`: nobody could read them. A group that is gone has nobody.
    pub(crate) members: Option<Arc<[Uuid]>>,
    /// Members whom the policy does not exclude: without one, there is nothing to roll out to.
    pub(crate) reached: u64,
    /// Names of the policies that use it, those that do now first: at most 10; none for a group that a person chose.
    pub(crate) used_in: Vec<String>,
    /// What was counted of its members.
    pub(crate) effects: PersonEffects,
}

impl App {
    /// The facts for rolling out `original` in a tenant. `chosen`: groups that a person chose, which no policy need use.
    pub(crate) async fn rollout_facts(
        &self,
        tenant: &Tenant,
        original: &PolicyDocument,
        chosen: &BTreeSet<Uuid>,
    ) -> AppResult<RolloutFacts> {
        let reader = self.store().reader();
        let mut people = reader.people(tenant.workspace_id, tenant.id).await?.unwrap_or_default();
        let mut used_in = groups_used(&reader, tenant).await?;
        for group in chosen {
            used_in.entry(*group).or_default();
        }
        people.ask_about(used_in.keys().copied());
        people.ask_about(groups_of(original));
        let names = group_names(&reader, tenant, used_in.keys()).await?;
        let people = Arc::new(people);
        let (reach, measured) = self.rollout_effects(tenant, original, Arc::clone(&people)).await?;
        let groups = used_in.into_iter().map(|(group, used_in)| {
            let members = people.groups.get(&group).cloned();
            let of = members.as_deref().unwrap_or_default();
            GroupFacts {
                group,
                name: names.get(&group).cloned().unwrap_or_else(|| group.to_string()),
                reached: of.iter().filter(|member| reach.reaches(**member)).count() as u64,
                used_in,
                effects: measured.of(of.iter()),
                members,
            }
        });
        Ok(RolloutFacts { groups: groups.collect(), measured })
    }

    /// What the policy would have done in the last seven days, read day by day and evaluated beside that on a thread of its own.
    async fn rollout_effects(&self, tenant: &Tenant, original: &PolicyDocument, people: Arc<People>) -> AppResult<(Reach, Measured)> {
        let reader = self.store().reader();
        let surroundings = tenant_policies(&reader, tenant).await?.surroundings;
        // The question is what it would do if it were on.
        let enforced = original.merged(&json!({ "state": "enabled" }));
        let original = Original::of(original);
        let log = reader.sign_in_log(tenant.workspace_id, tenant.id).await?;
        let read = log.and_then(|log| Some((log.data_from?, log.data_through?)));
        let (sender, receiver) = mpsc::channel(AHEAD);
        let turn = self.turn().await?;
        let measuring = on_a_thread(move || measure(&Rule::new(&enforced, &surroundings), original, &people, receiver));
        let reading = async {
            // Gone at the end of the reading: that is how the measurement learns of it.
            let sender = sender;
            let Some((_, through)) = read else { return Ok(()) };
            let (first, last) = ImpactWindow::Week.dates(through);
            let mut chunks = std::pin::pin!(reader.sign_in_chunks(tenant.workspace_id, tenant.id, first..=last));
            while let Some(chunk) = chunks.try_next().await? {
                if sender.send(chunk).await.is_err() {
                    break;
                }
            }
            Ok::<(), store::StoreError>(())
        };
        let (measured, read_to_end) = tokio::join!(measuring, reading);
        drop(turn);
        read_to_end?;
        let (reach, people) = measured?;
        Ok((reach, Measured::new(people, read)))
    }
}

/// Groups that policies name now or named earlier, with the names of these policies.
async fn groups_used(reader: &Reader, tenant: &Tenant) -> AppResult<BTreeMap<Uuid, Vec<String>>> {
    let mut used: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
    // The newest versions come first, so those in force now are named first.
    let hashes = reader.policy_documents_ever(tenant.workspace_id, tenant.id, MAX_DOCUMENTS).await?;
    for batch in hashes.chunks(BATCH) {
        let texts = reader.documents(tenant.workspace_id, batch).await?;
        for document in batch.iter().filter_map(|hash| parse(hash, texts.get(hash)?)) {
            let name = document.display_name();
            for group in groups_of(&document) {
                let names = used.entry(group).or_default();
                if names.len() < MAX_USED_IN && !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
        }
    }
    Ok(used)
}

/// A document that can't be read names no groups; it is said, because one of ours always can.
fn parse(hash: &ContentHash, text: &str) -> Option<PolicyDocument> {
    PolicyDocument::parse(text).inspect_err(|error| tracing::warn!(hash = %hash.0, %error, "a stored policy can't be read")).ok()
}

fn groups_of(document: &PolicyDocument) -> BTreeSet<Uuid> {
    let references = document.references().into_iter().filter(|found| found.kind == DirectoryKind::Group);
    references.filter_map(|found| Uuid::try_parse(&found.id).ok()).collect()
}

async fn group_names(reader: &Reader, tenant: &Tenant, groups: impl Iterator<Item = &Uuid>) -> Result<HashMap<Uuid, String>, AppError> {
    let ids: Vec<String> = groups.map(Uuid::to_string).collect();
    let objects = reader.directory_objects(tenant.workspace_id, tenant.id, &ids).await?;
    let groups = objects.into_iter().filter(|object| object.kind == DirectoryKind::Group);
    Ok(groups.filter_map(|group| Some((Uuid::try_parse(&group.object_id).ok()?, group.display_name))).collect())
}
