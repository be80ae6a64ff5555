//! References by name, and ids that the tenant does not have.

use domain::change::plan::Plan;
use domain::document::diff::NameTable;
use domain::tenant::{DirectoryKind, DirectoryObject};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::mfa_for_all;
use crate::world::World;

fn object(kind: DirectoryKind, id: u128, name: &str) -> DirectoryObject {
    DirectoryObject { kind, object_id: Uuid::from_u128(id).to_string(), display_name: name.into(), member_count: None }
}

fn plan(world: World, objects: Vec<DirectoryObject>) -> Plan {
    world.with(|world| world.objects = objects).plan()
}

fn outcomes(plan: &Plan) -> Vec<(&str, &str, usize)> {
    plan.references.iter().map(|reference| (reference.path.as_str(), reference.given.as_str(), reference.candidates.len())).collect()
}

#[test]
fn one_object_of_the_name_is_meant_and_none_or_several_are_said() {
    let mut document = mfa_for_all("disabled");
    document["conditions"]["users"]["excludeGroups"] = json!(["staff", "Nobody's", "Twins"]);
    document["conditions"]["users"]["includeRoles"] = json!(["Helpdesk Administrator"]);
    document["conditions"]["locations"] = json!({ "includeLocations": ["All"], "excludeLocations": ["HQ", "AllTrusted"] });
    document["grantControls"] = json!({ "authenticationStrength": { "displayName": "Phishing-resistant MFA" } });
    let mut objects = vec![
        object(DirectoryKind::Group, 1, "Staff"),
        object(DirectoryKind::User, 2, "Nobody's"),
        object(DirectoryKind::Role, 3, "Helpdesk Administrator"),
        object(DirectoryKind::NamedLocation, 4, "HQ"),
    ];
    objects.extend((10..30).map(|id| object(DirectoryKind::Group, id, "TWINS")));
    let plan = plan(World::create("disabled", document), objects);
    let expected = [
        ("conditions.users.excludeGroups", "staff", 1),
        ("conditions.users.excludeGroups", "Nobody's", 0),
        ("conditions.users.excludeGroups", "Twins", 10),
        ("conditions.users.includeRoles", "Helpdesk Administrator", 1),
        ("conditions.locations.excludeLocations", "HQ", 1),
        ("grantControls.authenticationStrength.id", "Phishing-resistant MFA", 1),
    ];
    assert_eq!(outcomes(&plan), expected);
    assert_eq!(plan.write["conditions"]["users"]["excludeGroups"], json!([Uuid::from_u128(1), "Nobody's", "Twins"]));
    assert_eq!(plan.write["conditions"]["locations"]["excludeLocations"], json!([Uuid::from_u128(4), "AllTrusted"]));
    assert_eq!(plan.write["grantControls"]["authenticationStrength"], json!({ "id": "00000000-0000-0000-0000-000000000004" }));
    let codes: Vec<_> = plan.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert!(codes.contains(&"reference_unresolved") && codes.contains(&"reference_ambiguous"), "{codes:?}");
}

#[test]
fn ids_that_come_are_known_or_said_and_ids_that_stay_are_not_asked() {
    let (known, gone, new) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
    let world =
        |payload: Value| World::of("policy.assignment_change", payload).users(json!({ "includeUsers": ["All"], "excludeGroups": [gone] }));
    let objects = || vec![object(DirectoryKind::Group, 1, "Staff")];
    let add = |ids: Value| plan(world(json!({ "excludeGroups": { "add": ids } })), objects());
    assert!(add(json!([known])).references.is_empty());
    assert_eq!(outcomes(&add(json!([known, new]))), [("conditions.users.excludeGroups", new.to_string().as_str(), 0)]);
    assert!(plan(world(json!({ "excludeGroups": { "remove": [gone] } })), objects()).references.is_empty());
    let by_name = add(json!(["staff"]));
    assert_eq!(by_name.write["conditions"]["users"]["excludeGroups"], json!([gone, known]));
}

#[test]
fn what_could_not_be_read_is_left_to_graph() {
    let app = |objects: Vec<DirectoryObject>| {
        let payload = json!({ "excludeApplications": { "add": [Uuid::from_u128(7)] } });
        plan(World::of("policy.application_change", payload), objects).references.len()
    };
    assert_eq!(app(Vec::new()), 0);
    assert_eq!(app(vec![object(DirectoryKind::Application, 7, "App")]), 0);
    assert_eq!(app(vec![object(DirectoryKind::Application, 8, "Another")]), 1);
    let located =
        |locations: Value| plan(World::of("policy.condition_change", json!({ "locations": locations })), Vec::new()).references.len();
    assert_eq!(
        located(json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted", "00000000-0000-0000-0000-000000000000"] })),
        0
    );
    assert_eq!(located(json!({ "includeLocations": [Uuid::from_u128(9)] })), 1);
    let strong =
        |id: &str| plan(World::of("policy.grant_change", json!({ "builtInControls": [], "authenticationStrengthId": id })), Vec::new());
    assert!(strong("00000000-0000-0000-0000-000000000002").references.is_empty());
    assert_eq!(strong("00000000-0000-0000-0000-0000000000ff").references.len(), 1);
}

#[test]
fn an_object_may_be_found_under_another_name() {
    let mut names = NameTable::default();
    names.add_named("ada@contoso.com", object(DirectoryKind::User, 1, "Ada"));
    for name in ["ada", "ADA@contoso.com"] {
        assert_eq!(names.called(DirectoryKind::User, name, 10).len(), 1, "{name}");
    }
    assert!(names.called(DirectoryKind::Group, "Ada", 10).is_empty());
    assert!(names.holds(DirectoryKind::User) && !names.holds(DirectoryKind::Group));
}

#[test]
fn a_kept_name_stands_for_its_object_alone_and_for_nothing_when_that_is_gone() {
    let twins = [object(DirectoryKind::Group, 1, "Twins"), object(DirectoryKind::Group, 2, "TWINS")];
    let mut names = NameTable::new(twins);
    names.keep(DirectoryKind::Group, "Twins", &Uuid::from_u128(2).to_string().to_uppercase());
    names.keep(DirectoryKind::Group, "Gone", &Uuid::from_u128(9).to_string());
    let called =
        |name: &str| names.called(DirectoryKind::Group, name, 10).iter().map(|object| object.object_id.clone()).collect::<Vec<_>>();
    assert_eq!(called("twins "), [Uuid::from_u128(2).to_string()]);
    assert_eq!(called("Gone"), Vec::<String>::new());
    assert_eq!(names.called(DirectoryKind::User, "Twins", 10).len(), 0, "a name is kept for one kind");
}
