//! Groups, users, roles, service principals, the tenant.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{ADMIN_USER, CLIENT, GLOBAL_ADMIN, INNER, OUTER, TENANT, USER, World, answer};

fn ids(body: &Value) -> Vec<&str> {
    let mut ids: Vec<_> = body["value"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids
}

async fn count(world: &World, path: &str) -> (u16, Value) {
    answer(world.request(Method::GET, path).header("ConsistencyLevel", "eventual").send().await.unwrap()).await
}

#[tokio::test]
async fn members_direct_and_nested() {
    let world = World::start().await;
    let group = format!("/v1.0/groups/{OUTER}");
    let (_, direct) = world.get(&format!("{group}/members")).await;
    assert_eq!(ids(&direct), [ADMIN_USER, INNER]);
    assert_eq!(direct["value"].as_array().unwrap().iter().filter(|m| m["@odata.type"] == "#microsoft.graph.group").count(), 1);
    let (_, users) = world.get(&format!("{group}/transitiveMembers/microsoft.graph.user?$select=id")).await;
    assert_eq!(ids(&users), [ADMIN_USER, USER]);
    assert_eq!(count(&world, &format!("{group}/transitiveMembers/$count")).await, (200, json!(3)));
    assert_eq!(count(&world, &format!("{group}/transitiveMembers/microsoft.graph.user/$count")).await, (200, json!(2)));
    assert_eq!(world.get(&format!("{group}/members/$count")).await.0, 400, "needs ConsistencyLevel");
    let (status, body) = world.get("/v1.0/groups/00000000-0000-4000-8000-00000000dead/members").await;
    assert_eq!((status, &body["error"]["code"]), (404, &json!("Request_ResourceNotFound")));
}

#[tokio::test]
async fn a_group_is_made_filled_and_removed() {
    let world = World::start().await;
    let bind = |id: &str| format!("{}/users/{id}", world.url("/v1.0"));
    let (status, created) = world
        .post("/v1.0/groups", json!({"displayName": "Ring 0", "mailEnabled": false, "mailNickname": "r0", "securityEnabled": true, "members@odata.bind": [bind(USER)]}))
        .await;
    assert_eq!(status, 201, "{created}");
    let id = created["id"].as_str().unwrap();
    let group = format!("/v1.0/groups/{id}");
    let reference = |id: &str| json!({"@odata.id": world.url(&format!("/v1.0/directoryObjects/{id}"))});
    assert_eq!(world.post(&format!("{group}/members/$ref"), reference(ADMIN_USER)).await.0, 204);
    let (status, again) = world.post(&format!("{group}/members/$ref"), reference(ADMIN_USER)).await;
    assert_eq!(status, 400);
    assert_eq!(
        again["error"]["message"],
        "One or more added object references already exist for the following modified properties: 'members'."
    );
    assert_eq!(ids(&world.get(&format!("{group}/members")).await.1), [ADMIN_USER, USER]);
    assert_eq!(world.delete(&format!("{group}/members/{USER}/$ref")).await.0, 204);
    assert_eq!(world.delete(&format!("{group}/members/{USER}/$ref")).await.0, 404);
    assert_eq!(world.patch(&group, json!({"displayName": "Ring zero"})).await.0, 204);
    let (_, found) = world.get("/v1.0/groups?$filter=displayName eq 'ring ZERO'&$select=id,displayName").await;
    assert_eq!(ids(&found), [id]);
    assert_eq!(world.delete(&group).await.0, 204);
    assert_eq!(world.get(&group).await.0, 404);
    let actions: Vec<String> = world.ledger().await.iter().map(|entry| entry["effect"]["action"].as_str().unwrap().to_owned()).collect();
    assert_eq!(actions, ["create", "addMember", "removeMember", "update", "delete"]);
}

#[tokio::test]
async fn users_by_id_and_name_with_their_memberships() {
    let world = World::start().await;
    let (_, by_name) = world.get("/v1.0/users/BEN@contoso.example").await;
    assert_eq!((&by_name["id"], by_name.get("userType")), (&json!(USER), None), "userType is not selected by default");
    let (_, chosen) = world.get(&format!("/v1.0/users/{USER}?$select=id,userType")).await;
    assert_eq!(chosen["userType"], "Member");
    let (_, groups) = world.get(&format!("/v1.0/users/{USER}/transitiveMemberOf/microsoft.graph.group")).await;
    assert_eq!(ids(&groups), [OUTER, INNER]);
    let (_, roles) = world.get(&format!("/v1.0/users/{ADMIN_USER}/transitiveMemberOf/microsoft.graph.directoryRole")).await;
    assert_eq!(roles["value"][0]["roleTemplateId"], GLOBAL_ADMIN);
    let (_, around) = world.get(&format!("/v1.0/groups/{INNER}/transitiveMemberOf")).await;
    assert_eq!(ids(&around), [OUTER]);
    let (_, checked) = world.post(&format!("/v1.0/users/{USER}/checkMemberGroups"), json!({"groupIds": [OUTER, GLOBAL_ADMIN]})).await;
    assert_eq!(checked["value"], json!([OUTER]));
    let (_, all) = world.post(&format!("/v1.0/users/{USER}/getMemberGroups"), json!({"securityEnabledOnly": true})).await;
    assert_eq!(all["value"], json!([OUTER, INNER]));
    assert_eq!(count(&world, "/v1.0/users/$count?$filter=startswith(displayName,'a')").await, (200, json!(1)));
    let (_, some) = world.get(&format!("/v1.0/users?$filter=id in ('{USER}','{ADMIN_USER}')&$top=1")).await;
    assert_eq!(some["value"].as_array().unwrap().len(), 1);
    assert!(some["@odata.nextLink"].is_string());
    assert_eq!(world.get("/v1.0/users?$top=1000").await.0, 400);
}

#[tokio::test]
async fn objects_by_their_ids() {
    let world = World::start().await;
    world.admin(Method::POST, "consent", json!({"clientId": CLIENT, "roles": ["Directory.Read.All"]})).await;
    let world = World { token: world.fresh_token().await, ..world };
    let asked = json!({"ids": [USER, OUTER, "00000000-0000-4000-8000-00000000dead"], "types": ["user", "group"]});
    assert_eq!(ids(&world.post("/v1.0/directoryObjects/getByIds", asked).await.1), [USER, OUTER]);
    let (_, user) = world.get(&format!("/v1.0/directoryObjects/{USER}")).await;
    assert_eq!(user["@odata.type"], "#microsoft.graph.user");
}

#[tokio::test]
async fn a_token_that_may_not_read_users_sees_only_their_ids() {
    let world = World::start().await;
    world.admin(Method::POST, "consent", json!({"clientId": CLIENT, "roles": ["GroupMember.Read.All"]})).await;
    let world = World { token: world.fresh_token().await, ..world };
    let (_, members) = world.get(&format!("/v1.0/groups/{INNER}/members")).await;
    assert_eq!((&members["value"][0]["id"], &members["value"][0]["displayName"]), (&json!(USER), &Value::Null));
}

#[tokio::test]
async fn roles_in_all_their_shapes() {
    let world = World::start().await;
    let (_, active) = world.get("/v1.0/directoryRoles").await;
    assert_eq!(active["value"].as_array().unwrap().len(), 1, "only roles that somebody holds");
    let (_, members) = world.get(&format!("/v1.0/directoryRoles(roleTemplateId='{GLOBAL_ADMIN}')/members")).await;
    assert_eq!(ids(&members), [ADMIN_USER]);
    let (_, definitions) =
        world.get(&format!("/v1.0/roleManagement/directory/roleDefinitions?$filter=templateId eq '{GLOBAL_ADMIN}'")).await;
    assert_eq!(definitions["value"][0]["displayName"], "Global Administrator");
    let (_, given) =
        world.get(&format!("/v1.0/roleManagement/directory/roleAssignments?$filter=principalId eq '{ADMIN_USER}'&$expand=principal")).await;
    assert_eq!(
        (&given["value"][0]["roleDefinitionId"], &given["value"][0]["principal"]["displayName"]),
        (&json!(GLOBAL_ADMIN), &json!("ada"))
    );
    assert_eq!(world.get("/v1.0/roleManagement/directory/roleAssignments").await.0, 400);
    let (_, templates) = world.get("/v1.0/directoryRoleTemplates").await;
    assert!(templates["value"].as_array().unwrap().len() > 20);
}

#[tokio::test]
async fn the_products_own_service_principal_and_the_organization() {
    let world = World::start().await;
    let (_, by_filter) = world.get(&format!("/v1.0/servicePrincipals?$filter=appId eq '{CLIENT}'")).await;
    let (_, by_key) = world.get(&format!("/v1.0/servicePrincipals(appId='{CLIENT}')")).await;
    assert_eq!((by_filter["value"].as_array().unwrap().len(), &by_filter["value"][0]["id"]), (1, &by_key["id"]));
    let (_, organization) = world.get("/v1.0/organization").await;
    let tenant = &organization["value"][0];
    assert_eq!((&tenant["id"], &tenant["displayName"]), (&json!(TENANT), &json!("Contoso")));
    let plans: Vec<_> = tenant["assignedPlans"].as_array().unwrap().iter().map(|plan| plan["servicePlanId"].as_str().unwrap()).collect();
    assert!(plans.contains(&"eec0eb4f-6444-4f95-aba0-50c24d67f998"), "P2");
    let (_, skus) = world.get("/v1.0/subscribedSkus").await;
    assert!(skus["value"].as_array().unwrap().iter().any(|sku| sku["skuPartNumber"] == "AAD_PREMIUM_P2"));
}

#[tokio::test]
async fn security_defaults_stand_in_the_way_of_enabled_policies() {
    let world = World::start().await;
    let path = "/v1.0/policies/identitySecurityDefaultsEnforcementPolicy";
    assert_eq!(world.get(path).await.1["isEnabled"], false);
    assert_eq!(world.patch(path, json!({"isEnabled": true})).await.0, 204);
    assert_eq!(world.get(path).await.1["isEnabled"], true);
    let policy = world.policy("Off").await;
    assert_eq!(world.patch(&policy, json!({"state": "enabled"})).await.0, 400);
}

#[tokio::test]
async fn strengths_and_contexts() {
    let world = World::start().await;
    for path in ["/v1.0/policies/authenticationStrengthPolicies", "/v1.0/identity/conditionalAccess/authenticationStrength/policies"] {
        assert_eq!(world.get(path).await.1["value"].as_array().unwrap().len(), 1, "{path}");
    }
    let (_, combinations) = world.get("/v1.0/identity/conditionalAccess/authenticationStrength/combinations").await;
    assert!(combinations["value"].as_array().unwrap().contains(&json!("fido2")));
    let strengths = "/v1.0/policies/authenticationStrengthPolicies";
    let (status, custom) =
        world.post(strengths, json!({"displayName": "Keys", "requirementsSatisfied": "mfa", "allowedCombinations": ["fido2"]})).await;
    assert_eq!(status, 201, "{custom}");
    let custom = format!("{strengths}/{}", custom["id"].as_str().unwrap());
    let (_, updated) =
        world.post(&format!("{custom}/updateAllowedCombinations"), json!({"allowedCombinations": ["windowsHelloForBusiness"]})).await;
    assert_eq!(
        (&updated["previousCombinations"], &updated["currentCombinations"]),
        (&json!(["fido2"]), &json!(["windowsHelloForBusiness"]))
    );
    assert_eq!(world.delete(&custom).await.0, 204);
    assert_eq!(world.delete(&format!("{strengths}/00000000-0000-0000-0000-000000000002")).await.0, 400, "built-in");

    let contexts = "/v1.0/identity/conditionalAccess/authenticationContextClassReferences";
    assert_eq!(world.get(&format!("{contexts}/c1")).await.1["displayName"], "Finance");
    assert_eq!(world.delete(&format!("{contexts}/c1")).await.0, 403, "published");
    assert_eq!(world.patch(&format!("{contexts}/c1"), json!({"isAvailable": false})).await.0, 204);
    assert_eq!(world.delete(&format!("{contexts}/c1")).await.0, 204);
    assert_eq!(world.post(contexts, json!({"id": "c100", "displayName": "x"})).await.0, 400);
    assert_eq!(world.post(contexts, json!({"id": "c2", "displayName": "x", "isAvailable": true})).await.0, 201);
}
