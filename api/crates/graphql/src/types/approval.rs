//! Requests for approval with their decisions.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use domain::change::request::ChangeRequest;

use crate::enums::ApprovalState;
use crate::fault::Nullable;
use crate::ids::Kind;
use crate::scalars::DateTime;
use crate::scope::{ids, scope};
use crate::types::oversight::GivenApproval;
use crate::types::user::{User, user, user_of};

/// An approval of a change.
pub struct Approval {
    change: Arc<ChangeRequest>,
    given: domain::change::request::Approval,
}

impl Approval {
    /// One of the change's approvals.
    pub fn new(change: &Arc<ChangeRequest>, given: &domain::change::request::Approval) -> Self {
        Approval { change: change.clone(), given: given.clone() }
    }
}

/// One request for approval with its decision, bound to what was reviewed.
#[Object]
impl Approval {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).part_id(Kind::Approval, self.change.id.0, self.given.id.0)
    }

    /// What became of it.
    async fn state(&self) -> ApprovalState {
        self.given.state.into()
    }

    /// Who asked.
    async fn requested_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user(scope(ctx), self.given.requested_by).await
    }

    /// When it was asked for.
    async fn requested_at(&self) -> DateTime {
        self.given.requested_at.into()
    }

    /// When it lapses: seven days after it was asked for.
    async fn expires_at(&self) -> DateTime {
        self.given.expires_at.into()
    }

    /// How many persons have to approve: 1 to 3.
    async fn quorum(&self) -> i32 {
        i32::from(self.given.quorum)
    }

    /// Who approved so far, oldest first; at most 3.
    async fn given(&self) -> Vec<GivenApproval> {
        self.given.decisions.iter().cloned().map(GivenApproval).collect()
    }

    /// Who took the decision that ended it.
    async fn decided_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user_of(scope(ctx), self.given.decided_by).await
    }

    /// When it was decided.
    async fn decided_at(&self) -> Option<DateTime> {
        self.given.decided_at.map(DateTime)
    }

    /// The digest of what is reviewed.
    async fn digest(&self) -> &str {
        &self.given.digest
    }

    /// What the approver said.
    async fn comment(&self) -> Option<&str> {
        self.given.comment.as_deref()
    }
}
