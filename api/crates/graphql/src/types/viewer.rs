//! Who is asking, and what they may do.

use app::Decision as Judged;
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::id::ChangeId;

use crate::enums::{Action, Role};
use crate::error_code::ErrorCode;
use crate::fault::{bad_input, broken, fault};
use crate::ids::Kind;
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
        #[graphql(desc = "The change request that it would be done to; left out, only the role is judged.")] on: Option<ID>,
    ) -> Result<Decision> {
        let scope = scope(ctx);
        let change = match &on {
            None => None,
            Some(id) => match scope.ids.key(id, Kind::Change) {
                Ok(key) => Some(ChangeId(key)),
                Err(crate::ids::IdError::Unknown) => return Ok(Decision::not_found()),
                Err(_) => return Err(bad_input("on must be the id of a change request")),
            },
        };
        let judged = scope.app.decision(&scope.actor, action.into(), change).await.map_err(fault)?;
        Decision::of(judged)
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
