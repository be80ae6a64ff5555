//! What a step forward asks of the world, one question a function. A stop asks none of them.

use chrono::{DateTime, Utc};

use super::alarm::breach_text;
use super::command::{Forward, RolloutRefusal};
use super::decision::Pace;
use super::record::Rollout;
use super::signals::{Fetched, PolicySeen, Signals};
use super::startable::{NotStartable, startable};
use super::tick::{current_verdict, forecast_doubt};
use super::verdict::VerdictOutcome;
use crate::policy::PolicyState;

const GRANTS: &str = "the grant controls were edited: the rollout is being cancelled";

/// A rollout that somebody wants to move, and the world around it.
pub(super) struct Gate<'g> {
    pub(super) rollout: &'g Rollout,
    pub(super) now: DateTime<Utc>,
    pub(super) signals: &'g Signals,
    pub(super) pace: &'g Pace,
}

impl Gate<'_> {
    /// Whether forward moves are possible at all.
    pub(super) fn open(&self) -> Result<(), RolloutRefusal> {
        if !self.signals.tenant_connected {
            return Err(RolloutRefusal::TenantDisconnected);
        }
        self.signals.frozen.as_ref().map_or(Ok(()), |freeze| Err(RolloutRefusal::Frozen(freeze.clone())))
    }

    /// The rollout across tenants, where it is a part of one, lets it go to this phase.
    pub(super) fn released(&self, phase: u8) -> Result<(), RolloutRefusal> {
        let held = self.signals.wave.as_ref().and_then(|wave| wave.holds(phase));
        held.map_or(Ok(()), |why| Err(RolloutRefusal::WaveHeld(why)))
    }

    /// The original, fit to go on with.
    pub(super) fn original(&self) -> Result<&PolicySeen, RolloutRefusal> {
        let text = match &self.signals.original {
            Fetched::Unavailable(why) => return Err(RolloutRefusal::SignalMissing(format!("the original could not be read ({why})"))),
            Fetched::Known(None) => "the original is gone: cancel the rollout",
            Fetched::Known(Some(seen)) if seen.grants != self.rollout.original.grants => GRANTS,
            Fetched::Known(Some(seen)) if seen.state != Some(PolicyState::ReportOnly) => {
                "the original is not in report-only mode: put it back, or cancel the rollout"
            }
            Fetched::Known(Some(seen)) => return Ok(seen),
        };
        Err(RolloutRefusal::PolicyChanged(text.to_owned()))
    }

    /// The twin, fit to go on with; `None` where there is none yet.
    pub(super) fn twin(&self) -> Result<Option<&PolicySeen>, RolloutRefusal> {
        let Some(twin) = &self.rollout.twin else { return Ok(None) };
        let text = match &self.signals.twin {
            Fetched::Unavailable(why) => return Err(RolloutRefusal::SignalMissing(format!("the twin could not be read ({why})"))),
            Fetched::Known(None) => "the twin is gone: cancel the rollout",
            Fetched::Known(Some(seen)) if seen.grants != twin.mark.grants => GRANTS,
            Fetched::Known(Some(seen)) if !seen.emergency_excluded => {
                "the twin does not exclude every emergency account: exclude them in Entra, then try again"
            }
            Fetched::Known(Some(seen)) => return Ok(Some(seen)),
        };
        Err(RolloutRefusal::PolicyChanged(text.to_owned()))
    }

    /// Both policies are as we left them.
    pub(super) fn unedited(&self) -> Result<(), RolloutRefusal> {
        let (original, twin) = (self.original()?, self.twin()?);
        let twin_mark = self.rollout.twin.as_ref().map(|twin| &twin.mark.canonical);
        if original.canonical != self.rollout.original.canonical || twin.map(|seen| &seen.canonical) != twin_mark {
            let text = "a policy of the rollout was edited outside it: look at the edit, pause, and resume to accept it";
            return Err(RolloutRefusal::PolicyChanged(text.to_owned()));
        }
        Ok(())
    }

    /// The phase is proven healthy, or somebody takes it upon himself. Where `early` says something, health alone is not enough.
    pub(super) fn healthy(&self, asked: &Forward, early: Option<String>) -> Result<(), RolloutRefusal> {
        if let Some(why) = self.signals.counts.unavailable() {
            return Err(RolloutRefusal::SignalMissing(format!("the sign-ins of the phase could not be counted ({why})")));
        }
        let Some(verdict) = current_verdict(self.rollout, self.now, self.signals) else {
            return Err(RolloutRefusal::SignalMissing("the sign-ins were not counted since the phase began".to_owned()));
        };
        let stale = (self.now - verdict.counts.data_through).num_seconds() > i64::from(self.pace.max_lag_seconds);
        let doubt = match verdict.outcome {
            VerdictOutcome::Breach => return Err(RolloutRefusal::Breached(breach_text(&verdict))),
            VerdictOutcome::Healthy if stale => Some(format!("sign-ins were read up to {} only", verdict.counts.data_through)),
            VerdictOutcome::Healthy => early,
            VerdictOutcome::NoData => Some("nobody has signed in yet".to_owned()),
            VerdictOutcome::Inconclusive if !verdict.bake_elapsed => Some("the phase has not run long enough".to_owned()),
            VerdictOutcome::Inconclusive => Some("the sign-ins do not prove that the phase is healthy".to_owned()),
        };
        let Some(text) = doubt else { return Ok(()) };
        let newest = self.rollout.last_verdict;
        match asked.override_verdict {
            None => Err(RolloutRefusal::NotHealthy { text, verdict: newest }),
            named if named != newest => Err(RolloutRefusal::StaleVerdict { newest }),
            Some(_) => said(asked.reason.as_deref()),
        }
    }

    pub(super) fn startable(&self, phase: u8) -> Result<(), RolloutRefusal> {
        startable(self.rollout, phase, self.signals).map_err(|why| match why {
            NotStartable::Unknown(_) => RolloutRefusal::SignalMissing(why.text()),
            _ => RolloutRefusal::PhaseNotStartable(why.text()),
        })
    }

    pub(super) fn foretold(&self, phase: u8, confirmed: bool) -> Result<(), RolloutRefusal> {
        match forecast_doubt(self.rollout, phase) {
            Some(doubt) if !confirmed => Err(RolloutRefusal::ForecastNotConfirmed(format!("phase {phase}: {doubt}"))),
            _ => Ok(()),
        }
    }
}

/// Refuses a reason that says nothing.
pub(super) fn said(reason: Option<&str>) -> Result<(), RolloutRefusal> {
    if reason.is_none_or(|reason| reason.trim().is_empty()) { Err(RolloutRefusal::ReasonMissing) } else { Ok(()) }
}
