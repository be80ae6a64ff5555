//! When a policy applies: one row for each documented rule, with the section of ca-semantics.md and the source that it names. Whom and what it is for.

use std::collections::BTreeSet;

use domain::evaluate::Answer::{No, Unknown, Yes};
use domain::evaluate::{Condition, Rule};
use domain::signin::{RiskLevel, Target, UserAction, UserKind};
use serde_json::{Value, json};
use uuid::Uuid;

use super::rows::{OTHER, Row, TENANT, acting, as_user, asking, check, guest, guests, users, with, workload};
use super::world::{EXCHANGE, GROUP, ROLE, TAGGED_APP, USER, policy, sign_in, surroundings};

#[test]
fn users_groups_and_roles() {
    let here = sign_in();
    check(vec![
        ("All holds every user", "3 users-groups", users(json!({})), here.clone(), Yes),
        ("All holds guests", "3 users-groups", users(json!({})), guest(UserKind::B2bCollaborationGuest), Yes),
        ("a listed user", "3 users-groups", users(json!({ "includeUsers": [USER] })), here.clone(), Yes),
        ("another user", "3 users-groups", users(json!({ "includeUsers": [OTHER] })), here.clone(), No),
        ("None is nobody", "3 EVAL ex. 4", users(json!({ "includeUsers": ["None"] })), here.clone(), No),
        ("an unconfigured assignment is nobody", "1 minimum", users(json!({ "includeUsers": [] })), here.clone(), No),
        (
            "the union: a group is enough",
            "3 users-groups",
            users(json!({ "includeUsers": [OTHER], "includeGroups": [GROUP] })),
            here.clone(),
            Yes,
        ),
        (
            "the union: a role is enough",
            "3 users-groups",
            users(json!({ "includeUsers": [OTHER], "includeRoles": [ROLE] })),
            here.clone(),
            Yes,
        ),
        ("exclude beats include", "2.4 users-groups", users(json!({ "excludeUsers": [USER] })), here.clone(), No),
        ("an excluded group", "2.4 users-groups", users(json!({ "excludeGroups": [GROUP] })), here.clone(), No),
        ("an excluded role", "2.4 users-groups", users(json!({ "includeUsers": [USER], "excludeRoles": [ROLE] })), here.clone(), No),
        (
            "membership that nobody read",
            "6 domain",
            users(json!({ "excludeGroups": [GROUP] })),
            as_user(|user| user.groups = None),
            Unknown,
        ),
        (
            "one group that nobody read",
            "6 domain",
            users(json!({ "includeUsers": [OTHER], "includeGroups": [OTHER] })),
            as_user(|user| user.unread = [Uuid::parse_str(OTHER).unwrap()].into()),
            Unknown,
        ),
        (
            "roles that nobody read",
            "6 domain",
            users(json!({ "includeUsers": ["None"], "includeRoles": [ROLE] })),
            as_user(|user| user.roles = None),
            Unknown,
        ),
        (
            "no role is needed where another clause decides",
            "2.4",
            users(json!({ "includeUsers": [USER], "includeRoles": [ROLE] })),
            as_user(|user| user.roles = None),
            Yes,
        ),
        ("a name where an id belongs", "6 domain", users(json!({ "includeUsers": ["<RING>"] })), here.clone(), Unknown),
        (
            "whether an account is an agent's is not told",
            "3 DT",
            users(json!({ "includeUsers": ["AllAgentIdUsers"] })),
            here.clone(),
            Unknown,
        ),
        (
            "an unknown member that includes",
            "6 domain",
            users(json!({ "includeUsers": ["None"], "includeRobots": ["x"] })),
            here.clone(),
            Unknown,
        ),
        ("an unknown member that excludes", "6 domain", users(json!({ "excludeRobots": ["x"] })), here.clone(), Unknown),
        (
            "an exclusion decides beside an unknown member",
            "2.4",
            users(json!({ "excludeUsers": [USER], "includeRobots": ["x"] })),
            here,
            No,
        ),
    ]);
}

