//! What the world says about a rollout: two reads of Graph within the tenant's budget, the rest from our own database. No transaction is open.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::document::{Canonical, PolicyDocument};
use domain::id::{TenantId, WorkspaceId};
use domain::people::People;
use domain::rollout::{
    Counter, Counts, Fetched, ManagedRollout, OutOfOrder, PolicySeen, RolloutStatus, Signals, StepStanding, StepUnderWay, Unavailable,
};
use domain::tenant::{ConnectionState, DirectoryKind, EmergencyAccess, Tenant};
use graph::{Call, GraphError, Priority, TenantGraph};
use store::{Reader, WatchedAfter};
use tokio::time::Instant;
use uuid::Uuid;

use super::outcome::grants;
use crate::App;
use crate::changes::look_up::{Wanted, names};
use crate::error::{AppError, AppResult};

/// Sign-ins of one page.
const PAGE: u64 = 5_000;
/// Sign-ins of a phase that are counted at most, the newest: more of them don't change what a share says.
const MOST_SIGN_INS: u64 = 1_000_000;
/// Groups that are asked of Graph one by one, where no reading of the tenant's people holds them.
const MOST_ASKED: usize = 40;

/// The signals, and when they were gathered.
pub(crate) struct Gathered {
    pub(crate) signals: Signals,
    pub(crate) tenant: Tenant,
}

/// What the signals are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A look of the engine.
    Look,
    /// A member's command that goes forward: both policies are read whatever the status.
    Command,
}

/// Gathers them. What could not be had says why; only a failing database is an error.
pub(crate) async fn gather(app: &App, rollout: &ManagedRollout, purpose: Purpose) -> AppResult<Gathered> {
    let reader = app.store().reader();
    let tenant = reader.tenant(rollout.workspace_id, rollout.tenant_id).await?.ok_or(AppError::NotFound)?;
    let wave = crate::bulk_rollouts::wave_signal_of(&reader, rollout).await?;
    let frozen = crate::freeze::frozen_at(&reader, &tenant, app.now()).await?;
    let tenant_connected =
        tenant.imported_at.is_some() && !matches!(tenant.connection, ConnectionState::ConsentRevoked | ConnectionState::Disconnected);
    let graph = if tenant_connected { app.tenant_graph(&tenant).await.ok() } else { None };
    // While a change is under way a policy is one or the other; what the writer finds it says itself. Before the start nothing is ours to watch.
    // One that has failed is under way no more: the next try has to know whether it was planned on what is live.
    let writes = |step: &StepUnderWay| matches!(step.standing, StepStanding::Waiting | StepStanding::InFlight);
    let under_way = rollout.state.step.as_ref().is_some_and(writes);
    let asked = purpose == Purpose::Command || (!under_way && rollout.state.status != RolloutStatus::Planned);
    let (twin, original) = if asked {
        let emergency = &tenant.emergency_access;
        tokio::join!(
            seen(app, graph.as_ref(), rollout.twin_graph_id.filter(|_| rollout.state.twin.is_some()), Some(emergency)),
            seen(app, graph.as_ref(), Some(rollout.original_graph_id), None),
        )
    } else {
        (Fetched::Unavailable(Unavailable::NotYet), Fetched::Unavailable(Unavailable::NotYet))
    };
    let (groups, (counts, newcomers)) = if rollout.state.status.terminal() {
        (Fetched::Unavailable(Unavailable::NotYet), (Fetched::Unavailable(Unavailable::NotYet), None))
    } else {
        let people = reader.people(tenant.workspace_id, tenant.id).await?;
        let wanted = rollout.state.plan.groups_through(u8::MAX);
        let groups = group_sizes(app, people.as_ref(), graph.as_ref(), &wanted).await;
        (groups, counted(&reader, rollout, &tenant, people.as_ref()).await?)
    };
    Ok(Gathered { signals: Signals { counts, newcomers, twin, original, groups, frozen, wave, tenant_connected }, tenant })
}

