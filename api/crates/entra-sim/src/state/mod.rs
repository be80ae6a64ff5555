//! Everything the simulated cloud knows: plain data, changed only by [`Op`]s, so that a journal of operations rebuilds it exactly.

mod lag;
mod op;
mod reader;
mod seeded;
mod view;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

pub(crate) use lag::Lag;
pub(crate) use op::{Op, Record};
pub(crate) use reader::Reader;
pub(crate) use seeded::{derived, service_principal, tenant_from_seed};
pub(crate) use view::View;

use crate::ledger::LedgerEntry;
use crate::seed::Licences;

/// A collection of objects with ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    Policy,
    DeletedPolicy,
    Location,
    DeletedLocation,
    Strength,
    Context,
    Terms,
    User,
    Group,
    ServicePrincipal,
    Audit,
}

/// An application registration as one tenant sees it, with its credentials.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct App {
    pub client_id: Uuid,
    /// Object id of its service principal: the token's `oid`.
    pub object_id: Uuid,
    pub display_name: String,
    pub secrets: Vec<AppSecret>,
    /// Certificates, base64 DER.
    pub certificates: Vec<String>,
    /// Application permissions that an administrator consented to.
    pub roles: BTreeSet<String>,
    /// False once the administrator removed the service principal: no tokens, and live ones stop working.
    pub installed: bool,
}

/// A client secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AppSecret {
    pub value: String,
    pub expires_at: Option<DateTime<Utc>>,
}

/// A principal's directory role.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RoleAssignment {
    pub id: String,
    /// Template id of the role.
    pub role: String,
    pub principal: String,
}

/// One tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tenant {
    pub id: Uuid,
    pub display_name: String,
    pub domain: String,
    pub created_at: DateTime<Utc>,
    pub licences: Licences,
    pub security_defaults: bool,
    /// In the seed's order: the product's application first.
    pub apps: Vec<App>,
    pub objects: BTreeMap<Kind, BTreeMap<String, Value>>,
    /// Direct members by group.
    pub members: BTreeMap<String, BTreeSet<String>>,
    pub role_assignments: Vec<RoleAssignment>,
}

impl Tenant {
    pub(crate) fn app(&self, client_id: Uuid) -> Option<&App> {
        self.apps.iter().find(|app| app.client_id == client_id)
    }

    pub(crate) fn get(&self, kind: Kind, id: &str) -> Option<&Value> {
        self.objects.get(&kind)?.get(&id.to_lowercase())
    }

    pub(crate) fn all(&self, kind: Kind) -> impl Iterator<Item = &Value> {
        self.objects.get(&kind).into_iter().flat_map(BTreeMap::values)
    }

    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.objects.get(&kind).map_or(0, BTreeMap::len)
    }

    pub(crate) fn put(&mut self, kind: Kind, value: Value) {
        let id = value["id"].as_str().unwrap_or_default().to_lowercase();
        self.objects.entry(kind).or_default().insert(id, value);
    }
}

/// All tenants, the ledger, and the keys that sign tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct World {
    /// Number of the last record applied.
    pub seq: u64,
    /// PKCS#8 DER of the token signing key, base64.
    pub signing_key: String,
    pub tenants: BTreeMap<Uuid, Tenant>,
    pub ledger: VecDeque<LedgerEntry>,
    /// Number of the last ledger entry.
    pub ledger_seq: u64,
}

impl World {
    /// A tenant by id or by verified domain.
    pub(crate) fn find_tenant(&self, name: &str) -> Option<&Tenant> {
        match Uuid::try_parse(name) {
            Ok(id) => self.tenants.get(&id),
            Err(_) => self.tenants.values().find(|tenant| tenant.domain.eq_ignore_ascii_case(name)),
        }
    }
}
