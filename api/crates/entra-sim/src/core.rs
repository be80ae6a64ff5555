//! The one mutable thing: the world behind a lock, with everything that watches over it. All of it is synchronous; the HTTP side calls it on blocking threads.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use domain::env::{Clock, Ids};
use serde_json::Value;
use uuid::Uuid;

use crate::config::{SimError, TenantSource};
use crate::fault::{Budgets, Faults};
use crate::ledger::{Effect, LedgerEntry, RequestLog};
use crate::persist::Journal;
use crate::seed::TenantSeed;
use crate::signins::{Late, SignIns};
use crate::state::{Lag, Op, Record, Tenant, World, tenant_from_seed};
use crate::token::SigningKey;

/// What every request shares.
pub(crate) struct Core {
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub key: SigningKey,
    pub throttle: bool,
    pub seed: u64,
    source: TenantSource,
    /// How far the simulated time runs ahead of `clock`, milliseconds. In memory only: a restart is back in the present.
    ahead_ms: AtomicI64,
    inner: Mutex<Inner>,
}

/// What changes.
pub(crate) struct Inner {
    pub world: World,
    pub journal: Journal,
    pub lag: Lag,
    pub faults: Faults,
    pub budgets: Budgets,
    pub requests: RequestLog,
    pub sign_ins: SignIns,
    /// Largest page of any collection, per tenant, when a test wants paging to be seen.
    pub page_caps: BTreeMap<Uuid, usize>,
    /// Sign-ins that don't show yet, per tenant.
    pub late_sign_ins: BTreeMap<Uuid, Late>,
}

/// A write as the ledger will tell it; number and time are added when it is accepted.
pub(crate) struct Draft {
    pub method: String,
    pub path: String,
    pub body: Value,
    pub client_request_id: Option<String>,
    pub client: Option<Uuid>,
    pub portal_user: Option<String>,
    pub effect: Effect,
}

impl Core {
    pub(crate) fn new(clock: Arc<dyn Clock>, ids: Arc<dyn Ids>, config: &crate::SimConfig, saved: Option<World>) -> Result<Core, SimError> {
        let world = match saved {
            Some(world) => world,
            None => World {
                seq: 0,
                signing_key: SigningKey::generate()?,
                tenants: beginning(&config.tenants, config.seed, clock.now()).into_iter().map(|tenant| (tenant.id, tenant)).collect(),
                ledger: Default::default(),
                ledger_seq: 0,
            },
        };
        let key = SigningKey::read(&world.signing_key)?;
        let journal = Journal::open(config.state_file.as_deref(), &world)?;
        let inner = Inner {
            world,
            journal,
            lag: Lag::default(),
            faults: Faults::default(),
            budgets: Budgets::default(),
            requests: RequestLog::default(),
            sign_ins: SignIns::default(),
            page_caps: BTreeMap::new(),
            late_sign_ins: BTreeMap::new(),
        };
        Ok(Core {
            clock,
            ids,
            key,
            throttle: config.throttle,
            seed: config.seed,
            source: config.tenants.clone(),
            ahead_ms: AtomicI64::new(0),
            inner: Mutex::new(inner),
        })
    }

    /// The world. A panic while it was held left it consistent: changes are applied only after they were journaled, in one go.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now() + TimeDelta::milliseconds(self.ahead_ms.load(Ordering::Relaxed))
    }

    /// Moves the simulated time forward: tokens expire, lag ends, the recycle bin empties.
    pub(crate) fn advance(&self, by: TimeDelta) {
        self.ahead_ms.fetch_add(by.num_milliseconds(), Ordering::Relaxed);
    }

    /// Back to the clock's own time.
    pub(crate) fn return_to_present(&self) {
        self.ahead_ms.store(0, Ordering::Relaxed);
    }

    /// The tenants as they are at the very start.
    pub(crate) fn beginning(&self) -> Vec<Tenant> {
        beginning(&self.source, self.seed, self.now())
    }

    pub(crate) fn random(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.ids.fill(&mut bytes);
        bytes
    }
}

fn beginning(source: &TenantSource, seed: u64, now: DateTime<Utc>) -> Vec<Tenant> {
    let seeds: Vec<TenantSeed> = match source {
        TenantSource::Seeded => crate::seed::tenants(seed, now),
        TenantSource::Empty => Vec::new(),
        TenantSource::Given(seeds) => seeds.clone(),
    };
    seeds.into_iter().map(|seed| tenant_from_seed(seed, now)).collect()
}

impl Inner {
    /// Makes a change durable, then real. On an error nothing happened.
    pub(crate) fn commit(&mut self, tenant: Uuid, ops: Vec<Op>, draft: Option<Draft>, now: DateTime<Utc>) -> Result<(), SimError> {
        let entry = draft.map(|draft| LedgerEntry {
            seq: self.world.ledger_seq + 1,
            at: now,
            tenant,
            method: draft.method,
            path: draft.path,
            body: draft.body,
            client_request_id: draft.client_request_id,
            client: draft.client,
            portal_user: draft.portal_user,
            effect: draft.effect,
        });
        let record = Record { seq: self.world.seq + 1, tenant, ops, entry };
        self.journal.append(&record)?;
        if let Some(tenant) = self.world.tenants.get(&tenant) {
            record.ops.iter().for_each(|op| self.lag.record(tenant, op, now));
        }
        self.world.apply(record);
        if let Err(error) = self.journal.compact(&self.world, false) {
            // Nothing is lost: the journal still has every record.
            tracing::warn!(%error, "the journal could not be folded into the snapshot");
        }
        Ok(())
    }
}