/// Adds to the tenant's cache what the next change may name and no sync has read: groups that a person chose, and emergency access, which no
/// policy need refer to yet.
pub(super) async fn look_up(app: &App, rollout: &ManagedRollout) -> AppResult<()> {
    if rollout.state.status != RolloutStatus::Advancing {
        return Ok(());
    }
    let reader = app.store().reader();
    let tenant = reader.tenant(rollout.workspace_id, rollout.tenant_id).await?.ok_or(AppError::NotFound)?;
    let known = names(&reader, tenant.workspace_id, tenant.id).await?;
    let groups = rollout.state.plan.groups_through(u8::MAX).into_iter().map(|group| (DirectoryKind::Group, group.to_string()));
    let emergency = tenant.emergency_access.principals.iter().map(|principal| (principal.kind, principal.object_id.to_string()));
    let wanted = Wanted::of(groups.chain(emergency).filter(|(kind, id)| known.find(*kind, id).is_none()));
    app.look_up_objects(&tenant, &wanted).await
}

async fn seen(
    app: &App,
    graph: Option<&TenantGraph>,
    id: Option<Uuid>,
    emergency: Option<&EmergencyAccess>,
) -> Fetched<Option<PolicySeen>> {
    let Some(id) = id else { return Fetched::Unavailable(Unavailable::NotYet) };
    let Some(graph) = graph else { return Fetched::Unavailable(Unavailable::NotConnected) };
    match graph.get_policy(&call(app), id).await {
        Ok(value) => match PolicyDocument::from_value(value) {
            Ok(document) => Fetched::Known(Some(policy_seen(&document, emergency))),
            Err(_) => Fetched::Unavailable(Unavailable::GraphUnavailable),
        },
        Err(GraphError::NotFound { .. }) => Fetched::Known(None),
        Err(GraphError::Unauthorized { .. } | GraphError::ConsentRevoked { .. }) => Fetched::Unavailable(Unavailable::NotConnected),
        Err(_) => Fetched::Unavailable(Unavailable::GraphUnavailable),
    }
}

fn policy_seen(document: &PolicyDocument, emergency: Option<&EmergencyAccess>) -> PolicySeen {
    let canonical = document.canonical();
    PolicySeen {
        state: document.state(),
        grants: grants(&canonical),
        canonical: canonical.hash(),
        emergency_excluded: emergency.is_none_or(|access| excludes_all(&canonical, access)),
    }
}

/// Whether a policy excludes every emergency account and group, accounts by a group that they are in, too.
pub(crate) fn excludes_all(canonical: &Canonical, access: &EmergencyAccess) -> bool {
    let listed = |list: &str| -> BTreeSet<Uuid> {
        canonical.texts(&["conditions", "users", list]).filter_map(|id| Uuid::parse_str(id).ok()).collect()
    };
    let (users, groups) = (listed("excludeUsers"), listed("excludeGroups"));
    access.principals.iter().all(|principal| match principal.kind {
        DirectoryKind::Group => groups.contains(&principal.object_id),
        DirectoryKind::User => {
            let within = principal.member_of.as_ref().is_some_and(|member_of| member_of.iter().any(|group| groups.contains(group)));
            users.contains(&principal.object_id) || within
        }
        _ => true,
    })
}

/// How many members each of these groups has now; one that is gone is missing.
async fn group_sizes(
    app: &App,
    people: Option<&People>,
    graph: Option<&TenantGraph>,
    wanted: &BTreeSet<Uuid>,
) -> Fetched<BTreeMap<Uuid, u64>> {
    let mut sizes = BTreeMap::new();
    let mut unknown = Vec::new();
    for group in wanted {
        match people.and_then(|people| people.groups.get(group)) {
            Some(members) if !members.is_empty() => {
                sizes.insert(*group, members.len() as u64);
            }
            // One that the reading found empty may be gone.
            _ => unknown.push(group.to_string()),
        }
    }
    if unknown.is_empty() {
        return Fetched::Known(sizes);
    }
    let Some(graph) = graph else { return Fetched::Unavailable(Unavailable::NotConnected) };
    if unknown.len() > MOST_ASKED {
        return Fetched::Unavailable(Unavailable::GroupsNotRead);
    }
    let Ok(found) = graph.groups_by_ids(&call(app), &unknown).await else {
        return Fetched::Unavailable(Unavailable::GraphUnavailable);
    };
    for group in found {
        let (Ok(id), Some(count)) = (Uuid::parse_str(&group.object_id), group.member_count) else {
            return Fetched::Unavailable(Unavailable::GroupsNotRead);
        };
        sizes.insert(id, count.unsigned_abs());
    }
    Fetched::Known(sizes)
}

