//! `causeway sign-ins`: summaries handed out without the server.

use std::io::{BufWriter, Write};
use std::ops::RangeInclusive;
use std::process::ExitCode;

use chrono::NaiveDate;
use domain::id::{TenantId, WorkspaceId};
use domain::signin::{Device, Target};
use domain::summary::{Chunk, fold};
use serde_json::{Value, json};
use store::{Store, StoreError, decode_chunk};
use uuid::Uuid;

use super::commands::complain;
use super::parts::open;
use crate::cli::{SignInsCommand, StartError};
use crate::config::Config;

/// Runs it.
pub async fn run(config: &Config, what: SignInsCommand) -> Result<ExitCode, StartError> {
    let SignInsCommand::Export { tenant, from, to, workspace } = what;
    let store = open(config).await?;
    let done = export(&store, tenant, workspace, from.unwrap_or(NaiveDate::MIN)..=to.unwrap_or(NaiveDate::MAX)).await;
    store.close().await.map_err(|error| StartError::part("the database did not close cleanly")(&error))?;
    done.map_err(|error| StartError::part("the summaries cannot be read")(&error))
}

async fn export(store: &Store, entra: Uuid, only: Option<Uuid>, days: RangeInclusive<NaiveDate>) -> Result<ExitCode, StoreError> {
    let (workspace, tenant) = match find(store, entra, only).await?.as_slice() {
        [found] => *found,
        [] => {
            complain(&format!("no tenant {entra} is connected"));
            return Ok(ExitCode::from(2));
        }
        _ => {
            complain(&format!("tenant {entra} is connected in several workspaces: add --workspace"));
            return Ok(ExitCode::from(2));
        }
    };
    let reader = store.reader();
    let mut out = BufWriter::new(std::io::stdout());
    for day in reader.sign_in_days(workspace, tenant, &days).await? {
        let bodies = reader.sign_in_bodies(workspace, tenant, day).await?;
        let parts = bodies.iter().map(|body| decode_chunk(body)).collect::<Result<Vec<Chunk>, _>>()?;
        let Some(chunk) = fold::merge(parts) else { continue };
        for row in 0..chunk.rows.sign_ins.len() {
            // A reader that has gone away (`| head`) is no error.
            if writeln!(out, "{}", line(&chunk, row)).is_err() {
                return Ok(ExitCode::SUCCESS);
            }
        }
    }
    let _ = out.flush();
    Ok(ExitCode::SUCCESS)
}

async fn find(store: &Store, entra: Uuid, only: Option<Uuid>) -> Result<Vec<(WorkspaceId, TenantId)>, StoreError> {
    let mut found = Vec::new();
    for workspace in store.reader().workspaces().await? {
        if only.is_none_or(|only| only == workspace.id.0)
            && let Some(tenant) = store.reader().tenant_by_entra_id(workspace.id, entra).await?
        {
            found.push((workspace.id, tenant.id));
        }
    }
    Ok(found)
}

/// One row with everything that its dictionaries say; `null` is "the log doesn't tell".
fn line(chunk: &Chunk, row: usize) -> Value {
    let rows = &chunk.rows;
    let person = &chunk.people[rows.person[row] as usize];
    let asked = &chunk.targets[rows.target[row] as usize];
    let place = &chunk.places[rows.place[row] as usize];
    let traits = &chunk.traits[rows.traits[row] as usize];
    let outcome = &chunk.outcomes[rows.outcome[row] as usize];
    let (registered, device) = match &chunk.devices[rows.device[row] as usize] {
        None => (None, None),
        Some(Device::Unregistered) => (Some(false), None),
        Some(Device::Registered(attributes)) => (Some(true), Some(attributes)),
    };
    let (resource, action) = match &asked.target {
        Target::Resource(id) => (Some(id), None),
        Target::Action(action) => (None, Some(action)),
    };
    let results = outcome.results.iter().map(|(policy, result)| json!({ "policyId": policy, "result": result }));
    json!({
        "day": chunk.day.to_string(),
        "signIns": rows.sign_ins[row],
        "principalId": person.id,
        "principalName": person.name,
        "workload": person.workload,
        "userKind": person.kind,
        "homeTenantId": person.home_tenant,
        "resourceId": resource,
        "userAction": action,
        "resourceName": asked.name,
        "clientId": asked.client_id,
        "ipAddress": place.ip,
        "country": place.country.as_ref().and_then(Option::as_ref),
        "deviceRegistered": registered,
        "deviceId": device.and_then(|device| device.device_id.as_ref()),
        "deviceName": device.and_then(|device| device.display_name.as_ref()),
        "deviceCompliant": device.and_then(|device| device.compliant),
        "deviceManaged": device.and_then(|device| device.managed),
        "deviceTrust": device.and_then(|device| device.trust),
        "clientApp": traits.client,
        "platform": traits.platform.flatten(),
        "authenticationContexts": traits.contexts,
        "signInRisk": traits.sign_in_risk,
        "transferMethod": traits.transfer.flatten(),
        "mfa": traits.proofs.mfa,
        "combinations": traits.proofs.combinations,
        "errorCode": outcome.error_code,
        "conditionalAccessStatus": outcome.status,
        "policyResultsTold": outcome.told,
        "policyResults": results.collect::<Vec<_>>(),
    })
}
