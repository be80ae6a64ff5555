//! Guests said twice. Graph answers a choice of every kind of guest together with the old token `GuestsOrExternalUsers` (real tenants of 2022 to
//! 2024, seven documents of the published sets), and refuses the two together in a write (ca-semantics.md sections 3 and 15, TF#1196).

use serde_json::{Map, Value};

use super::fields::GUEST_TYPES;

const TOKEN: &str = "GuestsOrExternalUsers";

/// The lists of users, each with the choice of guest types beside it.
const SIDES: [(&str, &str); 2] = [("includeUsers", "includeGuestsOrExternalUsers"), ("excludeUsers", "excludeGuestsOrExternalUsers")];

/// Takes the token out of each list of `conditions.users` beside which the choice means the same: every kind of guest, of every tenant. A list
/// that is left empty goes.
pub(crate) fn say_guests_once(users: &mut Map<String, Value>) {
    for (list, choice) in SIDES {
        if users.get(choice).is_some_and(everybody) {
            let Some(Value::Array(items)) = users.get_mut(list) else { continue };
            items.retain(|item| !is_token(item));
            if items.is_empty() {
                users.remove(list);
            }
        }
    }
}

/// Takes the token out of lists that are to be sent, where the document holds the same choice beside them: an empty list stays, because it
/// clears what is there.
pub(crate) fn send_guests_once(lists: &mut Map<String, Value>, users: &Map<String, Value>) {
    for (list, choice) in SIDES {
        let chosen = lists.get(choice).or_else(|| users.get(choice));
        if chosen.is_some_and(everybody)
            && let Some(Value::Array(items)) = lists.get_mut(list)
        {
            items.retain(|item| !is_token(item));
        }
    }
}

fn is_token(item: &Value) -> bool {
    item.as_str().is_some_and(|text| text.eq_ignore_ascii_case(TOKEN))
}

/// Every kind of guest, whatever its tenant. The types come as one text from Graph, as a list in the canonical form.
fn everybody(choice: &Value) -> bool {
    let types: Vec<&str> = match choice.get("guestOrExternalUserTypes") {
        Some(Value::String(text)) => text.split(',').map(str::trim).collect(),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => return false,
    };
    let kinds = GUEST_TYPES.iter().filter(|kind| **kind != "none");
    let tenants = choice.get("externalTenants").filter(|tenants| !tenants.is_null());
    let some = tenants.is_some_and(|tenants| {
        tenants.get("membershipKind").and_then(Value::as_str) == Some("enumerated")
            || tenants.get("@odata.type").and_then(Value::as_str).is_some_and(|name| name.ends_with("EnumeratedExternalTenants"))
    });
    !some && kinds.into_iter().all(|kind| types.iter().any(|given| given.eq_ignore_ascii_case(kind)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ALL: &str = "internalGuest,b2bCollaborationGuest,b2bCollaborationMember,b2bDirectConnectUser,otherExternalUser,serviceProvider";

    fn once(users: &Value) -> Value {
        let mut users = users.as_object().cloned().unwrap_or_default();
        say_guests_once(&mut users);
        users.into()
    }

    #[test]
    fn the_token_goes_only_where_the_choice_means_the_same() {
        let all = json!({ "guestOrExternalUserTypes": ALL, "externalTenants": { "membershipKind": "all" } });
        let said_twice = json!({ "excludeUsers": ["GuestsOrExternalUsers", "1"], "excludeGuestsOrExternalUsers": all });
        assert_eq!(once(&said_twice)["excludeUsers"], json!(["1"]));
        let alone = json!({ "includeUsers": ["guestsorexternalusers"], "includeGuestsOrExternalUsers": all });
        assert_eq!(once(&alone).get("includeUsers"), None);
        for other in [
            json!({ "excludeUsers": ["GuestsOrExternalUsers"] }),
            json!({ "excludeUsers": ["GuestsOrExternalUsers"], "excludeGuestsOrExternalUsers": null }),
            json!({ "excludeUsers": ["GuestsOrExternalUsers"], "includeGuestsOrExternalUsers": all }),
            json!({ "excludeUsers": ["GuestsOrExternalUsers"], "excludeGuestsOrExternalUsers": { "guestOrExternalUserTypes": "internalGuest" } }),
            json!({ "excludeUsers": ["GuestsOrExternalUsers"], "excludeGuestsOrExternalUsers": { "guestOrExternalUserTypes": ALL,
                "externalTenants": { "membershipKind": "enumerated", "members": ["x"] } } }),
        ] {
            assert_eq!(once(&other), other);
        }
    }
}