/// The emergency accounts, with the members of the emergency groups as they were last read.
fn emergency_accounts(tenant: &Tenant, people: Option<&People>) -> BTreeSet<Uuid> {
    let mut accounts = BTreeSet::new();
    for principal in &tenant.emergency_access.principals {
        match principal.kind {
            DirectoryKind::User => {
                accounts.insert(principal.object_id);
            }
            DirectoryKind::Group => {
                let members = people.and_then(|people| people.groups.get(&principal.object_id));
                accounts.extend(members.into_iter().flat_map(|members| members.iter().copied()));
            }
            _ => {}
        }
    }
    accounts
}

/// The sign-ins that the twin decided on since the phase began, counted: all of them, and those of the people whom the phase added.
async fn counted(
    reader: &Reader,
    rollout: &ManagedRollout,
    tenant: &Tenant,
    people: Option<&People>,
) -> AppResult<(Fetched<Counts>, Option<Counts>)> {
    let missing = |why| Ok((Fetched::Unavailable(why), None));
    let (Some(from), Some(effective_from)) = (rollout.state.phase_started_at, rollout.state.effective_from) else {
        return missing(Unavailable::NotYet);
    };
    let Some(through) = watermark(reader, rollout.workspace_id, tenant.id).await? else {
        return missing(Unavailable::SignInsNotRead);
    };
    let from = reader.watched_sign_ins_from(rollout.workspace_id, rollout.id, (from, through), MOST_SIGN_INS).await?;
    let emergency = emergency_accounts(tenant, people);
    let mut all = Counter::new(effective_from, through, emergency.clone());
    let mut added = newcomers(rollout, people).map(|users| (users, Counter::new(effective_from, through, emergency)));
    let refused = |error: OutOfOrder| AppError::Internal(error.to_string().into());
    let mut after: Option<WatchedAfter> = None;
    loop {
        let page = reader.watched_sign_ins(rollout.workspace_id, rollout.id, (from, through), after.as_ref(), PAGE).await?;
        for sign_in in &page {
            all.add(sign_in).map_err(refused)?;
            if let Some((users, counter)) = &mut added
                && users.contains(&sign_in.user)
            {
                counter.add(sign_in).map_err(refused)?;
            }
        }
        match page.last() {
            Some(last) if page.len() as u64 == PAGE => after = Some(WatchedAfter::of(last)),
            _ => break,
        }
    }
    let added = added.map(|(_, counter)| Counts { newcomers_only: true, ..counter.finish() });
    Ok((Fetched::Known(all.finish()), added))
}

/// The people whom the current phase added: members of its groups that are in no group of an earlier phase. `None` in the first phase, where
/// they are all, and where people were not read.
fn newcomers(rollout: &ManagedRollout, people: Option<&People>) -> Option<BTreeSet<Uuid>> {
    let (people, phase) = (people?, rollout.state.phase);
    let members = |groups: BTreeSet<Uuid>| -> BTreeSet<Uuid> {
        groups.iter().filter_map(|group| people.groups.get(group)).flat_map(|members| members.iter().copied()).collect()
    };
    if phase < 2 {
        return None;
    }
    let (before, now) = (members(rollout.state.plan.groups_through(phase - 1)), members(rollout.state.plan.groups_through(phase)));
    Some(now.difference(&before).copied().collect())
}

/// Signals for a command that takes something back: it needs none, and waits for nobody.
pub(crate) fn none_needed() -> Signals {
    Signals {
        counts: Fetched::Unavailable(Unavailable::NotYet),
        newcomers: None,
        twin: Fetched::Unavailable(Unavailable::NotYet),
        original: Fetched::Unavailable(Unavailable::NotYet),
        groups: Fetched::Unavailable(Unavailable::NotYet),
        frozen: None,
        wave: None,
        tenant_connected: true,
    }
}

async fn watermark(reader: &Reader, workspace: WorkspaceId, tenant: TenantId) -> AppResult<Option<DateTime<Utc>>> {
    let log = reader.sign_in_log(workspace, tenant).await?;
    Ok(log.and_then(|log| log.data_through))
}

pub(crate) fn call(app: &App) -> Call {
    Call {
        deadline: Instant::now() + app.settings().graph_interactive,
        client_request_id: app.ids().uuid(),
        priority: Priority::Interactive,
    }
}
