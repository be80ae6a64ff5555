//! Impact reports.

use app::{ImpactOf, ImpactSubject};
use async_graphql::{Context, ID, Object, SimpleObject};
use domain::impact::report::{Figures, Slice, Tally, UnknownBy};
use domain::impact::{CachedImpact, PolicyImpact as Row};

use crate::connection::Connection;
use crate::enums::{ImpactReason, ImpactSource, ImpactStatus, ImpactWindow, PolicyPart};
use crate::fault::Nullable;
use crate::scalars::DateTime;
use crate::scope::{Scope, scope};
use crate::types::node;
use crate::types::policy::Policy;

/// What the cache holds for a document.
pub struct ImpactReport(CachedImpact);

impl ImpactReport {
    fn figures(&self) -> Option<&Figures> {
        self.0.report.as_ref().map(|report| &report.figures)
    }

    fn tally(&self, of: impl Fn(&Figures) -> Tally) -> Option<ImpactTally> {
        self.figures().map(|figures| of(figures).into())
    }

    /// What can't be measured is `null`, never zero.
    fn measured(&self, of: impl Fn(&Figures) -> Tally) -> Option<ImpactTally> {
        let measurable = self.0.reason != Some(domain::impact::ImpactReason::NotMeasurable);
        if measurable { self.tally(of) } else { None }
    }

    fn slices(&self, of: impl Fn(&Figures) -> &Vec<Slice>) -> Vec<ImpactSlice> {
        self.figures().map(|figures| of(figures).iter().map(ImpactSlice::from).collect()).unwrap_or_default()
    }
}

/// The report of a document, from the cache alone.
pub async fn impact(scope: &Scope, of: ImpactOf) -> Nullable<ImpactReport> {
    scope.loader.load_one(of).await.map(|found| found.map(|cached| ImpactReport((*cached).clone()))).transpose()
}

/// The report of the document that a change intends.
pub async fn impact_of_change(
    scope: &Scope,
    change: &domain::change::request::ChangeRequest,
    dry_run: &domain::change::dry_run::DryRun,
    window: ImpactWindow,
) -> Nullable<ImpactReport> {
    let of = ImpactOf {
        tenant_id: change.tenant_id,
        document_hash: dry_run.desired_hash.clone(),
        subject: ImpactSubject::of_change(&change.payload),
        window: window.into(),
        source: domain::impact::ImpactSource::Simulated,
    };
    impact(scope, of).await
}

/// What a policy does to the sign-ins of a window, as the cache has it: reading it never causes work. Figures are `null` where nothing may be
/// shown, and `status` and `reason` say why; nothing that cannot be told is counted as zero.
#[Object]
impl ImpactReport {
    /// What is to be thought of it.
    async fn status(&self) -> ImpactStatus {
        self.0.status.into()
    }

    /// Why nothing can be shown; `null` where figures are.
    async fn reason(&self) -> Option<ImpactReason> {
        self.0.reason.map(ImpactReason::from)
    }

    /// How far back it looks.
    async fn window(&self) -> ImpactWindow {
        self.0.window.into()
    }

    /// Where the figures come from.
    async fn source(&self) -> ImpactSource {
        self.0.source.into()
    }

    /// SHA-256 of the canonical document, lower-case hex.
    async fn document_hash(&self) -> &str {
        &self.0.document_hash.0
    }

    /// The first instant that it covers: the window's begin, or that of what was read if that is later.
    async fn from(&self) -> Option<DateTime> {
        self.0.report.as_ref().map(|report| DateTime(report.from))
    }

    /// The end of the window: the sign-in log's watermark when it was computed.
    async fn data_through(&self) -> Option<DateTime> {
        self.0.report.as_ref().map(|report| DateTime(report.data_through))
    }

    /// When the memberships were read that it was computed with; `null`: nobody had read them.
    async fn people_as_of(&self) -> Option<DateTime> {
        self.0.report.as_ref()?.people_as_of.map(DateTime)
    }

    /// When it was computed.
    async fn computed_at(&self) -> Option<DateTime> {
        self.0.report.as_ref().map(|report| DateTime(report.computed_at))
    }

    /// All sign-ins of the window.
    async fn total(&self) -> Option<ImpactTally> {
        self.tally(|figures| figures.total)
    }

    /// Those whose first factor failed: they never reached Conditional Access.
    async fn not_evaluated(&self) -> Option<ImpactTally> {
        self.tally(|figures| figures.not_evaluated)
    }

    /// Those that the policy does not apply to.
    async fn not_applied(&self) -> Option<ImpactTally> {
        self.tally(|figures| figures.not_applied)
    }

    /// Those that it applies to, with a known outcome: `satisfied`, `wouldInterrupt` and `wouldBlock` together.
    async fn applies(&self) -> Option<ImpactTally> {
        self.measured(|figures| figures.applies)
    }

    /// It applies, and nothing is left to be done.
    async fn satisfied(&self) -> Option<ImpactTally> {
        self.measured(|figures| figures.satisfied)
    }

