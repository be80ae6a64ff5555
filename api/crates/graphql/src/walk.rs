//! Walks over the whole schema: what holds for every type, field, argument and value.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, ServiceDocument, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use domain::access::Operation;

/// Lists of objects that are no connections, because what they hold is bounded by something else. Each says by what.
const BOUNDED: &[&str] = &[
    "Query.nodes",
    "BulkChange.prerequisites",
    "BulkStrategy.canaryTenants",
    "BulkResolution.references",
    "BulkReference.candidates",
    "BulkProgressEvent.moved",
    "BulkChangeUpdate.transitions",
    "BulkRollout.heldBy",
    "BulkRollout.phases",
    "Rollout.approvals",
    "Webhook.attempts",
    "Webhook.tenants",
    "Rollout.verdicts",
    "RolloutCounts.reasons",
    "RolloutEligibility.reasons",
    "RolloutPhase.groups",
    "RolloutPlan.groups",
    "RolloutPlan.phases",
    "ChangeRequest.approvals",
    "ChangeRequest.waivers",
    "Approval.given",
    "ThreeWayConflictError.fields",
    "DryRun.diff",
    "DryRun.warnings",
    "ChangeFailure.liveDiff",
    "PolicyVersion.diff",
    "SnapshotItemDiff.fields",
    "FieldDiff.added",
    "FieldDiff.removed",
    "EmergencyAccess.principals",
    "TenantCoverage.clientTypes",
    "TenantCoverage.userGaps",
    "TenantCoverage.applicationGaps",
    "TenantCoverage.emergencyAccounts",
    "UserCoverageGap.excludedBy",
    "PolicyOverlaps.counts",
    "PolicyOverlaps.pairs",
    "PolicyOverlap.applications",
    "BlockedByWarningError.warnings",
    "Member.tenants",
    "ApiKey.tenants",
    "Drift.diff",
    "Drift.reverts",
    "DryRun.references",
    "SignInSummary.policyResults",
    "SignInSummaryPage.nodes",
    "FreezeWindow.next",
    "FreezeWindow.tenants",
    "ImportBaselinePayload.imported",
    "ImportBaselinePayload.refused",
    "ImpactReport.byApp",
    "ImpactReport.byClientType",
    "ImpactReport.byGroup",
    "ImpactReport.byLocation",
    "ImpactReport.byResult",
    "ImpactReport.byUser",
    "ImpactReport.unknownBy",
    "Policy.drift",
    "RefreshImpactPayload.changes",
    "RefreshImpactPayload.policies",
    "ResolvedReference.candidates",
    "RevertDriftPayload.changes",
    "Schedule.blockedDiff",
    "Tenant.aliases",
    "WhatIfDecision.blockedBy",
    "WhatIfDecision.missing",
    "WhatIfMissing.policies",
    "WhatIfPolicy.conditions",
    "AgentSettings.instructions",
    "AgentRunSummary.skipped",
    "Suggestion.steps",
    "Suggestion.rolloutEligibility",
    "SuggestionEvidence.users",
    "SuggestionEvidence.applications",
    "SuggestionEvidence.policies",
];

fn document() -> ServiceDocument {
    parse_schema(crate::sdl()).expect("the SDL is valid")
}

fn types(document: &ServiceDocument) -> impl Iterator<Item = &TypeDefinition> {
    document.definitions.iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(&definition.node),
        _ => None,
    })
}

fn fields(definition: &TypeDefinition) -> Vec<&FieldDefinition> {
    match &definition.kind {
        TypeKind::Object(object) => object.fields.iter().map(|field| &field.node).collect(),
        TypeKind::Interface(interface) => interface.fields.iter().map(|field| &field.node).collect(),
        _ => Vec::new(),
    }
}

fn inputs(definition: &TypeDefinition) -> Vec<&InputValueDefinition> {
    match &definition.kind {
        TypeKind::InputObject(object) => object.fields.iter().map(|field| &field.node).collect(),
        _ => fields(definition).into_iter().flat_map(|field| field.arguments.iter().map(|argument| &argument.node)).collect(),
    }
}

fn base(ty: &Type) -> (&str, bool) {
    match &ty.base {
        BaseType::Named(name) => (name.as_str(), false),
        BaseType::List(inner) => (base(inner).0, true),
    }
}

fn root(name: &str) -> Vec<FieldDefinition> {
    let document = document();
    let found = types(&document).find(|definition| definition.name.node == name);
    found.map(|definition| fields(definition).into_iter().cloned().collect()).unwrap_or_default()
}

fn description(field: &FieldDefinition) -> &str {
    field.description.as_ref().map_or("", |text| &text.node)
}

#[test]
fn everything_is_described() {
    let document = document();
    let mut missing = Vec::new();
    let mut seen = 0;
    let mut check = |what: String, described: bool| {
        seen += 1;
        if !described {
            missing.push(what);
        }
    };
    for definition in types(&document) {
        let name = &definition.name.node;
        check(name.to_string(), definition.description.is_some());
        for field in fields(definition) {
            check(format!("{name}.{}", field.name.node), field.description.is_some());
            for argument in &field.arguments {
                check(format!("{name}.{}({})", field.name.node, argument.node.name.node), argument.node.description.is_some());
            }
        }
        if let TypeKind::InputObject(object) = &definition.kind {
            for field in &object.fields {
                check(format!("{name}.{}", field.node.name.node), field.node.description.is_some());
            }
        }
        if let TypeKind::Enum(values) = &definition.kind {
            for value in &values.values {
                check(format!("{name}.{}", value.node.value.node), value.node.description.is_some());
            }
        }
    }
    assert!(missing.is_empty(), "without a description: {missing:#?}");
    assert!(seen > 500, "only {seen} things were looked at");
}

