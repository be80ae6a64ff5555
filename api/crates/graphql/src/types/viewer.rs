//! Who is asking, and what they may do.

use app::Decision as Judged;
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::id::{BulkChangeId, ChangeId, RolloutId};

use crate::enums::{Action, Role};
use crate::error_code::ErrorCode;
use crate::fault::{bad_input, broken, fault};
use crate::ids::{Decoded, IdError, Kind};
use crate::scope::scope;
use crate::types::user::User;
use crate::types::workspace::Workspace;

/// The caller.
pub struct Viewer;

/// The caller: the member that the request's credential belongs to.
#[Object]
impl Viewer {
    /// The member.
    async fn user(&self, ctx: &Context<'_>) -> User {
        let actor = &scope(ctx).actor;
        User::new(actor.member_id, actor.display_name.clone())
    }

    /// The member's role in the workspace.
    async fn role(&self, ctx: &Context<'_>) -> Role {
        scope(ctx).actor.role.into()
    }

    /// The workspace that this request runs in.
    #[graphql(complexity = "5 + child_complexity")]
    async fn workspace(&self, ctx: &Context<'_>) -> Result<Workspace> {
        let scope = scope(ctx);
        scope.app.workspace(&scope.actor).await.map(Workspace).map_err(fault)
    }

    /// Whether the caller could do something now, with the server's own reason why not. Freshness and digests are judged by the
    /// mutation itself.
    #[graphql(complexity = "5 + child_complexity")]
    async fn can(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the caller would do.")] action: Action,
        #[graphql(desc = "The change request, bulk change or rollout that it would be done to; left out, only the role is judged.")]
        on: Option<ID>,
    ) -> Result<Decision> {
        let scope = scope(ctx);
        let judged = match on.as_ref().map(|id| scope.ids.decode(id)) {
            None => scope.app.decision(&scope.actor, action.into(), None).await,
            Some(Ok(Decoded { kind: Kind::Change, key, .. })) => scope.app.decision(&scope.actor, action.into(), Some(ChangeId(key))).await,
            Some(Ok(Decoded { kind: Kind::BulkChange, key, .. })) => {
                scope.app.bulk_decision(&scope.actor, action.into(), BulkChangeId(key)).await
            }
            Some(Ok(Decoded { kind: Kind::Rollout, key, .. })) => {
                scope.app.rollout_decision(&scope.actor, action.into(), RolloutId(key)).await
            }
            Some(Err(IdError::Unknown)) => return Ok(Decision::not_found()),
            Some(_) => return Err(bad_input("on must be the id of a change request, of a bulk change or of a rollout")),
        };
        Decision::of(judged.map_err(fault)?)
    }
}

/// The answer to "may I?", so that a client can disable a button with the server's own reason.
#[derive(SimpleObject)]
pub struct Decision {
    /// Yes or no.
    allowed: bool,
    /// The code that the mutation would answer with.
    code: Option<ErrorCode>,
    /// Why not, for a person.
    message: Option<String>,
}

impl Decision {
    fn not_found() -> Self {
        Decision { allowed: false, code: Some(ErrorCode::NotFound), message: Some("not found".to_owned()) }
    }

    fn of(judged: Judged) -> Result<Self> {
        let code = judged.code.map(|code| ErrorCode::read(code).ok_or_else(|| broken("a decision has a code that the API does not know")));
        Ok(Decision { allowed: judged.allowed, code: code.transpose()?, message: judged.message })
    }
}