#[test]
fn guests_by_type_and_tenant() {
    let all = json!({ "membershipKind": "all" });
    let these = |ids: Value| json!({ "membershipKind": "enumerated", "members": ids });
    let include =
        |kinds: &str, tenants: &Value| users(json!({ "includeUsers": [], "includeGuestsOrExternalUsers": guests(kinds, tenants.clone()) }));
    let token = || users(json!({ "includeUsers": ["GuestsOrExternalUsers"] }));
    let mut rows: Vec<Row> = UserKind::ALL
        .iter()
        .map(|kind| {
            let expected = if *kind == UserKind::Member { No } else { Yes };
            ("the token is every kind of guest", "3 authentication-conditional-access", token(), guest(*kind), expected)
        })
        .collect();
    for kind in UserKind::ALL.iter().filter(|kind| **kind != UserKind::Member) {
        rows.push(("a type is itself", "3 authentication-conditional-access", include(kind.as_str(), &all), guest(*kind), Yes));
        rows.push(("a member is no guest", "3 authentication-conditional-access", include(kind.as_str(), &all), sign_in(), No));
    }
    rows.extend([
        ("another type", "3", include("b2bCollaborationMember,internalGuest", &all), guest(UserKind::ServiceProvider), No),
        ("several types in one text", "3", include("b2bCollaborationMember,serviceProvider", &all), guest(UserKind::ServiceProvider), Yes),
        (
            "a listed home tenant",
            "3",
            include("b2bCollaborationGuest", &these(json!([TENANT]))),
            guest(UserKind::B2bCollaborationGuest),
            Yes,
        ),
        ("another home tenant", "3", include("b2bCollaborationGuest", &these(json!([OTHER]))), guest(UserKind::B2bCollaborationGuest), No),
        (
            "an internal guest has no home tenant to choose by",
            "3 TF docs",
            include("internalGuest", &these(json!([OTHER]))),
            as_user(|user| user.kind = Some(UserKind::InternalGuest)),
            Yes,
        ),
        (
            "a home tenant that nobody told",
            "6 domain",
            include("b2bCollaborationGuest", &these(json!([TENANT]))),
            as_user(|user| user.kind = Some(UserKind::B2bCollaborationGuest)),
            Unknown,
        ),
        ("a kind that nobody told", "6 domain", token(), as_user(|user| user.kind = None), Unknown),
        ("a new type of guest", "6 domain", include("robotGuest", &all), guest(UserKind::OtherExternalUser), Unknown),
        (
            "excluded guests",
            "2.4",
            users(json!({ "excludeGuestsOrExternalUsers": guests("b2bCollaborationGuest", all.clone()) })),
            guest(UserKind::B2bCollaborationGuest),
            No,
        ),
        (
            "the excluded token",
            "2.4 TF#1196",
            users(json!({ "excludeUsers": ["GuestsOrExternalUsers"] })),
            guest(UserKind::InternalGuest),
            No,
        ),
    ]);
    check(rows);
}

#[test]
fn workload_identities() {
    let mine = |members: Value| json!({ "users": { "includeUsers": ["None"] }, "clientApplications": members });
    let everyone = || mine(json!({ "includeServicePrincipals": ["ServicePrincipalsInMyTenant"] }));
    let filter = |mode: &str, rule: &str| {
        mine(
            json!({ "includeServicePrincipals": ["ServicePrincipalsInMyTenant"], "servicePrincipalFilter": { "mode": mode, "rule": rule } }),
        )
    };
    const FINANCE: &str = "CustomSecurityAttribute.Area_Team -eq \"Finance\"";
    check(vec![
        ("service principals of my tenant", "6 workload-identity", everyone(), workload(|_| {}), Yes),
        ("a listed one, by object id", "6", mine(json!({ "includeServicePrincipals": [USER] })), workload(|_| {}), Yes),
        ("another one", "6", mine(json!({ "includeServicePrincipals": [OTHER] })), workload(|_| {}), No),
        (
            "an excluded one",
            "2.4",
            mine(json!({ "includeServicePrincipals": ["ServicePrincipalsInMyTenant"], "excludeServicePrincipals": [USER] })),
            workload(|_| {}),
            No,
        ),
        ("not those of several tenants", "6 workload-identity", everyone(), workload(|workload| workload.single_tenant = Some(false)), No),
        (
            "nobody told whether it is of several tenants",
            "6 domain",
            everyone(),
            workload(|workload| workload.single_tenant = None),
            Unknown,
        ),
        ("a user", "6 EVAL ex. 4", everyone(), sign_in(), No),
        ("a workload identity and a policy for users", "6 EVAL", json!({}), workload(|_| {}), No),
        ("attributes exclude", "6", filter("exclude", FINANCE), workload(|_| {}), No),
        ("attributes that it lacks", "6", filter("exclude", FINANCE), workload(|workload| workload.attributes = Some(Vec::new())), Yes),
        ("attributes that nobody read", "6 domain", filter("exclude", FINANCE), workload(|workload| workload.attributes = None), Unknown),
        (
            "attributes include",
            "6",
            mine(json!({ "includeServicePrincipals": ["None"], "servicePrincipalFilter": { "mode": "include", "rule": FINANCE } })),
            workload(|_| {}),
            Yes,
        ),
        (
            "risk of a service principal",
            "5 Risk",
            json!({ "users": { "includeUsers": ["None"] }, "servicePrincipalRiskLevels": ["high"],
                "clientApplications": { "includeServicePrincipals": ["ServicePrincipalsInMyTenant"] } }),
            with(|sign_in| {
                *sign_in = workload(|_| {});
                sign_in.traits.service_principal_risk = Some(RiskLevel::High);
            }),
            Yes,
        ),
        ("risk of a service principal and a user", "5 Risk", json!({ "servicePrincipalRiskLevels": ["none"] }), sign_in(), No),
        ("agents are not told apart", "6 agent-id", mine(json!({ "includeAgentIdServicePrincipals": ["All"] })), workload(|_| {}), Unknown),
    ]);
}

