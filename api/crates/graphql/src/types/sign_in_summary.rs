//! Rows of the summaries of sign-ins.

use std::sync::Arc;

use app::{MAX_SUMMARIES, SummaryPlace};
use async_graphql::connection::PageInfo;
use async_graphql::{ID, Object, Result, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use domain::id::TenantId;
use domain::signin::{Device, DeviceAttributes, Target, Traits};
use domain::summary::{Asked, Chunk, Outcome, Person};

use crate::fault::{Nullable, bad_input, found};
use crate::scalars::DateTime;
use crate::scope::Scope;

/// A page of summary rows: at most 1,000.
#[derive(SimpleObject)]
pub struct SignInSummaryPage {
    /// The rows, by day; at most 1,000. Rows of one day may be alike in everything but `signIns`: add them up.
    nodes: Vec<SignInSummary>,
    /// Where this page is in the list.
    page_info: PageInfo,
}

/// A page of a tenant's rows; `None` where there is no such tenant.
pub async fn summaries(
    scope: &Scope,
    tenant: TenantId,
    first: Option<i32>,
    after: Option<&str>,
    (from, to): (Option<DateTime>, Option<DateTime>),
) -> Nullable<SignInSummaryPage> {
    let asked = size(first).and_then(|first| Ok((first, after.map(place).transpose()?)));
    let (first, after) = match asked {
        Ok(asked) => asked,
        Err(error) => return Some(Err(error)),
    };
    let days = from.map_or(NaiveDate::MIN, |from| from.0.date_naive())..=to.map_or(NaiveDate::MAX, |to| to.0.date_naive());
    let page = match found(scope.app.sign_in_summaries(&scope.actor, tenant, days, after, first).await)? {
        Ok(page) => page,
        Err(error) => return Some(Err(error)),
    };
    let (mut nodes, mut start_cursor, mut end_cursor) = (Vec::new(), None, None);
    for (part, chunk, rows) in page.stretches {
        let chunk = Arc::new(chunk);
        for row in rows {
            end_cursor = Some(cursor(&SummaryPlace { day: chunk.day, part, row: row as u32 }));
            start_cursor.get_or_insert_with(|| end_cursor.clone());
            nodes.push(SignInSummary { chunk: chunk.clone(), row });
        }
    }
    let page_info =
        PageInfo { has_previous_page: after.is_some(), has_next_page: page.has_next, start_cursor: start_cursor.flatten(), end_cursor };
    Some(Ok(SignInSummaryPage { nodes, page_info }))
}

fn size(first: Option<i32>) -> Result<usize> {
    let Some(first) = first else { return Ok(100) };
    usize::try_from(first)
        .ok()
        .filter(|size| (1..=MAX_SUMMARIES).contains(size))
        .ok_or_else(|| bad_input(format!("first must be between 1 and {MAX_SUMMARIES}, it is {first}.")))
}

fn cursor(place: &SummaryPlace) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}/{}/{}", place.day, place.part, place.row))
}

fn place(cursor: &str) -> Result<SummaryPlace> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let read = text.as_deref().and_then(|text| {
        let mut parts = text.splitn(3, '/');
        Some(SummaryPlace { day: parts.next()?.parse().ok()?, part: parts.next()?.parse().ok()?, row: parts.next()?.parse().ok()? })
    });
    read.ok_or_else(|| bad_input("the cursor is not one of this list's"))
}

/// Sign-ins of one day that were alike in everything that a policy can test, and in how they ended.
pub struct SignInSummary {
    chunk: Arc<Chunk>,
    row: usize,
}

impl SignInSummary {
    fn person(&self) -> &Person {
        &self.chunk.people[self.chunk.rows.person[self.row] as usize]
    }

    fn asked(&self) -> &Asked {
        &self.chunk.targets[self.chunk.rows.target[self.row] as usize]
    }

    fn place(&self) -> &domain::signin::Place {
        &self.chunk.places[self.chunk.rows.place[self.row] as usize]
    }

    fn device(&self) -> Option<&Device> {
        self.chunk.devices[self.chunk.rows.device[self.row] as usize].as_ref()
    }

    fn attributes(&self) -> Option<&DeviceAttributes> {
        match self.device()? {
            Device::Registered(attributes) => Some(attributes),
            Device::Unregistered => None,
        }
    }

    fn traits(&self) -> &Traits {
        &self.chunk.traits[self.chunk.rows.traits[self.row] as usize]
    }

    fn outcome(&self) -> &Outcome {
        &self.chunk.outcomes[self.chunk.rows.outcome[self.row] as usize]
    }
}

/// Sign-ins of one day that were alike in everything that a policy can test, and in how they ended. `null` is "the log doesn't tell". Closed
/// sets are spelt as Microsoft Graph spells them.
#[Object]
impl SignInSummary {
    /// The day in UTC: `2026-11-21`.
    async fn day(&self) -> String {
        self.chunk.day.to_string()
    }

    /// How many sign-ins.
    async fn sign_ins(&self) -> i64 {
        i64::from(self.chunk.rows.sign_ins[self.row])
    }

    /// Object id in Entra of the user or service principal. Not an id of this API.
    async fn principal_id(&self) -> ID {
        ID(self.person().id.to_string())
    }

