//! The reading itself: Graph calls only, no transaction open. Memory holds one page beside what is kept, and what is kept has a maximum.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::event::EventKind;
use domain::people::{Gap, People};
use domain::tenant::Tenant;
use futures_util::future::try_join_all;
use graph::{Call, GraphError, Priority, RoleHolders, TenantGraph};
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use crate::App;
use crate::runner::{JobError, ReadError};
use crate::sync::announce;

/// Groups that are read at a time.
const CONCURRENCY: usize = 4;
/// The most groups of one reading.
const MAX_GROUPS: usize = 2_000;
/// The most memberships that are kept, 16 bytes each.
const MAX_MEMBERSHIPS: usize = 10_000_000;

/// Users, then the wanted groups, then roles.
pub(super) async fn people(app: &App, tenant: &Tenant, graph: &TenantGraph, wanted: BTreeSet<Uuid>) -> Result<People, ReadError> {
    let progress = async |done: usize, stage: &str| -> Result<(), JobError> {
        announce(app, tenant, EventKind::PeopleProgress, json!({ "done": done, "total": STAGES, "stage": stage })).await
    };
    let mut people = People { as_of: app.now(), ..People::default() };
    progress(0, "users").await?;
    users(app, graph, &mut people).await?;
    progress(1, "groups").await?;
    members(app, graph, wanted, &mut people).await?;
    progress(2, "roles").await?;
    roles(app, graph, &mut people).await?;
    Ok(people)
}

/// Only the members of these groups.
pub(super) async fn groups(app: &App, graph: &TenantGraph, wanted: BTreeSet<Uuid>) -> Result<People, ReadError> {
    let mut people = People { as_of: app.now(), ..People::default() };
    members(app, graph, wanted, &mut people).await?;
    Ok(people)
}

const STAGES: usize = 3;

async fn users(app: &App, graph: &TenantGraph, people: &mut People) -> Result<(), GraphError> {
    let most = app.settings().people_max_users;
    let mut next = None;
    loop {
        let page = graph.users_page(&call(app), next.as_ref()).await?;
        for (id, facts) in page.users {
            // A user can show on two pages when the directory changes in between; the later one counts.
            if people.users.len() >= most && !people.users.contains_key(&id) {
                people.gaps.insert(Gap::Users);
                return Ok(());
            }
            people.users.insert(id, facts);
        }
        match page.next {
            Some(token) => next = Some(token),
            None => return Ok(()),
        }
    }
}

/// Adds the members of the wanted groups that were not read yet.
async fn members(app: &App, graph: &TenantGraph, wanted: BTreeSet<Uuid>, people: &mut People) -> Result<(), GraphError> {
    let mut wanted: Vec<Uuid> = wanted.into_iter().filter(|group| !people.groups.contains_key(group)).collect();
    if wanted.len() > MAX_GROUPS {
        people.gaps.insert(Gap::Groups);
        people.unread.extend(wanted.drain(MAX_GROUPS..));
    }
    let mut left = MAX_MEMBERSHIPS.saturating_sub(people.groups.values().map(|members| members.len()).sum());
    for some in wanted.chunks(CONCURRENCY) {
        let found = try_join_all(some.iter().map(|group| group_members(app, graph, *group))).await?;
        for (group, members) in some.iter().zip(found) {
            match members {
                Some(members) if members.len() <= left => {
                    left -= members.len();
                    people.groups.insert(*group, members);
                }
                _ => {
                    people.gaps.insert(Gap::Groups);
                    people.unread.insert(*group);
                }
            }
        }
    }
    Ok(())
}

/// The users in a group; nobody in one that is gone, and `None` where its membership is hidden from us or too large to keep.
async fn group_members(app: &App, graph: &TenantGraph, group: Uuid) -> Result<Option<Arc<[Uuid]>>, GraphError> {
    let mut members = BTreeSet::new();
    let mut next = None;
    loop {
        let page = match graph.group_users_page(&call(app), group, next.as_ref()).await {
            Ok(page) => page,
            Err(GraphError::NotFound { .. }) => {
                tracing::info!(%group, "a group that a policy names is gone: it holds nobody");
                return Ok(Some(Arc::new([])));
            }
            Err(GraphError::Forbidden { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        members.extend(page.members);
        if members.len() > MAX_MEMBERSHIPS / CONCURRENCY {
            return Ok(None);
        }
        match page.next {
            Some(token) => next = Some(token),
            None => return Ok(Some(members.into_iter().collect())),
        }
    }
}

/// Who holds which role. What can't be read is a gap: a role that we failed to read must not look like one that isn't held.
async fn roles(app: &App, graph: &TenantGraph, people: &mut People) -> Result<(), GraphError> {
    let holders = match holders(app, graph).await {
        Ok(holders) => holders,
        Err(GraphError::Forbidden { .. } | GraphError::NotFound { .. } | GraphError::Rejected { .. }) => {
            people.gaps.insert(Gap::Roles);
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let groups: BTreeSet<Uuid> = holders.values().flat_map(|holders| holders.groups.iter().copied()).collect();
    members(app, graph, groups, people).await?;
    for (role, holders) in holders {
        let mut users = holders.users;
        for group in holders.groups {
            match people.groups.get(&group) {
                Some(members) => users.extend(members.iter().copied()),
                None => {
                    people.gaps.insert(Gap::Roles);
                }
            }
        }
        people.roles.insert(role, users.into_iter().collect());
    }
    Ok(())
}

async fn holders(app: &App, graph: &TenantGraph) -> Result<BTreeMap<Uuid, RoleHolders>, GraphError> {
    let roles = graph.activated_roles(&call(app)).await?;
    let roles: Vec<Uuid> = roles.into_iter().collect();
    let mut holders = BTreeMap::new();
    for some in roles.chunks(CONCURRENCY) {
        let found = try_join_all(some.iter().map(|role| role_holders(app, graph, *role))).await?;
        holders.extend(some.iter().copied().zip(found));
    }
    Ok(holders)
}

async fn role_holders(app: &App, graph: &TenantGraph, role: Uuid) -> Result<RoleHolders, GraphError> {
    graph.role_holders(&call(app), role).await
}

fn call(app: &App) -> Call {
    Call { deadline: Instant::now() + app.settings().graph_call, client_request_id: app.ids().uuid(), priority: Priority::Sync }
}