#[test]
fn applications() {
    let apps = |members: Value| json!({ "applications": members });
    let only = |members: Value| {
        let mut members = members;
        members.as_object_mut().unwrap().entry("includeApplications").or_insert(json!([]));
        json!({ "applications": members })
    };
    const PORTAL: &str = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c";
    const FINANCE: &str = "CustomSecurityAttribute.Area_Team -eq \"Finance\"";
    let context = |context: &str| with(|sign_in| sign_in.traits.contexts = Some([context.to_owned()].into()));
    check(vec![
        ("All holds every resource", "4 cloud-apps", apps(json!({})), asking("00000000-1111-2222-3333-444444444444"), Yes),
        ("None is nothing", "4", apps(json!({ "includeApplications": ["None"] })), sign_in(), No),
        ("a listed resource", "4", apps(json!({ "includeApplications": [EXCHANGE] })), sign_in(), Yes),
        ("another resource", "4", apps(json!({ "includeApplications": [PORTAL] })), sign_in(), No),
        ("exclude beats include", "2.4", apps(json!({ "excludeApplications": [EXCHANGE] })), sign_in(), No),
        ("Office365 is a group of services", "4 cloud-apps", apps(json!({ "includeApplications": ["Office365"] })), sign_in(), Yes),
        ("Office365 excluded", "4", apps(json!({ "excludeApplications": ["Office365"] })), sign_in(), No),
        (
            "Office365 has the portal of Microsoft 365",
            "4 reference-office-365-application-contents",
            apps(json!({ "includeApplications": ["Office365"] })),
            asking("00000006-0000-0ff1-ce00-000000000000"),
            Yes,
        ),
        ("admin portals", "4 cloud-apps", apps(json!({ "includeApplications": ["MicrosoftAdminPortals"] })), asking(PORTAL), Yes),
        (
            "admin portals are not their interfaces",
            "4 cloud-apps",
            apps(json!({ "includeApplications": ["MicrosoftAdminPortals"] })),
            asking("797f4846-ba00-4fd7-ba43-dac1f8f63013"),
            No,
        ),
        ("resources of agents are not told", "4 DT", apps(json!({ "includeApplications": ["AllAgentIdResources"] })), sign_in(), Unknown),
        (
            "a filter adds resources",
            "4 filter-for-applications",
            apps(json!({ "includeApplications": [PORTAL], "applicationFilter": { "mode": "include", "rule": FINANCE } })),
            asking(TAGGED_APP),
            Yes,
        ),
        (
            "a filter takes resources away",
            "4 filter-for-applications",
            apps(json!({ "applicationFilter": { "mode": "exclude", "rule": FINANCE } })),
            asking(TAGGED_APP),
            No,
        ),
        (
            "a resource without attributes",
            "4",
            apps(json!({ "applicationFilter": { "mode": "exclude", "rule": FINANCE } })),
            sign_in(),
            Yes,
        ),
        (
            "a filter that can't be read",
            "6 domain",
            apps(json!({ "applicationFilter": { "mode": "exclude", "rule": "Area_Team is Finance" } })),
            sign_in(),
            Unknown,
        ),
        (
            "a user action",
            "4 cloud-apps",
            only(json!({ "includeUserActions": ["urn:user:registersecurityinfo"] })),
            acting(UserAction::RegisterSecurityInfo),
            Yes,
        ),
        (
            "another user action",
            "4",
            only(json!({ "includeUserActions": ["urn:user:registersecurityinfo"] })),
            acting(UserAction::RegisterDevice),
            No,
        ),
        ("a resource is no user action", "4", only(json!({ "includeUserActions": ["urn:user:registerdevice"] })), sign_in(), No),
        ("All covers user actions", "4 EVAL ex. 3", apps(json!({})), acting(UserAction::RegisterDevice), Yes),
        ("one resource covers none", "4", apps(json!({ "includeApplications": [EXCHANGE] })), acting(UserAction::RegisterDevice), No),
        (
            "a context that the resource asks for",
            "4 cloud-apps",
            only(json!({ "includeAuthenticationContextClassReferences": ["c1", "c2"] })),
            context("c2"),
            Yes,
        ),
        ("a context that it doesn't ask for", "4", only(json!({ "includeAuthenticationContextClassReferences": ["c1"] })), sign_in(), No),
        (
            "nobody told which context is asked for",
            "6 domain",
            only(json!({ "includeAuthenticationContextClassReferences": ["c1"] })),
            with(|sign_in| sign_in.traits.contexts = None),
            Unknown,
        ),
        ("an unknown member", "6 domain", apps(json!({ "networkAccess": { "includeTrafficProfiles": "internet" } })), sign_in(), Unknown),
    ]);
}

