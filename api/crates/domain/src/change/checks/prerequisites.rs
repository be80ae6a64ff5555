//! What has to be so in the tenant: licences, limits, security defaults, a recent snapshot, a known impact.

use chrono::TimeDelta;

use super::found::Found;
use super::{Checked, demands};
use crate::change::kind::{TargetObject, WriteOperation};
use crate::change::warning::{Severity, WarningCode};
use crate::policy::PolicyState;

/// Older than this, a snapshot may miss what happened since.
const STALE_AFTER: TimeDelta = TimeDelta::hours(24);

/// Policies that a tenant may hold, in any state (ca-semantics.md section 16; it was 195 until 2026).
pub const POLICIES_MAX: usize = 240;

const STATE: Option<&str> = Some("state");

/// What is said of any change, even of one that changes nothing.
pub(super) fn always(checked: &Checked<'_>, found: &mut Found) {
    let age = checked.input.snapshot_taken_at.map(|taken| checked.input.now - taken);
    if age.is_none_or(|age| age > STALE_AFTER) {
        let message = "the tenant was last read more than 24 hours ago: resync it first";
        found.add(WarningCode::SnapshotStale, Severity::Warning, None, message);
    }
    if checked.input.owned_by_rollout && checked.kind().target() == TargetObject::Policy {
        let message = "a phased rollout owns this policy: make the change through the rollout, or cancel it first";
        found.add(WarningCode::RolloutOwnsPolicy, Severity::Critical, None, message);
    }
}

/// What is said of a change of a policy.
pub(super) fn check(checked: &Checked<'_>, found: &mut Found) {
    if matches!(checked.kind().operation(), WriteOperation::Create | WriteOperation::Restore) && checked.input.policy_count >= POLICIES_MAX
    {
        let message = format!("the tenant holds {} policies and Entra allows {POLICIES_MAX}: delete one first", checked.input.policy_count);
        found.add(WarningCode::PolicyLimitReached, Severity::Critical, None, message);
    }
    if checked.becomes_enforced() && checked.input.tenant.security_defaults == Some(true) {
        let message = "security defaults are on, and Entra enables no Conditional Access policy beside them: switch them off first";
        found.add(WarningCode::SecurityDefaultsEnabled, Severity::Critical, STATE, message);
    }
    licences(checked, found);
    impact(checked, found);
}

/// Not asked when something is switched off or loosened: that is never held up by a licence that we may have misread.
fn licences(checked: &Checked<'_>, found: &mut Found) {
    let licences = checked.input.tenant.licences;
    if licences.p2 {
        return;
    }
    let rises = rank(checked.after_state()) > rank(checked.before_state());
    if rises && !licences.p1 {
        let message = "the tenant has no Entra ID P1 licence, which Conditional Access needs: get one first";
        found.add(WarningCode::LicenseMissingP1, Severity::Critical, None, message);
    }
    let live = rank(checked.after_state()) > 0;
    for (path, control) in demands::NEEDS_P2 {
        let tested = |item: &&str| control.is_none_or(|control| control == *item);
        let tests = if rises { checked.desired().texts(&path).any(|item| tested(&item)) } else { checked.gained(&path).iter().any(tested) };
        if live && tests {
            let message = "this tests or remediates risk, which needs an Entra ID P2 licence that the tenant does not have: get one first";
            found.add(WarningCode::LicenseMissingP2, Severity::Critical, Some(&path.join(".")), message);
        }
    }
}

/// How far up a state is; an unknown one is not taken for an active one, so nothing is held up by it.
fn rank(state: Option<PolicyState>) -> u8 {
    match state {
        None | Some(PolicyState::Disabled) => 0,
        Some(PolicyState::ReportOnly) => 1,
        Some(PolicyState::Enabled) => 2,
    }
}

fn impact(checked: &Checked<'_>, found: &mut Found) {
    match checked.input.impact {
        None if checked.becomes_enforced() => {
            let message = "nobody has computed whom this would block or interrupt: run Impact first";
            found.add(WarningCode::ImpactNotRun, Severity::Warning, STATE, message);
        }
        Some(impact)
            if impact.would_block > 0 && checked.after_state() == Some(PolicyState::Enabled) && checked.touches_more_than_texts() =>
        {
            let count = impact.would_block;
            let message = format!("{count} sign-ins of the impact window would be blocked: look at the impact report first");
            found.add(WarningCode::WouldBlockSignins, Severity::Warning, None, message);
        }
        _ => {}
    }
}
