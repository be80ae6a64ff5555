//! Pairs of policies that meet.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};

use crate::enums::{PolicyOverlapKind, SignInClientType};
use crate::fault::Nullable;
use crate::scalars::DateTime;
use crate::scope::scope;
use crate::types::node::policy;
use crate::types::policy::Policy;

/// The most pairs of one answer.
pub const MOST: usize = 100;

/// The overlaps of a tenant's policies.
pub struct PolicyOverlaps {
    /// All of them.
    pub found: Arc<app::TenantOverlaps>,
    /// Which kinds are listed; none: all.
    pub kinds: Vec<PolicyOverlapKind>,
}

/// Pairs of enabled and report-only policies that apply to the same sign-ins, by what their documents say, with people resolved to users.
#[Object]
impl PolicyOverlaps {
    /// When users, groups and roles were read; `null`: never.
    async fn people_as_of(&self) -> Option<DateTime> {
        self.found.people_as_of.map(DateTime)
    }

    /// Up to when sign-ins are known; `null`: none were read.
    async fn data_through(&self) -> Option<DateTime> {
        self.found.data_through.map(DateTime)
    }

    /// Whether pairs could be told.
    async fn measurable(&self) -> bool {
        self.found.pairs.is_ok()
    }

    /// Why not, for a person.
    async fn reason(&self) -> Option<&'static str> {
        self.found.pairs.as_ref().err().map(|why| why.sentence())
    }

    /// Policies that were compared: at most 240, which is what Entra allows a tenant.
    async fn policies_compared(&self) -> u64 {
        self.found.policies
    }

    /// Policies beyond that.
    async fn policies_left_out(&self) -> u64 {
        self.found.left_out
    }

    /// How many pairs of each kind there are, whatever kinds are listed; at most 6.
    async fn counts(&self) -> Vec<PolicyOverlapCount> {
        self.found.counts.iter().map(|(kind, pairs)| PolicyOverlapCount { kind: (*kind).into(), pairs: *pairs }).collect()
    }

    /// The pairs of the kinds asked for, the gravest first, at most 100.
    #[graphql(complexity = "100 * child_complexity")]
    async fn pairs(&self) -> Vec<PolicyOverlap> {
        let all = self.found.pairs.iter().flatten();
        let listed = all.filter(|pair| self.kinds.is_empty() || self.kinds.contains(&pair.overlap.kind.into()));
        listed.take(MOST).map(|pair| PolicyOverlap(pair.clone())).collect()
    }
}

/// How many pairs of a kind there are.
#[derive(SimpleObject)]
pub struct PolicyOverlapCount {
    /// The kind.
    kind: PolicyOverlapKind,
    /// Pairs.
    pairs: u64,
}

/// Two policies that meet.
pub struct PolicyOverlap(app::PolicyOverlap);

/// Two policies that apply to the same sign-ins.
#[Object]
impl PolicyOverlap {
    /// What comes of it.
    async fn kind(&self) -> PolicyOverlapKind {
        self.0.overlap.kind.into()
    }

    /// One policy; of `REDUNDANT` and `BLOCKED` the one without effect.
    async fn first(&self, ctx: &Context<'_>) -> Nullable<Policy> {
        policy(scope(ctx), self.0.first).await
    }

    /// The other policy.
    async fn second(&self, ctx: &Context<'_>) -> Nullable<Policy> {
        policy(scope(ctx), self.0.second).await
    }

    /// What it means, in a sentence.
    async fn sentence(&self) -> &str {
        &self.0.overlap.sentence
    }

    /// Whether they meet for sure: otherwise a fact that would decide is not known, such as what two different device filters share.
    async fn certain(&self) -> bool {
        self.0.overlap.certain
    }

    /// Users whom both are for.
    async fn users(&self) -> u64 {
        self.0.overlap.users
    }

    /// Client types that both are for, at most 4.
    async fn client_types(&self) -> Vec<SignInClientType> {
        self.0.overlap.clients.iter().map(|client| (*client).into()).collect()
    }

    /// Whether both are for every application, those that no policy names among them.
    async fn all_applications(&self) -> bool {
        self.0.overlap.apps.is_none()
    }

    /// Applications that both are for where that is not every one, at most 10; `applicationCount` counts all that are known.
    async fn applications(&self) -> Vec<OverlapApplication> {
        let named = self.0.apps.iter().flatten();
        named.map(|(id, name)| OverlapApplication { app_id: ID(id.clone()), display_name: name.clone() }).collect()
    }

    /// How many known applications both are for.
    async fn application_count(&self) -> u64 {
        self.0.overlap.app_count
    }

    /// Sign-ins of the last seven days to which Entra applied both; `null`: none were read.
    async fn sign_ins(&self) -> Option<u64> {
        self.0.sign_ins
    }
}

/// An application that two policies share.
#[derive(SimpleObject)]
pub struct OverlapApplication {
    /// Application id, a GUID. Not an id of this API.
    app_id: ID,
    /// Its name; the id where the name is not known.
    display_name: String,
}