#[test]
fn every_list_of_objects_is_a_connection_or_says_its_bound() {
    let document = document();
    let objects: Vec<&str> = types(&document)
        .filter(|definition| matches!(definition.kind, TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)))
        .map(|definition| definition.name.node.as_str())
        .collect();
    let mut bounded = Vec::new();
    for definition in types(&document) {
        for field in fields(definition) {
            let (ty, list) = base(&field.ty.node);
            let name = format!("{}.{}", definition.name.node, field.name.node);
            if !list || !objects.contains(&ty) {
                continue;
            }
            assert!(description(field).to_lowercase().contains("at most"), "{name} does not say how long it gets");
            let connection = definition.name.node.ends_with("Connection") && ["nodes", "edges"].contains(&field.name.node.as_str());
            if !connection && field.name.node != "userErrors" {
                bounded.push(name);
            }
        }
    }
    let unknown: Vec<&String> = bounded.iter().filter(|name| !BOUNDED.contains(&name.as_str())).collect();
    assert!(unknown.is_empty(), "make these connections: {unknown:?}");
    let gone: Vec<&&str> = BOUNDED.iter().filter(|name| !bounded.iter().any(|known| known == *name)).collect();
    assert!(gone.is_empty(), "not in the schema any more: {gone:?}");
}

#[test]
fn lists_of_ids_in_inputs_say_their_bound() {
    for definition in types(&document()) {
        for input in inputs(definition) {
            let (ty, list) = base(&input.ty.node);
            let text = input.description.as_ref().map_or("", |text| &text.node).to_lowercase();
            let name = format!("{}.{}", definition.name.node, input.name.node);
            assert!(!list || !["ID", "String"].contains(&ty) || text.contains("at most"), "{name} does not say how long it may be");
        }
    }
}

#[test]
fn connections_take_their_arguments() {
    for definition in types(&document()) {
        for field in fields(definition) {
            let (ty, _) = base(&field.ty.node);
            if ty.ends_with("Connection") {
                let names: Vec<&str> = field.arguments.iter().map(|argument| argument.node.name.node.as_str()).collect();
                assert!(names.starts_with(&["first", "after"]), "{}.{} takes {names:?}", definition.name.node, field.name.node);
            }
        }
    }
}

#[test]
fn json_is_no_way_around_typed_inputs() {
    for definition in types(&document()) {
        for input in inputs(definition) {
            let name = format!("{}.{}", definition.name.node, input.name.node);
            assert!(
                base(&input.ty.node).0 != "JSON"
                    || ["ChangePayloadInput.json", "CreatePolicySourceInput.document"].contains(&name.as_str()),
                "{name} takes JSON"
            );
        }
    }
}

#[test]
fn every_mutation_takes_one_input_and_answers_with_a_nullable_payload() {
    let document = document();
    for mutation in root("Mutation") {
        let name = &mutation.name.node;
        let arguments: Vec<&str> = mutation.arguments.iter().map(|argument| argument.node.name.node.as_str()).collect();
        assert_eq!(arguments, ["input"], "{name}");
        assert!(!mutation.arguments[0].node.ty.node.nullable, "{name}");
        assert!(mutation.ty.node.nullable, "{name} nulls its siblings when it fails");
        let (payload, _) = base(&mutation.ty.node);
        assert!(payload.ends_with("Payload"), "{name}");
        let payload = types(&document).find(|definition| definition.name.node == payload).map(fields).unwrap_or_default();
        let errors = payload.iter().find(|field| field.name.node == "userErrors");
        assert_eq!(errors.map(|field| field.ty.node.to_string()).as_deref(), Some("[UserError!]!"), "{name}");
        // A noun is null where it was refused; a list is empty.
        let empty_or_null = |ty: &Type| ty.nullable || base(ty).1;
        assert!(payload.iter().filter(|field| field.name.node != "userErrors").all(|field| empty_or_null(&field.ty.node)), "{name}");
    }
}

#[test]
fn mutations_and_the_table_of_operations_are_the_same_set() {
    let mut mutations: Vec<String> = root("Mutation").iter().map(|field| field.name.node.to_string()).collect();
    let mut operations: Vec<String> = Operation::ALL
        .iter()
        .filter(|operation| ![Operation::Read, Operation::VerifyAuditLog, Operation::WhatIf].contains(operation))
        .map(ToString::to_string)
        .collect();
    mutations.sort();
    operations.sort();
    assert_eq!(mutations, operations);
    for mutation in root("Mutation") {
        let last = description(&mutation).lines().last().unwrap_or_default();
        assert!(last.starts_with("Requires one of: OWNER") && last.ends_with('.'), "{}: {last}", mutation.name.node);
    }
}

#[test]
fn roots_and_scalars_are_what_clients_expect() {
    let sdl = crate::sdl();
    for part in ["query: Query", "mutation: Mutation", "subscription: Subscription", "@oneOf", "interface Node", "interface Event"] {
        assert!(sdl.contains(part), "{part}");
    }
    for scalar in ["DateTime", "Duration", "JSON", "EventCursor"] {
        let line = sdl.lines().find(|line| line.starts_with(&format!("scalar {scalar}")));
        assert!(line.is_some_and(|line| line.contains("@specifiedBy(url: \"https://")), "{scalar}: {line:?}");
    }
}

#[test]
fn the_committed_schema_is_the_one_in_the_code() {
    let committed = include_str!("../../../../schema.graphql");
    assert!(committed == crate::sdl(), "schema.graphql is out of date: write `causeway schema` into it");
}