/// Only enabled and report-only policies are evaluated (section 11), and user actions not in report-only mode (section 10).
#[test]
fn states() {
    for (state, target, expected) in [
        ("enabled", Target::Resource(EXCHANGE.to_owned()), Yes),
        ("enabledForReportingButNotEnforced", Target::Resource(EXCHANGE.to_owned()), Yes),
        ("disabled", Target::Resource(EXCHANGE.to_owned()), No),
        ("enabled", Target::Action(UserAction::RegisterDevice), Yes),
        ("enabledForReportingButNotEnforced", Target::Action(UserAction::RegisterDevice), No),
        ("sleeping", Target::Resource(EXCHANGE.to_owned()), Unknown),
    ] {
        let rule = Rule::new(&policy(json!({ "state": state })), &surroundings());
        let verdict = rule.verdict(&with(|sign_in| sign_in.target = target.clone()));
        assert_eq!((verdict.applies, verdict.decided_by.condition == Condition::PolicyState), (expected, expected != Yes), "{state}");
    }
}

/// The clause that decides is named, with its path and its entry.
#[test]
fn deciding_clauses() {
    let decided = |over: Value| {
        let decided = Rule::new(&policy(json!({ "conditions": over })), &surroundings()).verdict(&sign_in()).decided_by;
        (decided.condition.as_str(), decided.why.as_str(), decided.path, decided.entry.unwrap_or_default())
    };
    let owned = |condition, why, path: &str, entry: &str| (condition, why, path.to_owned(), entry.to_owned());
    assert_eq!(decided(json!({})), owned("users", "included", "conditions.users.includeUsers", "All"));
    assert_eq!(
        decided(json!({ "users": { "excludeGroups": [GROUP] } })),
        owned("users", "excluded", "conditions.users.excludeGroups", &GROUP.to_string())
    );
    assert_eq!(
        decided(json!({ "applications": { "excludeApplications": ["Office365"] } })),
        owned("application", "excluded", "conditions.applications.excludeApplications", "Office365")
    );
    assert_eq!(
        decided(json!({ "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] } })),
        owned("location", "excluded", "conditions.locations.excludeLocations", "AllTrusted")
    );
    // Of several that are not met the first in the order of the portal; no before unknown.
    assert_eq!(
        decided(json!({ "moonPhases": ["full"], "userRiskLevels": ["high"], "clientAppTypes": ["other"] })),
        owned("clientApps", "notIncluded", "conditions.clientAppTypes", "")
    );
    assert_eq!(decided(json!({ "moonPhases": ["full"] })), owned("unknownMember", "notUnderstood", "conditions.moonPhases", ""));
    let all: BTreeSet<_> = Condition::ALL.iter().map(|condition| condition.as_str()).collect();
    assert_eq!(all.len(), Condition::ALL.len());
}
