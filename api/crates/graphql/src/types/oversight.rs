//! What people overruled, reviewed and resolved.

use async_graphql::{Context, Object};

use crate::enums::{OutcomeResolution, WarningCode};
use crate::fault::Nullable;
use crate::scalars::DateTime;
use crate::scope::scope;
use crate::types::user::{User, user, user_of};

/// A waived warning.
pub struct Waiver(pub domain::change::warning::Waiver);

/// A critical warning that an owner lets pass on one change.
#[Object]
impl Waiver {
    /// The warning.
    async fn code(&self) -> WarningCode {
        self.0.code.into()
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The owner.
    async fn by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user(scope(ctx), self.0.by).await
    }

    /// When.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }
}

/// An emergency.
pub struct Emergency(pub domain::change::request::Emergency);

/// An owner's loosening of an enforced policy past approval and freeze windows, and its review afterwards.
#[Object]
impl Emergency {
    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The owner.
    async fn by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user(scope(ctx), self.0.by).await
    }

    /// When.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// Who reviewed it; `null` while the review is open.
    async fn reviewed_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user_of(scope(ctx), self.0.reviewed_by).await
    }

    /// When; `null` while the review is open.
    async fn reviewed_at(&self) -> Option<DateTime> {
        self.0.reviewed_at.map(DateTime)
    }

    /// What the reviewer said.
    async fn comment(&self) -> Option<&str> {
        self.0.review_comment.as_deref()
    }
}

/// A resolved outcome.
pub struct OutcomeDecision(pub domain::change::request::OutcomeDecision);

/// What a person found out about a write whose outcome was unknown.
#[Object]
impl OutcomeDecision {
    /// What was found.
    async fn resolution(&self) -> OutcomeResolution {
        self.0.resolution.into()
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Who.
    async fn by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user(scope(ctx), self.0.by).await
    }

    /// When.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }
}

/// One approval of a quorum.
pub struct GivenApproval(pub domain::change::request::ApprovalDecision);

/// One person's approval, of as many as the quorum asks for.
#[Object]
impl GivenApproval {
    /// Who.
    async fn by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user(scope(ctx), self.0.by).await
    }

    /// When.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// What the approver said.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }
}
