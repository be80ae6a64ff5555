//! Impact: what a policy, as it is or as a change would make it, does to the sign-ins of a window (domain.md section 6).
//!
//! `OBSERVED` counts what Entra itself wrote beside each sign-in; `SIMULATED` asks our evaluator. Both give each row of a summary one
//! [`Effect`], and one [`tally::Tallies`] makes a report of the rows. What cannot be told is counted apart, never as zero.

mod answers;
mod counter;
pub mod engine;
mod observe;
pub mod report;
mod simulate;
pub mod tally;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::summary::Outcome;
use crate::text_enum;

pub use answers::standing_device;
pub(crate) use observe::INTERRUPTIONS;
pub use observe::Observation;
pub use report::{CachedImpact, Figures, ImpactReport, PolicyImpact, Slice, Tally};
pub use simulate::Simulation;

text_enum! {
    /// How far back a report looks from the watermark of the sign-in log.
    ImpactWindow {
        /// One day.
        Day = "P1D",
        /// Seven days: what is asked for unless somebody says otherwise.
        Week = "P7D",
        /// Fourteen days.
        Fortnight = "P14D",
        /// Thirty days.
        Month = "P30D",
    }
}

impl ImpactWindow {
    /// Length in days.
    pub const fn days(self) -> u64 {
        match self {
            ImpactWindow::Day => 1,
            ImpactWindow::Week => 7,
            ImpactWindow::Fortnight => 14,
            ImpactWindow::Month => 30,
        }
    }

    /// The window of so many days; `None` for any other length.
    pub fn of_days(days: u64) -> Option<Self> {
        ImpactWindow::ALL.iter().copied().find(|window| window.days() == days)
    }

    /// The days that the window covers, first and last. Summaries are kept by UTC day, so a window is whole days, and the last one is the
    /// watermark's own, as far as it was read.
    pub fn dates(self, data_through: DateTime<Utc>) -> (NaiveDate, NaiveDate) {
        // A watermark at midnight has read nothing of the day that begins there.
        let last = (data_through - TimeDelta::microseconds(1)).date_naive();
        (last.checked_sub_days(Days::new(self.days() - 1)).unwrap_or(last), last)
    }

    /// The instant at which the window begins.
    pub fn from(self, data_through: DateTime<Utc>) -> DateTime<Utc> {
        self.dates(data_through).0.and_time(NaiveTime::MIN).and_utc()
    }
}

text_enum! {
    /// Where a report's figures come from.
    ImpactSource {
        /// Entra's own results, written beside each sign-in, of a policy that exists and is on or in report-only mode.
        Observed = "OBSERVED",
        /// Our evaluator over the summaries, for any document, taken as enforced.
        Simulated = "SIMULATED",
    }
}

text_enum! {
    /// What is to be thought of a report.
    ImpactStatus {
        /// It is of the present document, sign-ins and memberships.
        Fresh = "FRESH",
        /// Sign-ins, memberships or named locations have moved on since.
        Stale = "STALE",
        /// There is none: `refreshImpact` makes one.
        NotComputed = "NOT_COMPUTED",
        /// A job is at it; an older report may be there meanwhile.
        Computing = "COMPUTING",
        /// There is nothing to be measured; the reason says why.
        NotApplicable = "NOT_APPLICABLE",
    }
}

text_enum! {
    /// Why there is nothing to be measured, or nothing was.
    ImpactReason {
        /// Entra does not evaluate a disabled policy: ask for the simulated report.
        PolicyDisabled = "POLICY_DISABLED",
        /// Entra answered `unknownFutureValue` in place of report-only results: the header that unlocks them was not honoured (P32).
        ReportOnlyHidden = "REPORT_ONLY_HIDDEN",
        /// The log lists no policies beside any sign-in: the application may not read policies, so nobody knows which applied.
        ResultsHidden = "RESULTS_HIDDEN",
        /// Only Entra's own log tells what Entra decided, and it holds nothing of a document that does not exist yet.
        NotObservable = "NOT_OBSERVABLE",
        /// No sign-ins of the tenant were read so far.
        NoSignIns = "NO_SIGN_INS",
        /// Each sign-in that the policy may apply to lacks a fact that the policy tests.
        NotMeasurable = "NOT_MEASURABLE",
        /// The change leaves no policy: a deletion, or a change of a named location.
        NoPolicy = "NO_POLICY",
        /// The last computation failed; the server's log has the cause.
        Failed = "FAILED",
    }
}

text_enum! {
    /// What a policy, taken as enforced, does to a sign-in.
    Effect {
        /// The sign-in never got as far as Conditional Access.
        NotEvaluated = "NOT_EVALUATED",
        /// The policy does not apply.
        NotApplied = "NOT_APPLIED",
        /// It applies, and nothing is left to be done.
        Satisfied = "SATISFIED",
        /// It applies, and the user has to do something first.
        Interrupted = "INTERRUPTED",
        /// It applies, and the sign-in is refused.
        Blocked = "BLOCKED",
        /// Whether it applies, or what comes of it, cannot be told.
        Unknown = "UNKNOWN",
    }
}

impl Effect {
    /// How many there are.
    pub const COUNT: usize = 6;
}

/// Whether Conditional Access looked at the sign-in. Where the log has results of policies, it did, whatever the error says.
pub fn evaluated(outcome: &Outcome) -> bool {
    !outcome.results.is_empty() || !outcome.before_policies()
}
