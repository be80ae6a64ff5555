//! The directory audit: who changed Conditional Access, and when (graph-api.md section 14). Needs `AuditLog.Read.All`, which a sync can do
//! without.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;

use crate::budget::Class;
use crate::call::Call;
use crate::client::TenantGraph;
use crate::error::GraphError;

/// The most pages of one reading: the newest entries come first, and a page holds up to 1,000.
const MAX_PAGES: usize = 5;

/// One change of an object, as Entra recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyActivity {
    /// When it was done.
    pub at: DateTime<Utc>,
    /// Graph's ids of the objects that were changed.
    pub targets: Vec<String>,
    /// Who did it.
    pub initiator: Initiator,
}

/// Who did something: a user or an application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Initiator {
    /// Object id of the user or of the application's service principal.
    pub object_id: Option<String>,
    /// User principal name, or what else names it.
    pub name: Option<String>,
    /// The application's (client) id; `None` for a person.
    pub app_id: Option<String>,
}

impl TenantGraph {
    /// Changes of Conditional Access objects at or after `since` that took effect, newest first; at most 5,000, the oldest are left out.
    /// Entries come minutes late. [`GraphError::Forbidden`] without the permission.
    pub async fn directory_audits(&self, call: &Call, since: DateTime<Utc>) -> Result<Vec<PolicyActivity>, GraphError> {
        let since = since.to_rfc3339_opts(SecondsFormat::Secs, true);
        let filter = format!("activityDateTime%20ge%20{since}%20and%20loggedByService%20eq%20'Conditional%20Access'");
        let mut next = Some(self.url(&format!("/auditLogs/directoryAudits?$filter={filter}&$orderby=activityDateTime%20desc")));
        let mut found = Vec::new();
        for _ in 0..MAX_PAGES {
            let Some(url) = next else { break };
            let page = self.page(call, Class::Reports, url, &[]).await?;
            found.extend(page.items.iter().filter_map(read));
            next = page.next;
        }
        found.sort_by_key(|activity| std::cmp::Reverse(activity.at));
        Ok(found)
    }
}

/// `None` for an entry that says nothing usable: not in the category, failed, without a time or a target.
fn read(entry: &Value) -> Option<PolicyActivity> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let is = |name: &str, wanted: &str| entry.get(name).and_then(Value::as_str).is_none_or(|value| value.eq_ignore_ascii_case(wanted));
    if !is("category", "Policy") || !is("result", "success") {
        return None;
    }
    let at = DateTime::parse_from_rfc3339(entry.get("activityDateTime")?.as_str()?).ok()?;
    let targets: Vec<String> = entry.get("targetResources")?.as_array()?.iter().filter_map(|target| text(target, "id")).collect();
    let by = entry.get("initiatedBy").unwrap_or(&Value::Null);
    let initiator = match (by.get("user").filter(|user| user.is_object()), by.get("app").filter(|app| app.is_object())) {
        (Some(user), _) => Initiator {
            object_id: text(user, "id"),
            name: text(user, "userPrincipalName").or_else(|| text(user, "displayName")),
            app_id: None,
        },
        (None, Some(app)) => Initiator {
            object_id: text(app, "servicePrincipalId"),
            name: text(app, "displayName").or_else(|| text(app, "servicePrincipalName")),
            app_id: text(app, "appId"),
        },
        (None, None) => Initiator::default(),
    };
    (!targets.is_empty()).then_some(PolicyActivity { at: at.with_timezone(&Utc), targets, initiator })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry() -> Value {
        json!({
            "category": "Policy", "result": "success", "activityDateTime": "2026-11-21T10:00:00.5Z",
            "initiatedBy": {"app": null, "user": {"id": "u", "displayName": null, "userPrincipalName": "ada@contoso.com"}},
            "targetResources": [{"id": "p", "type": "Policy"}],
        })
    }

    #[test]
    fn a_person_and_an_application_are_told_apart() {
        let person = read(&entry()).unwrap();
        assert_eq!(person.targets, ["p"]);
        assert_eq!(person.at.to_rfc3339(), "2026-11-21T10:00:00.500+00:00");
        let named = |object_id: &str, name: &str, app_id: Option<&str>| Initiator {
            object_id: Some(object_id.to_owned()),
            name: Some(name.to_owned()),
            app_id: app_id.map(str::to_owned),
        };
        assert_eq!(person.initiator, named("u", "ada@contoso.com", None));
        let mut entry = entry();
        entry["initiatedBy"] = json!({"user": null, "app": {"appId": "a", "displayName": "Tool", "servicePrincipalId": "s"}});
        assert_eq!(read(&entry).unwrap().initiator, named("s", "Tool", Some("a")));
        entry["initiatedBy"] = Value::Null;
        assert_eq!(read(&entry).unwrap().initiator, Initiator::default());
    }

    #[test]
    fn what_failed_or_is_something_else_is_left_out() {
        for (member, value) in [
            ("result", json!("failure")),
            ("category", json!("UserManagement")),
            ("activityDateTime", json!("yesterday")),
            ("targetResources", json!([])),
            ("targetResources", json!([{"id": null}])),
        ] {
            let mut entry = entry();
            entry[member] = value;
            assert_eq!(read(&entry), None, "{member}");
        }
    }
}
