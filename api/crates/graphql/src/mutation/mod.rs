//! The mutations: decode, one use case, encode.

mod agent;
mod baseline;
mod bulk;
mod bulk_rollout;
mod bulk_run;
mod change;
mod drift;
mod impact;
mod member;
mod oversight;
pub mod payload;
mod policy;
mod roles;
mod rollout;
mod rollout_move;
mod schedule;
mod tenant;
mod webhook;
mod workspace;

use async_graphql::MergedObject;

pub use roles::Mutation;

/// Changes to the workspace, one after the other in the order given. Each answers with its noun, or with `userErrors` and the
/// noun `null`; one that fails does not touch the others.
#[derive(MergedObject, Default)]
#[graphql(name = "Mutation")]
pub struct Mutations(
    tenant::TenantMutations,
    policy::PolicyMutations,
    change::ChangeMutations,
    oversight::OversightMutations,
    drift::DriftMutations,
    workspace::WorkspaceMutations,
    member::MemberMutations,
    schedule::ScheduleMutations,
    baseline::BaselineMutations,
    impact::ImpactMutations,
    bulk::BulkMutations,
    bulk_run::BulkRunMutations,
    rollout::RolloutMutations,
    rollout_move::RolloutMoveMutations,
    bulk_rollout::BulkRolloutMutations,
    agent::AgentMutations,
    webhook::WebhookMutations,
);
