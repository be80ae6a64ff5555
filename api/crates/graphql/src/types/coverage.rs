//! What no enforced policy covers.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use domain::coverage as rule;
use domain::id::PolicyId;

use crate::enums::{CoverageLevel, SignInClientType};
use crate::fault::Nullable;
use crate::scalars::DateTime;
use crate::scope::scope;
use crate::types::node::policy;
use crate::types::policy::Policy;

/// The coverage of a tenant.
pub struct TenantCoverage(pub Arc<app::TenantCoverage>);

impl TenantCoverage {
    fn figures<T>(&self, pick: impl FnOnce(&rule::Coverage) -> T) -> Option<T> {
        self.0.figures.as_ref().ok().map(pick)
    }
}

/// Which users, applications and client types no enforced policy holds to a second factor or a strength, or blocks.
///
/// Asked of an ordinary sign-in: no risk, no authentication context, not handed over from another device. Report-only policies cover nothing, and
/// several policies that each cover a part are not added up: that is `PARTLY`. Workload identities are not in it.
#[Object]
impl TenantCoverage {
    /// Whole UTC days up to today in which sign-ins were counted.
    async fn window_days(&self) -> u32 {
        self.0.days
    }

    /// When users, groups and roles were read; `null`: never.
    async fn people_as_of(&self) -> Option<DateTime> {
        self.0.people_as_of.map(DateTime)
    }

    /// Up to when sign-ins are known; `null`: none were read, and every count of sign-ins is of nothing.
    async fn data_through(&self) -> Option<DateTime> {
        self.0.data_through.map(DateTime)
    }

    /// Whether there are figures.
    async fn measurable(&self) -> bool {
        self.0.figures.is_ok()
    }

    /// Why there are none, for a person.
    async fn reason(&self) -> Option<&'static str> {
        self.0.figures.as_ref().err().map(|why| why.sentence())
    }

    /// Users who may sign in, guests among them, emergency accounts left out.
    async fn users(&self) -> Option<CoverageTally> {
        self.figures(|found| found.users.into())
    }

    /// Applications that were asked for in the window.
    async fn applications(&self) -> Option<CoverageTally> {
        self.figures(|found| found.apps.into())
    }

    /// Sign-ins of users in the window that reached Conditional Access, by how well the user, the application and the client type together are covered.
    async fn sign_ins(&self) -> Option<CoverageTally> {
        self.figures(|found| found.sign_ins.into())
    }

    /// Client types, at most 4.
    async fn client_types(&self) -> Vec<ClientTypeCoverage> {
        self.figures(|found| found.clients.iter().map(ClientTypeCoverage::from).collect()).unwrap_or_default()
    }

    /// Users who are not covered, the worst first and of these those with most sign-ins, at most 50; `users` counts all.
    #[graphql(complexity = "50 * child_complexity")]
    async fn user_gaps(&self) -> Vec<UserCoverageGap> {
        let gap = |gap: &rule::UserGap| UserCoverageGap { gap: gap.clone(), policies: Arc::clone(&self.0) };
        self.figures(|found| found.user_gaps.iter().map(gap).collect()).unwrap_or_default()
    }

    /// Applications that are not covered, in the same order, at most 50; `applications` counts all.
    #[graphql(complexity = "50 * child_complexity")]
    async fn application_gaps(&self) -> Vec<ApplicationCoverageGap> {
        self.figures(|found| found.app_gaps.iter().map(ApplicationCoverageGap::from).collect()).unwrap_or_default()
    }

    /// Emergency accounts, at most 50: left out of policies on purpose, and so no gap.
    #[graphql(complexity = "50 * child_complexity")]
    async fn emergency_accounts(&self) -> Vec<EmergencyAccountCoverage> {
        self.figures(|found| found.emergency.iter().map(EmergencyAccountCoverage::from).collect()).unwrap_or_default()
    }
}

/// How many of each level.
#[derive(SimpleObject)]
pub struct CoverageTally {
    /// `COVERED`
    covered: u64,
    /// `PARTLY`
    partly: u64,
    /// `UNCOVERED`
    uncovered: u64,
    /// `UNKNOWN`
    unknown: u64,
    /// All of them.
    total: u64,
}

impl From<rule::Tally> for CoverageTally {
    fn from(tally: rule::Tally) -> Self {
        let rule::Tally { covered, partly, uncovered, unknown } = tally;
        CoverageTally { covered, partly, uncovered, unknown, total: tally.total() }
    }
}

