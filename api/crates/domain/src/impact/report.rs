//! What a report says.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Effect, ImpactReason, ImpactSource, ImpactStatus, ImpactWindow};
use crate::id::{ContentHash, PolicyId, TenantId};

/// The most lines of one breakdown.
pub const MAX_SLICES: usize = 20;

/// The impact of one document on the sign-ins of one window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImpactReport {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Canonical hash of the document.
    pub document_hash: ContentHash,
    /// How far back.
    pub window: ImpactWindow,
    /// Where the figures come from.
    pub source: ImpactSource,
    /// Begin of the window, or of what was read so far if that is later.
    pub from: DateTime<Utc>,
    /// End of the window: the sign-in log's watermark when it was computed.
    pub data_through: DateTime<Utc>,
    /// When the memberships were read that it was computed with; `None`: nobody had read them.
    pub people_as_of: Option<DateTime<Utc>>,
    /// When it was computed.
    pub computed_at: DateTime<Utc>,
    /// The figures.
    pub figures: Figures,
}

/// Sign-ins, and the users behind them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Sign-ins.
    pub sign_ins: u64,
    /// Different users and service principals among them.
    pub users: u64,
}

/// The figures of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// All sign-ins of the window.
    pub total: Tally,
    /// Those whose first factor failed: they never reach Conditional Access.
    pub not_evaluated: Tally,
    /// Those that the policy does not apply to.
    pub not_applied: Tally,
    /// Those that it applies to, with a known outcome: satisfied, would interrupt and would block together.
    pub applies: Tally,
    /// It applies, and nothing is left to be done.
    pub satisfied: Tally,
    /// It applies, and the user would have to do something.
    pub would_interrupt: Tally,
    /// It applies, and the sign-in would be refused.
    pub would_block: Tally,
    /// Whether it applies, or what comes of it, cannot be told.
    pub unknown: Tally,
    /// Which parts of the policy the unknown sign-ins lack a fact for; one sign-in can count in several.
    pub unknown_by: Vec<UnknownBy>,
    /// By what the log itself says: the policy's own result (observed), or how the sign-in really ended (simulated).
    pub by_result: Vec<Slice>,
    /// Users and service principals that are hit most.
    pub by_user: Vec<Slice>,
    /// Resources that are hit most.
    pub by_app: Vec<Slice>,
    /// Countries that are hit most.
    pub by_location: Vec<Slice>,
    /// Client types.
    pub by_client: Vec<Slice>,
    /// Groups whose members are hit most.
    pub by_group: Vec<Slice>,
}

impl Figures {
    /// Nothing can be told: the policy may apply, and for no sign-in is it known whether it does and with which outcome.
    pub fn unmeasurable(&self) -> bool {
        let told = self.satisfied.sign_ins + self.would_interrupt.sign_ins + self.would_block.sign_ins;
        told == 0 && self.unknown.sign_ins > 0
    }

    /// The tally of one effect.
    pub fn of(&self, effect: Effect) -> Tally {
        match effect {
            Effect::NotEvaluated => self.not_evaluated,
            Effect::NotApplied => self.not_applied,
            Effect::Satisfied => self.satisfied,
            Effect::Interrupted => self.would_interrupt,
            Effect::Blocked => self.would_block,
            Effect::Unknown => self.unknown,
        }
    }
}

/// Sign-ins that cannot be told because of one part of the policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnknownBy {
    /// Which part.
    pub part: PolicyPart,
    /// Sign-ins.
    pub sign_ins: u64,
}

crate::text_enum! {
    /// Parts of a policy that a sign-in can lack a fact for.
    PolicyPart {
        /// Users, groups, roles, guests, or the workload identities.
        People = "PEOPLE",
        /// Applications, user actions or authentication contexts by application.
        Applications = "APPLICATIONS",
        /// Locations.
        Locations = "LOCATIONS",
        /// The device filter.
        Devices = "DEVICES",
        /// Client types, platforms, risks, authentication contexts and flows.
        Conditions = "CONDITIONS",
        /// What it demands: whether a control is satisfied.
        Controls = "CONTROLS",
    }
}

/// One line of a breakdown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Slice {
    /// What it is about: an object id, an application id, a country or a text of the log.
    pub key: String,
    /// Its name; `None` when nobody told.
    pub label: Option<String>,
    /// Sign-ins that the policy applies to.
    pub applies: u64,
    /// Of them, those that would be refused.
    pub would_block: u64,
    /// Of them, those that would be interrupted.
    pub would_interrupt: u64,
    /// Beside them, those that cannot be told.
    pub unknown: u64,
    /// Users with a sign-in that would be refused.
    pub users_would_block: u64,
    /// Users with a sign-in that would be interrupted.
    pub users_would_interrupt: u64,
}

/// What the cache holds for a document, a window and a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedImpact {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Canonical hash of the document.
    pub document_hash: ContentHash,
    /// How far back.
    pub window: ImpactWindow,
    /// Where figures come from.
    pub source: ImpactSource,
    /// What is to be thought of it.
    pub status: ImpactStatus,
    /// Why nothing can be shown, where something is in the way.
    pub reason: Option<ImpactReason>,
    /// The report, an older one too; `None` where nothing was computed or nothing may be shown.
    pub report: Option<ImpactReport>,
}

impl CachedImpact {
    /// What is said where there is nothing to be measured whatever the cache holds.
    pub fn not_applicable(self, reason: ImpactReason) -> Self {
        CachedImpact { status: ImpactStatus::NotApplicable, reason: Some(reason), report: None, ..self }
    }
}

/// A policy of a list with what the cache holds for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyImpact {
    /// The policy.
    pub policy_id: PolicyId,
    /// What the cache holds.
    pub impact: CachedImpact,
}
