//! Where a story takes place: a company in the simulated cloud, a server that has imported it, and the clock of both.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use app::settings::{RolloutSettings, Settings, SignInSettings};
use chrono::{DateTime, TimeDelta, Utc};
use domain::env::Clock;
use entra_sim::ca::create_policy;
use entra_sim::seed::{self, TenantSeed};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::api::Api;
use super::{DemoError, Told};
use crate::config::Config;
use crate::system::MovableClock;
use crate::wire::{Embedded, settings};

/// A Monday, before people come to work: the same company does the same things each time that a story is told.
const START_S: i64 = 1_789_963_200;
/// The company of the simulated cloud that is large enough for five phases.
const COMPANY: &str = "Meridian Parcel Group";
/// How long anything may take by the wall clock.
const WITHIN: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(40);
/// Longer than any jump of the clock: what is under way at a jump is not taken for dead.
const OUTLASTS_JUMPS: Duration = Duration::from_secs(24 * 3_600);
/// Sign-ins younger than this are left for the next reading.
const SETTLE: Duration = Duration::from_secs(60);
/// The group that no policy may lock out.
const EMERGENCY: &str = "CA-BreakGlassAccounts";
/// How old the company's policies are.
const AGE: TimeDelta = TimeDelta::days(60);
/// The policy that is to be rolled out.
pub(super) const ORIGINAL: &str = "Require multifactor authentication for everybody";

/// A story's world.
pub(super) struct World {
    pub(super) api: Api,
    /// The tenant in the API.
    pub(super) tenant: String,
    /// The tenant in Entra.
    pub(super) entra: Uuid,
    /// The policy in the API.
    pub(super) policy: String,
    /// Groups by their names.
    pub(super) groups: BTreeMap<String, Uuid>,
    clock: Arc<MovableClock>,
    /// When the story must be over.
    pub(super) latest: DateTime<Utc>,
    embedded: Embedded,
    // Removed last.
    _folder: TempDir,
}

impl World {
    /// Starts everything and imports the company with a week of its sign-ins; `days` is what the story may take.
    pub(super) async fn start(config: &Config, days: u32) -> Told<Self> {
        let folder = tempfile::tempdir().map_err(|cause| refused("a folder", &cause))?;
        let clock = Arc::new(MovableClock::starting_at(DateTime::from_timestamp(START_S, 0).unwrap_or_default()));
        let config = embedded_config(config, &folder);
        let company = company(&config, clock.now())?;
        let groups = group_names(&company);
        let entra = company.tenant_id;
        let application =
            company.apps.first().map(|app| json!({ "entraTenantId": entra, "clientId": app.client_id, "clientSecret": app.secret }));
        let embedded =
            Embedded::start(&config, clock.clone(), waits(&config), company).await.map_err(|cause| refused("the start", &cause))?;
        let api = Api::new(&embedded.api, &embedded.cloud, &embedded.token)?;
        let (tenant, policy) = (String::new(), String::new());
        let mut world = World {
            api,
            tenant,
            entra,
            policy,
            groups,
            latest: clock.now() + TimeDelta::days(i64::from(days)),
            clock,
            embedded,
            _folder: folder,
        };
        let connected = world.api.mutate("connectTenant", application.unwrap_or_default(), "tenant { id }").await?;
        world.tenant = text(&connected, "/tenant/id");
        world.import().await?;
        Ok(world)
    }

    /// The simulated time.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Pulls a string of the company's tenant.
    pub(super) async fn pull(&self, method: &'static str, path: &str, body: Value) -> Told<Value> {
        self.api.pull(method, &format!("/tenants/{}{path}", self.entra), body).await
    }

    /// Lets time pass, and waits until the server has read the sign-ins of it.
    pub(super) async fn pass(&self, time: TimeDelta) -> Told<()> {
        self.clock.advance(time);
        let read = self.now() - TimeDelta::from_std(SETTLE * 2).unwrap_or_default();
        let until = Instant::now() + WITHIN;
        while Instant::now() < until {
            if self.data_through().await?.is_some_and(|through| through >= read) {
                return Ok(());
            }
            sleep(LOOK_EVERY).await;
        }
        Err(DemoError::Late(format!("the reading of sign-ins up to {read}")))
    }

    /// Waits by the wall clock for what `look` finds.
    pub(super) async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut(&World) -> Told<Option<T>>) -> Told<T> {
        let until = Instant::now() + WITHIN;
        while Instant::now() < until {
            if let Some(found) = look(self).await? {
                return Ok(found);
            }
            sleep(LOOK_EVERY).await;
        }
        Err(DemoError::Late(what.to_owned()))
    }

    /// Stops it and removes what it left.
    pub(super) async fn stop(self) {
        self.embedded.stop().await;
    }

    /// Up to where sign-ins were read; `None` while a reading is under way: its end after a jump would be taken for a reading of that time.
    async fn data_through(&self) -> Told<Option<DateTime<Utc>>> {
        let seen =
            self.api.ask("query($id: ID!) { tenant(id: $id) { signInLog { state dataThrough } } }", json!({ "id": self.tenant })).await?;
        let log = seen.pointer("/tenant/signInLog").filter(|log| log["state"] == "READ");
        let through = log.and_then(|log| log["dataThrough"].as_str());
        Ok(through.and_then(|text| DateTime::parse_from_rfc3339(text).ok()).map(|at| at.to_utc()))
    }

    /// Snapshot, people and sign-ins; and who must never be locked out.
    async fn import(&mut self) -> Told<()> {
        let query = "query($id: ID!) { tenant(id: $id) { importedAt revision people { asOf } \
                     policies(first: 50) { nodes { id displayName } } } }";
        let look = async |world: &World| {
            let seen = world.api.ask(query, json!({ "id": world.tenant })).await?;
            let ready = !seen.pointer("/tenant/importedAt").is_none_or(Value::is_null)
                && !seen.pointer("/tenant/people/asOf").is_none_or(Value::is_null);
            Ok(ready.then_some(seen))
        };
        let seen = self.until("the import of the company", look).await?;
        let policies = seen.pointer("/tenant/policies/nodes").and_then(Value::as_array).cloned().unwrap_or_default();
        let original = policies.iter().find(|policy| policy["displayName"] == ORIGINAL);
        self.policy = original.map(|policy| text(policy, "/id")).unwrap_or_default();
        let emergency = json!({
            "id": self.tenant, "expectedRevision": seen.pointer("/tenant/revision"), "objectIds": [self.groups.get(EMERGENCY)],
        });
        self.api.mutate("setEmergencyAccess", emergency, "tenant { id }").await?;
        self.api.mutate("readSignIns", json!({ "id": self.tenant }), "tenant { id }").await?;
        self.pass(TimeDelta::zero()).await
    }
}

