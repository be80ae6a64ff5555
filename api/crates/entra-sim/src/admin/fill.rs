//! A tenant of a given size, made at once: for measurements, which need no story.

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::objects::Batch;
use super::{AdminError, Answer, body};
use crate::ca::POLICIES_MAX;
use crate::core::{Core, Inner};
use crate::server::Call;
use crate::state::{Kind, Op, derived};

const MAX_USERS: usize = 3_000;
const MAX_GROUPS: usize = 1_500;
/// Groups that hold a user.
const GROUPS_A_USER: usize = 3;

/// How many there shall be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Size {
    #[serde(default)]
    users: usize,
    #[serde(default)]
    groups: usize,
    #[serde(default)]
    policies: usize,
}

/// Adds made-up users, groups and policies until there are so many; the same request gives the same ids in a tenant.
pub(super) fn fill(core: &Core, inner: &mut Inner, call: &Call, id: Uuid) -> Answer {
    let size: Size = body(call)?;
    if size.users > MAX_USERS || size.groups > MAX_GROUPS || size.policies > POLICIES_MAX {
        return Err(AdminError(400, format!("at most {MAX_USERS} users, {MAX_GROUPS} groups and {POLICIES_MAX} policies")));
    }
    let mut batch = Batch { core, tenant: inner.world.tenants[&id].clone(), ops: Vec::new() };
    let domain = batch.tenant.domain.clone();
    for number in batch.tenant.count(Kind::User)..size.users {
        let name = format!("User {number:04}");
        let address = format!("user-{number:04}@{domain}");
        batch.put(Kind::User, &json!({"id": derived(id, &name), "displayName": name, "userPrincipalName": address}))?;
    }
    for number in batch.tenant.count(Kind::Group)..size.groups {
        let name = format!("Group {number:04}");
        batch.put(Kind::Group, &json!({"id": derived(id, &name), "displayName": name}))?;
    }
    let keys =
        |batch: &Batch<'_>, kind| batch.tenant.all(kind).filter_map(|object| object["id"].as_str().map(str::to_owned)).collect::<Vec<_>>();
    let (users, groups) = (keys(&batch, Kind::User), keys(&batch, Kind::Group));
    for number in batch.tenant.count(Kind::Policy)..size.policies {
        let mut policy = policy(number, &groups);
        policy["id"] = json!(derived(id, &format!("Policy {number:03}")));
        batch.put(Kind::Policy, &policy)?;
    }
    let mut ops = batch.ops;
    if !groups.is_empty() {
        let member = |(number, user): (usize, &String)| {
            let (user, groups) = (user.clone(), &groups);
            (0..GROUPS_A_USER)
                .map(move |step| Op::AddMember { group: groups[(number * 7 + step * 11) % groups.len()].clone(), member: user.clone() })
        };
        ops.extend(users.iter().enumerate().flat_map(member));
    }
    inner.commit(id, ops, None, core.now())?;
    let tenant = &inner.world.tenants[&id];
    Ok(json!({"users": tenant.count(Kind::User), "groups": tenant.count(Kind::Group), "policies": tenant.count(Kind::Policy)}))
}

/// One of the usual shapes, over groups that change with the number.
fn policy(number: usize, groups: &[String]) -> Value {
    let some = |from: usize, count: usize| -> Vec<&String> {
        groups.iter().cycle().skip(number * 3 + from).take(count.min(groups.len())).collect()
    };
    let include =
        if groups.is_empty() || number.is_multiple_of(3) { json!({"includeUsers": ["All"]}) } else { json!({"includeGroups": some(0, 2)}) };
    let mut users = include;
    users["excludeGroups"] = json!(some(5, 3));
    let (name, rest) = match number % 4 {
        0 => ("Require MFA", json!({"grantControls": {"operator": "OR", "builtInControls": ["mfa"]}})),
        1 => ("Block legacy authentication", json!({"grantControls": {"operator": "OR", "builtInControls": ["block"]}})),
        2 => (
            "Require a managed device",
            json!({"grantControls": {"operator": "OR", "builtInControls": ["compliantDevice", "domainJoinedDevice"]}}),
        ),
        _ => ("Sign in daily", json!({"sessionControls": {"signInFrequency": {"isEnabled": true, "value": 1, "type": "days"}}})),
    };
    let mut conditions = json!({"clientAppTypes": ["all"], "applications": {"includeApplications": ["All"]}, "users": users});
    match number % 4 {
        1 => conditions["clientAppTypes"] = json!(["exchangeActiveSync", "other"]),
        2 => conditions["platforms"] = json!({"includePlatforms": ["all"], "excludePlatforms": ["android", "iOS"]}),
        3 => conditions["locations"] = json!({"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}),
        _ => {}
    }
    let state = ["enabled", "enabledForReportingButNotEnforced", "disabled"][number % 3];
    let mut policy = rest;
    policy["displayName"] = json!(format!("Policy {number:03} {name}"));
    policy["state"] = json!(state);
    policy["conditions"] = conditions;
    policy
}
