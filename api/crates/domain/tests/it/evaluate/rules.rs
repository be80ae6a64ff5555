//! When a policy applies: one row for each documented rule, with the section of ca-semantics.md and the source that it names.

use std::collections::BTreeSet;

use domain::evaluate::Answer::{self, No, Unknown, Yes};
use domain::evaluate::{Condition, Rule};
use domain::signin::{
    ClientApp, Device, Identity, InsiderRisk, Platform, RiskLevel, SignIn, Target, TransferMethod, User, UserAction, UserKind, Workload,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::{COMPLIANT_NETWORK, COUNTRY, EXCHANGE, GPS, GROUP, OFFICE, ROLE, TAGGED_APP, USER, policy, sign_in, surroundings, user};

/// A documented rule, where it stands, the members of the policy, what is special about the sign-in, and whether the policy applies.
type Row = (&'static str, &'static str, Value, SignIn, Answer);

const TENANT: Uuid = Uuid::from_u128(0x77777777_0000_0000_0000_000000000001);
const OTHER: &str = "11111111-0000-0000-0000-00000000ffff";

fn check(rows: Vec<Row>) {
    for (rule, source, conditions, sign_in, expected) in rows {
        let policy = policy(json!({ "conditions": conditions }));
        let compiled = Rule::new(&policy, &surroundings());
        let verdict = compiled.verdict(&sign_in);
        assert_eq!(verdict.applies, expected, "{rule} [{source}] {conditions}: {:?}", verdict.decided_by);
        // The dimensions together say the same as the whole.
        let parts = [
            compiled.of_person(&sign_in.identity),
            compiled.of_target(&sign_in.target),
            compiled.of_place(&sign_in.place),
            compiled.of_device(sign_in.device.as_ref()),
            compiled.of_traits(&sign_in.traits),
        ];
        assert_eq!(parts.into_iter().min(), Some(expected), "{rule} [{source}] {conditions}");
        assert_eq!(verdict.decided_by.met, expected);
    }
}

fn with(change: impl FnOnce(&mut SignIn)) -> SignIn {
    let mut sign_in = sign_in();
    change(&mut sign_in);
    sign_in
}

fn as_user(change: impl FnOnce(&mut User)) -> SignIn {
    let mut user = user();
    change(&mut user);
    with(|sign_in| sign_in.identity = Identity::User(user))
}

fn guest(kind: UserKind) -> SignIn {
    as_user(|user| {
        user.kind = Some(kind);
        user.home_tenant = Some(TENANT);
    })
}

fn workload(change: impl FnOnce(&mut Workload)) -> SignIn {
    let mut workload =
        Workload { id: USER, single_tenant: Some(true), attributes: Some(vec![("area_team".to_owned(), vec!["Finance".to_owned()])]) };
    change(&mut workload);
    with(|sign_in| sign_in.identity = Identity::Workload(workload))
}

fn asking(app: &str) -> SignIn {
    with(|sign_in| sign_in.target = Target::Resource(app.to_owned()))
}

fn acting(action: UserAction) -> SignIn {
    with(|sign_in| sign_in.target = Target::Action(action))
}

fn from(ip: &str, country: Option<&str>) -> SignIn {
    with(|sign_in| {
        sign_in.place.ip = Some(ip.parse().unwrap());
        sign_in.place.country = Some(country.map(str::to_owned));
        sign_in.place.gps_country = Some(country.map(str::to_owned));
    })
}

fn users(members: Value) -> Value {
    json!({ "users": members })
}

fn guests(kinds: &str, tenants: Value) -> Value {
    json!({ "guestOrExternalUserTypes": kinds, "externalTenants": tenants })
}

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

#[test]
fn platforms_clients_and_flows() {
    let platforms = |members: Value| json!({ "platforms": members });
    let on = |platform: Option<Platform>| with(|sign_in| sign_in.traits.platform = Some(platform));
    let by = |client: ClientApp| with(|sign_in| sign_in.traits.client = Some(client));
    let clients = |types: Value| json!({ "clientAppTypes": types });
    let known = json!(["android", "iOS", "windows", "windowsPhone", "macOS", "linux"]);
    let flows = |methods: &str| json!({ "authenticationFlows": { "transferMethods": methods } });
    let handed = |method: Option<TransferMethod>| with(|sign_in| sign_in.traits.transfer = Some(method));
    let mut rows: Vec<Row> = Vec::new();
    for platform in Platform::ALL {
        rows.push(("a platform is itself", "5 Platforms", platforms(json!({ "includePlatforms": [platform] })), on(Some(*platform)), Yes));
        rows.push((
            "all but the known ones",
            "5 Platforms",
            platforms(json!({ "includePlatforms": ["all"], "excludePlatforms": known })),
            on(Some(*platform)),
            No,
        ));
    }
    for client in ClientApp::ALL {
        rows.push(("all is every type", "5 Client apps", clients(json!(["all"])), by(*client), Yes));
        rows.push(("a type is itself", "5 Client apps", clients(json!([client])), by(*client), Yes));
        let legacy = if client.legacy() { Yes } else { No };
        rows.push(("legacy authentication", "5 Client apps", clients(json!(["exchangeActiveSync", "other"])), by(*client), legacy));
    }
    rows.extend([
        (
            "all but the known ones is for a platform that hides",
            "5 Platforms",
            platforms(json!({ "includePlatforms": ["all"], "excludePlatforms": known })),
            on(None),
            Yes,
        ),
        ("another platform", "5 Platforms", platforms(json!({ "includePlatforms": ["macOS"] })), sign_in(), No),
        (
            "a platform that nobody told",
            "6 domain",
            platforms(json!({ "includePlatforms": ["macOS"] })),
            with(|sign_in| sign_in.traits.platform = None),
            Unknown,
        ),
        ("a new platform", "6 domain", platforms(json!({ "includePlatforms": ["tizen"] })), sign_in(), Unknown),
        (
            "exclusions alone say nothing of the rest",
            "5, undocumented",
            platforms(json!({ "excludePlatforms": ["macOS"] })),
            sign_in(),
            Unknown,
        ),
        ("exclusions alone exclude", "2.4", platforms(json!({ "excludePlatforms": ["windows"] })), sign_in(), No),
        ("easSupported is Exchange ActiveSync", "5 Client apps", clients(json!(["easSupported"])), by(ClientApp::ExchangeActiveSync), Yes),
        ("a client that nobody told", "6 domain", clients(json!(["browser"])), with(|sign_in| sign_in.traits.client = None), Unknown),
        ("all needs no client", "5 Client apps", clients(json!(["all"])), with(|sign_in| sign_in.traits.client = None), Yes),
        (
            "a flow",
            "5 Authentication flows",
            flows("deviceCodeFlow,authenticationTransfer"),
            handed(Some(TransferMethod::DeviceCodeFlow)),
            Yes,
        ),
        ("the other flow", "5 Authentication flows", flows("authenticationTransfer"), handed(Some(TransferMethod::DeviceCodeFlow)), No),
        ("no flow", "5 Authentication flows", flows("deviceCodeFlow"), handed(None), No),
        ("no condition", "2.3", flows("none"), handed(None), Yes),
        ("a flow that nobody told", "6 domain", flows("deviceCodeFlow"), with(|sign_in| sign_in.traits.transfer = None), Unknown),
    ]);
    check(rows);
}

#[test]
fn locations() {
    let at = |include: Value, exclude: Value| json!({ "locations": { "includeLocations": include, "excludeLocations": exclude } });
    let trusted = || at(json!(["All"]), json!(["AllTrusted"]));
    const MFA_IPS: &str = "00000000-0000-0000-0000-000000000000";
    let nowhere = with(|sign_in| sign_in.place = domain::signin::Place::default());
    check(vec![
        ("All is everywhere", "5 Locations", at(json!(["All"]), json!([])), from("198.51.100.1", None), Yes),
        ("an address in a range", "5 Locations", at(json!([OFFICE]), json!([])), sign_in(), Yes),
        ("the first address after it", "5 Locations", at(json!([OFFICE]), json!([])), from("203.0.113.64", Some("NL")), No),
        ("an IPv6 address in a range", "5 Locations", at(json!([OFFICE]), json!([])), from("2001:db8:1:ffff::9", Some("NL")), Yes),
        ("an IPv6 address outside", "5 Locations", at(json!([OFFICE]), json!([])), from("2001:db8:2::1", Some("NL")), No),
        ("an IPv4 address in IPv6 clothes", "5 Locations", at(json!([OFFICE]), json!([])), from("::ffff:203.0.113.7", Some("NL")), Yes),
        ("exclude beats include", "2.4", at(json!(["All"]), json!([OFFICE])), sign_in(), No),
        ("all trusted", "5 Locations", trusted(), sign_in(), No),
        ("not trusted", "5 Locations", trusted(), from("198.51.100.1", Some("NL")), Yes),
        ("a country by address", "5 Locations", at(json!([COUNTRY]), json!([])), from("198.51.100.1", Some("BE")), Yes),
        ("another country", "5 Locations", at(json!([COUNTRY]), json!([])), from("198.51.100.1", Some("RU")), No),
        (
            "an address of no country",
            "5 includeUnknownCountriesAndRegions",
            at(json!([COUNTRY]), json!([])),
            from("198.51.100.1", None),
            Yes,
        ),
        (
            "a country by GPS",
            "5 countryLookupMethod",
            at(json!([GPS]), json!([])),
            with(|sign_in| sign_in.place.country = Some(Some("RU".to_owned()))),
            Yes,
        ),
        (
            "nobody told the GPS",
            "5 countryLookupMethod",
            at(json!([GPS]), json!([])),
            with(|sign_in| sign_in.place.gps_country = None),
            Unknown,
        ),
        ("MFA trusted IPs are not told", "5 Locations", at(json!([MFA_IPS]), json!([])), from("198.51.100.1", Some("NL")), Unknown),
        ("MFA trusted IPs beside a location that decides", "5 Locations", at(json!(["All"]), json!([MFA_IPS, OFFICE])), sign_in(), No),
        ("a deleted location", "6 domain", at(json!([OTHER]), json!([])), sign_in(), Unknown),
        ("a compliant network", "5 Locations", at(json!(["All"]), json!([COMPLIANT_NETWORK])), sign_in(), Unknown),
        ("no address", "6 domain", at(json!([OFFICE]), json!([])), nowhere.clone(), Unknown),
        ("no address is needed for All", "2.3", at(json!(["All"]), json!([])), nowhere, Yes),
        ("exclusions alone exclude", "2.4", at(json!([]), json!([OFFICE])), sign_in(), No),
        (
            "exclusions alone say nothing of the rest",
            "5, undocumented",
            at(json!([]), json!([OFFICE])),
            from("198.51.100.1", None),
            Unknown,
        ),
        ("an empty condition is none", "2.3", at(json!([]), json!([])), sign_in(), Yes),
    ]);
}

#[test]
fn devices() {
    let filter = |mode: &str, rule: &str| json!({ "devices": { "deviceFilter": { "mode": mode, "rule": rule } } });
    let unregistered = with(|sign_in| sign_in.device = Some(Device::Unregistered));
    let untold = with(|sign_in| sign_in.device = None);
    const COMPLIANT: &str = "device.isCompliant -eq True";
    const NEITHER: &str = "device.isCompliant -ne True -and device.trustType -ne \"ServerAD\"";
    let all_but = |words: Value| json!({ "devices": { "includeDevices": ["All"], "excludeDevices": words } });
    let old = |words: Value| json!({ "deviceStates": { "includeStates": ["All"], "excludeStates": words } });
    check(vec![
        ("include what matches", "5 filters-for-devices", filter("include", COMPLIANT), sign_in(), Yes),
        ("exclude what matches", "5 filters-for-devices", filter("exclude", COMPLIANT), sign_in(), No),
        ("a positive operator on null never matches: include", "5", filter("include", COMPLIANT), unregistered.clone(), No),
        ("a positive operator on null never matches: exclude", "5", filter("exclude", COMPLIANT), unregistered.clone(), Yes),
        ("a negative operator on null matches: include", "5", filter("include", NEITHER), unregistered.clone(), Yes),
        ("a negative operator on null matches: exclude", "5", filter("exclude", NEITHER), unregistered.clone(), No),
        ("a device that nobody told", "6 domain", filter("include", COMPLIANT), untold.clone(), Unknown),
        ("a rule that can't be read", "6 domain", filter("exclude", "device.colour -eq \"red\""), sign_in(), Unknown),
        ("a mode that nobody knows", "6 domain", filter("sometimes", COMPLIANT), sign_in(), Unknown),
        ("all but compliant ones", "5 Legacy", all_but(json!(["Compliant"])), sign_in(), No),
        ("all but hybrid-joined ones", "5 Legacy", all_but(json!(["DomainJoined"])), unregistered.clone(), Yes),
        ("device states, the predecessor", "5 Legacy", old(json!(["Compliant", "DomainJoined"])), unregistered, Yes),
        ("device states that nobody told", "6 domain", old(json!(["Compliant"])), untold, Unknown),
        ("an unknown member", "6 domain", json!({ "devices": { "colour": "red" } }), sign_in(), Unknown),
    ]);
}

#[test]
fn risks_and_the_unknown() {
    let risk = |change: fn(&mut SignIn)| with(change);
    check(vec![
        (
            "a sign-in's risk",
            "5 Risk",
            json!({ "signInRiskLevels": ["medium", "high"] }),
            risk(|s| s.traits.sign_in_risk = Some(RiskLevel::High)),
            Yes,
        ),
        ("another level", "5 Risk", json!({ "signInRiskLevels": ["high"] }), risk(|s| s.traits.sign_in_risk = Some(RiskLevel::Low)), No),
        ("none is a level", "5 Risk", json!({ "signInRiskLevels": ["none"] }), sign_in(), Yes),
        ("a user's risk", "5 Risk", json!({ "userRiskLevels": ["high"] }), risk(|s| s.traits.user_risk = Some(RiskLevel::High)), Yes),
        (
            "risk hidden for want of a licence",
            "5 Risk",
            json!({ "userRiskLevels": ["high"] }),
            risk(|s| s.traits.user_risk = None),
            Unknown,
        ),
        (
            "insider risk",
            "5 Risk",
            json!({ "insiderRiskLevels": "moderate,elevated" }),
            risk(|s| s.traits.insider_risk = Some(Some(InsiderRisk::Elevated))),
            Yes,
        ),
        ("no insider risk", "5 Risk", json!({ "insiderRiskLevels": "elevated" }), sign_in(), No),
        (
            "insider risk that nobody told",
            "5 Risk",
            json!({ "insiderRiskLevels": "elevated" }),
            risk(|s| s.traits.insider_risk = None),
            Unknown,
        ),
        ("a condition that this version doesn't know", "6 domain", json!({ "moonPhases": ["full"] }), sign_in(), Unknown),
        ("what is null is not configured", "2.3, 5 times", json!({ "times": null, "clients": null }), sign_in(), Yes),
        ("times", "5 times", json!({ "times": { "includedRanges": ["x"] } }), sign_in(), Unknown),
        (
            "all assignments are ANDed",
            "2.3 policies",
            json!({ "platforms": { "includePlatforms": ["macOS"] }, "signInRiskLevels": ["none"], "moonPhases": ["full"] }),
            sign_in(),
            No,
        ),
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