    /// User principal name, or the service principal's name.
    async fn principal_name(&self) -> &str {
        &self.person().name
    }

    /// A service principal signed in, not a user.
    async fn workload(&self) -> bool {
        self.person().workload
    }

    /// Member or which kind of guest (`member`, `b2bCollaborationGuest`, ..).
    async fn user_kind(&self) -> Option<&'static str> {
        self.person().kind.map(|kind| kind.as_str())
    }

    /// Application id of what was asked for; `null` for a user action.
    async fn resource_id(&self) -> Option<&str> {
        match &self.asked().target {
            Target::Resource(id) => Some(id),
            Target::Action(_) => None,
        }
    }

    /// The user action that was asked for; `null` for a resource.
    async fn user_action(&self) -> Option<&'static str> {
        match &self.asked().target {
            Target::Resource(_) => None,
            Target::Action(action) => Some(action.as_str()),
        }
    }

    /// Name of what was asked for.
    async fn resource_name(&self) -> &str {
        &self.asked().name
    }

    /// Application id of the client.
    async fn client_id(&self) -> &str {
        &self.asked().client_id
    }

    /// Public address.
    async fn ip_address(&self) -> Option<String> {
        self.place().ip.map(|ip| ip.to_string())
    }

    /// Country by the address, ISO 3166-1 alpha-2.
    async fn country(&self) -> Option<&str> {
        self.place().country.as_ref()?.as_deref()
    }

    /// Whether Entra knows the device.
    async fn device_registered(&self) -> Option<bool> {
        self.device().map(|device| *device != Device::Unregistered)
    }

    /// Entra's id of the device.
    async fn device_id(&self) -> Option<&str> {
        self.attributes()?.device_id.as_deref()
    }

    /// Whether the device complied.
    async fn device_compliant(&self) -> Option<bool> {
        self.attributes()?.compliant
    }

    /// How the device is joined (`AzureAD`, `ServerAD`, `Workplace`).
    async fn device_trust(&self) -> Option<&'static str> {
        self.attributes()?.trust.map(|trust| trust.as_str())
    }

    /// The client, as `clientAppTypes` names it.
    async fn client_app(&self) -> Option<&'static str> {
        self.traits().client.map(|client| client.as_str())
    }

    /// The platform; `null` also where the user agent tells none.
    async fn platform(&self) -> Option<&'static str> {
        self.traits().platform.flatten().map(|platform| platform.as_str())
    }

    /// Authentication contexts that were asked for, at most 99.
    async fn authentication_contexts(&self) -> Option<Vec<&String>> {
        self.traits().contexts.as_ref().map(|contexts| contexts.iter().collect())
    }

    /// Risk of the sign-in.
    async fn sign_in_risk(&self) -> Option<&'static str> {
        self.traits().sign_in_risk.map(|risk| risk.as_str())
    }

    /// How the session was handed over (`deviceCodeFlow`, `authenticationTransfer`); `null` also where it was not.
    async fn transfer_method(&self) -> Option<&'static str> {
        self.traits().transfer.flatten().map(|transfer| transfer.as_str())
    }

    /// Whether a second factor was proven.
    async fn mfa(&self) -> Option<bool> {
        self.traits().proofs.mfa
    }

    /// `status.errorCode`; 0 is a success.
    async fn error_code(&self) -> i32 {
        self.outcome().error_code
    }

    /// `conditionalAccessStatus`.
    async fn conditional_access_status(&self) -> &'static str {
        self.outcome().status.as_str()
    }

    /// Whether the log listed policies at all: without the permission to read policies it lists none.
    async fn policy_results_told(&self) -> bool {
        self.outcome().told
    }

    /// What policies made of it, at most 2,000; those that did not apply are left out.
    async fn policy_results(&self) -> Vec<SignInPolicyResult> {
        let results = self.outcome().results.iter();
        results.map(|(policy, result)| SignInPolicyResult { graph_id: ID(policy.to_string()), result: result.as_str() }).collect()
    }
}

/// What one policy made of a sign-in.
#[derive(SimpleObject)]
pub struct SignInPolicyResult {
    /// Graph's id of the policy, a GUID. Not an id of this API.
    graph_id: ID,
    /// `result` as Graph spells it, such as `reportOnlyInterrupted`.
    result: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_no_other_text_is_one() {
        let there = SummaryPlace { day: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(), part: 7, row: 999 };
        assert_eq!(place(&cursor(&there)).unwrap(), there);
        for other in
            ["", "x", "MjAyNi0xMS0yMQ", "LzEvMg", &URL_SAFE_NO_PAD.encode("2026-11-21/1/2/3"), &URL_SAFE_NO_PAD.encode("2026-11-21/1/-2")]
        {
            assert!(place(other).is_err(), "{other}");
        }
    }

    #[test]
    fn pages_are_bounded() {
        assert_eq!((size(None).unwrap(), size(Some(1)).unwrap(), size(Some(1_000)).unwrap()), (100, 1, 1_000));
        assert!(size(Some(0)).is_err() && size(Some(1_001)).is_err() && size(Some(-1)).is_err());
    }
}
