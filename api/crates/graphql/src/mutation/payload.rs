//! What mutations answer.

use async_graphql::SimpleObject;

use crate::fault::Nullable;
use crate::types::agent::{Agent, AgentRun};
use crate::types::api_key::ApiKey;
use crate::types::baseline::Baseline;
use crate::types::bulk::BulkChange;
use crate::types::bulk_rollout::BulkRollout;
use crate::types::change::ChangeRequest;
use crate::types::freeze_window::FreezeWindow;
use crate::types::member::Member;
use crate::types::policy::Policy;
use crate::types::rollout::Rollout;
use crate::types::schedule::Schedule;
use crate::types::suggestion::Suggestion;
use crate::types::tenant::Tenant;
use crate::types::webhook::Webhook;
use crate::types::workspace::Workspace;
use crate::user_error::{Refused, UserError};

/// A noun, or why there is none.
pub trait Payload: Sized {
    /// What the mutation was to make.
    type Noun;

    /// Made.
    fn done(noun: Self::Noun) -> Self;

    /// Not made.
    fn refused(error: UserError) -> Self;
}

macro_rules! payloads {
    ($($(#[$meta:meta])* $name:ident { $(#[$fmeta:meta])* $field:ident: $noun:ty })+) => {$(
        $(#[$meta])*
        #[derive(SimpleObject)]
        pub struct $name {
            $(#[$fmeta])*
            $field: Option<$noun>,
            /// Why it was refused; empty when it was done. At most 100.
            user_errors: Vec<UserError>,
        }

        impl Payload for $name {
            type Noun = $noun;

            fn done(noun: $noun) -> Self {
                $name { $field: Some(noun), user_errors: Vec::new() }
            }

            fn refused(error: UserError) -> Self {
                $name { $field: None, user_errors: vec![error] }
            }
        }
    )+};
}

payloads! {
    /// What became of a mutation on a tenant.
    TenantPayload {
        /// The tenant as it is now; `null` when the mutation was refused.
        tenant: Tenant
    }

    /// What became of a mutation on a policy.
    PolicyPayload {
        /// The policy as it is now; `null` when the mutation was refused.
        policy: Policy
    }

    /// What became of a mutation on a change request.
    ChangeRequestPayload {
        /// The change request as it is now; `null` when the mutation was refused.
        change: ChangeRequest
    }

    /// What became of a mutation on a bulk change.
    BulkChangePayload {
        /// The bulk change as it is now; `null` when the mutation was refused.
        bulk_change: BulkChange
    }

    /// What became of a mutation on a phased rollout.
    RolloutPayload {
        /// The rollout as it is now; `null` when the mutation was refused.
        rollout: Rollout
    }

    /// What became of a mutation on a rollout across tenants.
    BulkRolloutPayload {
        /// The rollout across tenants as it is now; `null` when the mutation was refused.
        bulk_rollout: BulkRollout
    }

    /// What became of a mutation on a schedule.
    SchedulePayload {
        /// The schedule as it is now; `null` when the mutation was refused.
        schedule: Schedule
    }

    /// What became of a mutation on a freeze window.
    FreezeWindowPayload {
        /// The freeze window as it is now; `null` when the mutation was refused.
        freeze_window: FreezeWindow
    }

    /// What became of a mutation on a webhook.
    WebhookPayload {
        /// The webhook as it is now; `null` when the mutation was refused.
        webhook: Webhook
    }

    /// What became of a mutation on a baseline.
    BaselinePayload {
        /// The baseline as it is now; `null` when the mutation was refused.
        baseline: Baseline
    }

    /// What became of a mutation on a member.
    MemberPayload {
        /// The membership as it is now; `null` when the mutation was refused.
        member: Member
    }

    /// What became of a mutation on an API key.
    ApiKeyPayload {
        /// The API key as it is now; `null` when the mutation was refused.
        api_key: ApiKey
    }

    /// What became of a mutation on the workspace.
    WorkspacePayload {
        /// The workspace as it is now; `null` when the mutation was refused.
        workspace: Workspace
    }

    /// What became of a mutation on the agent of a tenant.
    AgentPayload {
        /// The agent as it is now; `null` when the mutation was refused.
        agent: Agent
    }

    /// What became of a mutation on a run of the agent.
    AgentRunPayload {
        /// The run as it is now; `null` when the mutation was refused.
        agent_run: AgentRun
    }

    /// What became of a mutation on a suggestion.
    SuggestionPayload {
        /// The suggestion as it is now; `null` when the mutation was refused.
        suggestion: Suggestion
    }
}

/// Refusals become data, faults become the field's error.
pub fn settle<P: Payload>(outcome: Result<P::Noun, Refused>) -> Nullable<P> {
    Some(match outcome {
        Ok(noun) => Ok(P::done(noun)),
        Err(Refused::User(error)) => Ok(P::refused(error)),
        Err(Refused::Fault(error)) => Err(error),
    })
}