/// The configured database where one is given, a throwaway one otherwise; no port, key or file that anything else uses.
fn embedded_config(config: &Config, folder: &TempDir) -> Config {
    let mut embedded = Config { data_dir: folder.path().join("data"), database_url: config.database_url.clone(), ..Config::default() };
    embedded.listen.set_port(0);
    embedded.simulate.seed = config.simulate.seed;
    embedded.workers.count = 2;
    embedded.workers.applies = 2;
    embedded
}

/// Nothing that is measured in days is shortened: time passes faster. What is under way at a jump of the clock outlasts it.
fn waits(config: &Config) -> Settings {
    Settings {
        lease: OUTLASTS_JUMPS,
        apply_deadline: OUTLASTS_JUMPS,
        verify_window: OUTLASTS_JUMPS,
        idle_poll: Duration::from_millis(100),
        stream_poll: Duration::from_millis(100),
        // Snapshots follow the changes; nothing else happens in this tenant but by the story.
        sync_interval: None,
        people_interval: Some(Duration::from_secs(30 * 24 * 3_600)),
        sign_ins: SignInSettings {
            interval: None,
            retention_days: 8,
            overlap: Duration::from_secs(300),
            settle: SETTLE,
            ..SignInSettings::default()
        },
        rollouts: RolloutSettings { poll: Duration::from_millis(100), ..RolloutSettings::default() },
        ..settings(config)
    }
}

/// The company with the story's policies in the place of its own; they are old enough for Entra to have told what they do.
fn company(config: &Config, now: DateTime<Utc>) -> Told<TenantSeed> {
    let tenants = seed::tenants(config.simulate.seed, now).into_iter();
    let found = tenants.into_iter().find(|tenant| tenant.display_name == COMPANY);
    let mut company = found.ok_or_else(|| DemoError::Late(format!("the appearance of {COMPANY}")))?;
    company.policies.clear();
    for (number, policy) in policies(&group_names(&company)).into_iter().enumerate() {
        let id = Uuid::from_u128(company.tenant_id.as_u128() ^ (number as u128 + 1));
        let stored = create_policy(&policy, &company, id, now - AGE).map_err(|cause| refused("a policy of the company", &cause.message))?;
        company.policies.push(stored);
    }
    Ok(company)
}

fn group_names(company: &TenantSeed) -> BTreeMap<String, Uuid> {
    let group = |group: &Value| Some((group["displayName"].as_str()?.to_owned(), Uuid::parse_str(group["id"].as_str()?).ok()?));
    company.groups.iter().filter_map(group).collect()
}

/// The original, and policies by which the company's groups are known: one in force, one that is off.
fn policies(groups: &BTreeMap<String, Uuid>) -> [Value; 3] {
    let id = |name: &str| json!(groups.get(name));
    let departments: Vec<Value> = groups.iter().filter(|(name, _)| name.starts_with("Department ")).map(|(_, id)| json!(id)).collect();
    let clients = json!(["browser", "mobileAppsAndDesktopClients"]);
    let mfa = json!({ "operator": "OR", "builtInControls": ["mfa"] });
    let policy = |name: &str, state: &str, users: Value, grant: &Value, session: Value| {
        json!({
            "displayName": name, "state": state, "grantControls": grant, "sessionControls": session,
            "conditions": { "users": users, "applications": { "includeApplications": ["All"] }, "clientAppTypes": clients },
        })
    };
    let everybody = json!({ "includeUsers": ["All"], "excludeGroups": [id(EMERGENCY)] });
    let admins = json!({ "includeGroups": [id("IT Administrators")], "excludeGroups": [id(EMERGENCY)] });
    let staff = json!({ "includeGroups": departments, "excludeGroups": [id("External Staff"), id("Partner Guests")] });
    let daily = json!({ "signInFrequency": { "isEnabled": true, "type": "hours", "value": 12, "frequencyInterval": "timeBased" } });
    [
        policy(ORIGINAL, "enabledForReportingButNotEnforced", everybody, &mfa, Value::Null),
        policy("Require multifactor authentication for administrators", "enabled", admins, &mfa, Value::Null),
        policy("Sign in again twice a day", "disabled", staff, &Value::Null, daily),
    ]
}

fn refused(what: &str, cause: &dyn Display) -> DemoError {
    DemoError::Refused { what: what.to_owned(), cause: cause.to_string() }
}

/// A text of an answer; empty where it has none.
pub(super) fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