/// The coverage of a client type.
#[derive(SimpleObject)]
pub struct ClientTypeCoverage {
    /// Which.
    client_type: SignInClientType,
    /// Over every user and application.
    level: CoverageLevel,
    /// Users who are not covered with it for every application.
    users_without: u64,
    /// Sign-ins with it in the window.
    sign_ins: u64,
}

impl From<&rule::ClientCoverage> for ClientTypeCoverage {
    fn from(found: &rule::ClientCoverage) -> Self {
        ClientTypeCoverage {
            client_type: found.client.into(),
            level: found.level.into(),
            users_without: found.users_without,
            sign_ins: found.sign_ins,
        }
    }
}

/// A user who is not covered.
pub struct UserCoverageGap {
    gap: rule::UserGap,
    policies: Arc<app::TenantCoverage>,
}

/// A user whom no enforced policy covers, or not for everything.
#[Object]
impl UserCoverageGap {
    /// Object id in Entra, a GUID. Not an id of this API.
    async fn object_id(&self) -> ID {
        ID(self.gap.id.to_string())
    }

    /// Display name.
    async fn display_name(&self) -> &str {
        &self.gap.name
    }

    /// User principal name.
    async fn principal_name(&self) -> &str {
        &self.gap.principal_name
    }

    /// Whether it is a guest or from outside; `null`: not known.
    async fn guest(&self) -> Option<bool> {
        self.gap.kind.map(|kind| kind != domain::signin::UserKind::Member)
    }

    /// How well it is covered.
    async fn level(&self) -> CoverageLevel {
        self.gap.level.into()
    }

    /// Sign-ins in the window.
    async fn sign_ins(&self) -> u64 {
        self.gap.sign_ins
    }

    /// Policies that cover others and exclude this user, at most 5. None: no policy includes it.
    async fn excluded_by(&self) -> Vec<CoverageExclusion> {
        let ours = |exclusion: &rule::Exclusion| {
            let known = self.policies.policies.iter().find(|(graph_id, _)| Some(*graph_id) == exclusion.policy);
            CoverageExclusion { exclusion: exclusion.clone(), policy: known.map(|(_, id)| *id) }
        };
        self.gap.excluded_by.iter().map(ours).collect()
    }
}

/// A policy that excludes a user.
pub struct CoverageExclusion {
    exclusion: rule::Exclusion,
    policy: Option<PolicyId>,
}

/// A policy that excludes a user, and the clause that does.
#[Object]
impl CoverageExclusion {
    /// The policy.
    async fn policy(&self, ctx: &Context<'_>) -> Nullable<Policy> {
        policy(scope(ctx), self.policy?).await
    }

    /// Its display name.
    async fn policy_name(&self) -> &str {
        &self.exclusion.name
    }

    /// The list that excludes, such as `conditions.users.excludeGroups`.
    async fn path(&self) -> &str {
        &self.exclusion.path
    }

    /// The entry of the list, an id or a keyword.
    async fn entry(&self) -> Option<&str> {
        self.exclusion.entry.as_deref()
    }
}

/// An application that is not covered.
#[derive(SimpleObject)]
pub struct ApplicationCoverageGap {
    /// Application id, a GUID. Not an id of this API.
    app_id: ID,
    /// Its name in the sign-in log.
    display_name: String,
    /// How well it is covered.
    level: CoverageLevel,
    /// Sign-ins in the window.
    sign_ins: u64,
    /// Users who are not covered for it.
    users_without: u64,
}

impl From<&rule::AppGap> for ApplicationCoverageGap {
    fn from(gap: &rule::AppGap) -> Self {
        ApplicationCoverageGap {
            app_id: ID(gap.id.clone()),
            display_name: gap.name.clone(),
            level: gap.level.into(),
            sign_ins: gap.sign_ins,
            users_without: gap.users_without,
        }
    }
}

/// An emergency account.
#[derive(SimpleObject)]
pub struct EmergencyAccountCoverage {
    /// Object id in Entra, a GUID. Not an id of this API.
    object_id: ID,
    /// Display name; empty where the directory doesn't hold it.
    display_name: String,
    /// How well it is covered; not to be is the purpose.
    level: CoverageLevel,
    /// Sign-ins in the window: there should be none but those of drills.
    sign_ins: u64,
}

impl From<&rule::EmergencyAccount> for EmergencyAccountCoverage {
    fn from(account: &rule::EmergencyAccount) -> Self {
        EmergencyAccountCoverage {
            object_id: ID(account.id.to_string()),
            display_name: account.name.clone(),
            level: account.level.into(),
            sign_ins: account.sign_ins,
        }
    }
}
