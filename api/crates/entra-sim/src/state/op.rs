//! The operations that change the world, and the records that carry them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{App, Kind, Tenant, World};
use crate::ledger::{LedgerEntry, MAX_ENTRIES};

/// One change. Applying the same sequence to the same world gives the same world.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "camelCase")]
pub(crate) enum Op {
    Put {
        kind: Kind,
        value: Value,
    },
    Remove {
        kind: Kind,
        id: String,
    },
    AddMember {
        group: String,
        member: String,
    },
    RemoveMember {
        group: String,
        member: String,
    },
    SecurityDefaults {
        enabled: bool,
    },
    PutApp {
        app: App,
    },
    PutTenant {
        tenant: Box<Tenant>,
    },
    /// Everything as after the first start; carries the new beginning.
    Reset {
        tenants: Vec<Tenant>,
    },
}

/// What is journaled at once: it happens as a whole or not at all.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub seq: u64,
    pub tenant: Uuid,
    pub ops: Vec<Op>,
    pub entry: Option<LedgerEntry>,
}

impl World {
    /// Applies a record; one that was applied before (a journal older than its snapshot) changes nothing.
    pub(crate) fn apply(&mut self, record: Record) {
        if record.seq <= self.seq {
            return;
        }
        self.seq = record.seq;
        for op in record.ops {
            self.apply_op(record.tenant, op);
        }
        if let Some(entry) = record.entry {
            self.ledger_seq = entry.seq;
            if self.ledger.len() == MAX_ENTRIES {
                self.ledger.pop_front();
            }
            self.ledger.push_back(entry);
        }
    }

    fn apply_op(&mut self, id: Uuid, op: Op) {
        match op {
            Op::PutTenant { tenant } => {
                self.tenants.insert(tenant.id, *tenant);
            }
            Op::Reset { tenants } => {
                self.tenants = tenants.into_iter().map(|tenant| (tenant.id, tenant)).collect();
                self.ledger.clear();
            }
            op => {
                if let Some(tenant) = self.tenants.get_mut(&id) {
                    tenant.apply(op);
                }
            }
        }
    }
}

impl Tenant {
    fn apply(&mut self, op: Op) {
        match op {
            Op::Put { kind, value } => self.put(kind, value),
            Op::Remove { kind, id } => {
                self.objects.entry(kind).or_default().remove(&id);
                if matches!(kind, Kind::Group) {
                    self.members.remove(&id);
                    self.members.values_mut().for_each(|members| {
                        members.remove(&id);
                    });
                }
            }
            Op::AddMember { group, member } => {
                self.members.entry(group).or_default().insert(member);
            }
            Op::RemoveMember { group, member } => {
                self.members.entry(group).or_default().remove(&member);
            }
            Op::SecurityDefaults { enabled } => self.security_defaults = enabled,
            Op::PutApp { app } => {
                // In place: the first application stays the first.
                match self.apps.iter_mut().find(|known| known.client_id == app.client_id) {
                    Some(known) => *known = app,
                    None => self.apps.push(app),
                }
            }
            // Handled above the tenant.
            Op::PutTenant { .. } | Op::Reset { .. } => {}
        }
    }
}
