//! The request budget of a tenant: what may be sent now, and who goes first when not everything may.

mod bucket;
mod lane;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

pub(crate) use lane::Lane;

use crate::config::{Budgets, Rate};

/// Above this many lanes the idle ones are dropped; they come back full, which is what an idle lane is.
const MAX_IDLE_LANES: usize = 8_192;

/// What Graph counts together (graph-api.md section 16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    /// `/identity/conditionalAccess`.
    ConditionalAccess,
    /// `/auditLogs`.
    Reports,
    /// Everything else.
    Directory,
}

/// All lanes, one per tenant and class: a tenant that is throttled delays nobody else (change-promises P22).
pub(crate) struct Lanes {
    budgets: Budgets,
    lanes: Mutex<HashMap<(Uuid, Class), Arc<Lane>>>,
}

impl Lanes {
    pub(crate) fn new(budgets: Budgets) -> Self {
        Lanes { budgets, lanes: Mutex::default() }
    }

    pub(crate) fn lane(&self, tenant: Uuid, class: Class) -> Arc<Lane> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if lanes.len() >= MAX_IDLE_LANES {
            lanes.retain(|_, lane| Arc::strong_count(lane) > 1 || !lane.is_idle());
        }
        Arc::clone(lanes.entry((tenant, class)).or_insert_with(|| Arc::new(Lane::new(self.rate(class)))))
    }

    fn rate(&self, class: Class) -> Rate {
        match class {
            Class::ConditionalAccess => self.budgets.conditional_access,
            Class::Reports => self.budgets.reports,
            Class::Directory => self.budgets.directory,
        }
    }
}