    /// It applies, and the user would have to do something, such as to prove a second factor.
    async fn would_interrupt(&self) -> Option<ImpactTally> {
        self.measured(|figures| figures.would_interrupt)
    }

    /// It applies, and the sign-in would be refused.
    async fn would_block(&self) -> Option<ImpactTally> {
        self.measured(|figures| figures.would_block)
    }

    /// Whether it applies, or what comes of it, cannot be told.
    async fn unknown(&self) -> Option<ImpactTally> {
        self.tally(|figures| figures.unknown)
    }

    /// Which parts of the policy the unknown sign-ins lack a fact for; one sign-in can count in several. At most one entry per part.
    #[graphql(complexity = "1 + 3 * child_complexity")]
    async fn unknown_by(&self) -> Vec<ImpactUnknown> {
        self.figures().map(|figures| figures.unknown_by.iter().map(ImpactUnknown::from).collect()).unwrap_or_default()
    }

    /// By what the log says: the policy's own result (observed), or how the sign-in really ended (simulated). At most 20.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn by_result(&self) -> Vec<ImpactSlice> {
        self.slices(|figures| &figures.by_result)
    }

    /// Users and service principals that are hit most, at most 20.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn by_user(&self) -> Vec<ImpactSlice> {
        self.slices(|figures| &figures.by_user)
    }

    /// Resources that are hit most, at most 20.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn by_app(&self) -> Vec<ImpactSlice> {
        self.slices(|figures| &figures.by_app)
    }

    /// Countries that are hit most, by ISO code, at most 20. `none`: the address has no country; `unknown`: the log does not tell.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn by_location(&self) -> Vec<ImpactSlice> {
        self.slices(|figures| &figures.by_location)
    }

    /// Client types, at most 20.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn by_client_type(&self) -> Vec<ImpactSlice> {
        self.slices(|figures| &figures.by_client)
    }

    /// Groups whose members are hit most, of those whose members were read; at most 20. Somebody can be in several.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn by_group(&self) -> Vec<ImpactSlice> {
        self.slices(|figures| &figures.by_group)
    }
}

/// Sign-ins and the users behind them.
#[derive(SimpleObject)]
pub struct ImpactTally {
    /// Sign-ins.
    sign_ins: u64,
    /// Different users and service principals among them.
    users: u64,
}

impl From<Tally> for ImpactTally {
    fn from(tally: Tally) -> Self {
        ImpactTally { sign_ins: tally.sign_ins, users: tally.users }
    }
}

/// Sign-ins that cannot be told because of one part of the policy.
#[derive(SimpleObject)]
pub struct ImpactUnknown {
    /// Which part.
    part: PolicyPart,
    /// Sign-ins.
    sign_ins: u64,
}

impl From<&UnknownBy> for ImpactUnknown {
    fn from(unknown: &UnknownBy) -> Self {
        ImpactUnknown { part: unknown.part.into(), sign_ins: unknown.sign_ins }
    }
}

/// One line of a breakdown, those hit most first.
#[derive(SimpleObject)]
pub struct ImpactSlice {
    /// What it is about: an object id, an application id, a country or a text of the log.
    key: String,
    /// Its name; `null` when nobody told.
    label: Option<String>,
    /// Sign-ins that the policy applies to.
    applies: u64,
    /// Of them, those that would be refused.
    would_block: u64,
    /// Of them, those that would be interrupted.
    would_interrupt: u64,
    /// Beside them, those that cannot be told.
    unknown: u64,
    /// Users with a sign-in that would be refused.
    users_would_block: u64,
    /// Users with a sign-in that would be interrupted.
    users_would_interrupt: u64,
}

impl From<&Slice> for ImpactSlice {
    fn from(slice: &Slice) -> Self {
        ImpactSlice {
            key: slice.key.clone(),
            label: slice.label.clone(),
            applies: slice.applies,
            would_block: slice.would_block,
            would_interrupt: slice.would_interrupt,
            unknown: slice.unknown,
            users_would_block: slice.users_would_block,
            users_would_interrupt: slice.users_would_interrupt,
        }
    }
}

/// A policy with what the cache holds for it.
pub struct PolicyImpact(Row);

impl PolicyImpact {
    /// A page of them.
    pub fn page(found: app::page::Page<Row>) -> Connection<PolicyImpact> {
        Connection::of(found, None, PolicyImpact)
    }
}

/// A policy with its report.
#[Object]
impl PolicyImpact {
    /// The policy's id.
    async fn policy_id(&self, ctx: &Context<'_>) -> ID {
        scope(ctx).ids.id(crate::ids::Kind::Policy, self.0.policy_id.0)
    }

    /// The policy.
    async fn policy(&self, ctx: &Context<'_>) -> Nullable<Policy> {
        node::policy(scope(ctx), self.0.policy_id).await
    }

    /// The report.
    async fn impact(&self) -> ImpactReport {
        ImpactReport(self.0.impact.clone())
    }
}
