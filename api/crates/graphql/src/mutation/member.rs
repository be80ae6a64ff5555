//! Mutations on members and API keys.

use app::api_keys::CreatedApiKey;
use async_graphql::{Context, Object, SimpleObject};

use crate::fault::Nullable;
use crate::input::member::{AddMemberInput, CreateApiKeyInput, RemoveMemberInput, RevokeApiKeyInput, UpdateMemberInput};
use crate::mutation::payload::{ApiKeyPayload, MemberPayload, Payload, settle};
use crate::scope::scope;
use crate::types::api_key::ApiKey;
use crate::types::member::Member;
use crate::user_error::UserError;

/// Mutations on members and API keys.
#[derive(Default)]
pub struct MemberMutations;

#[Object]
impl MemberMutations {
    /// Adds a person or a service account to the workspace. Who was a member before gets the same membership again; API keys that ended with it
    /// stay revoked. At most 1,000 members and keys.
    #[graphql(complexity = "10 + child_complexity")]
    async fn add_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The principal and what it may do.")] input: AddMemberInput,
    ) -> Nullable<MemberPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(Member::new(scope.app.add_member(&scope.actor, command).await?))
        };
        settle(run.await)
    }

    /// Changes a member's name, role or tenants; open streams follow within seconds. API keys of the member that go beyond its new role or
    /// tenants are revoked. Refused for the last owner, and where the approval rules could not be met any more.
    #[graphql(complexity = "10 + child_complexity")]
    async fn update_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member and what changes.")] input: UpdateMemberInput,
    ) -> Nullable<MemberPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(Member::new(scope.app.update_member(&scope.actor, command).await?))
        };
        settle(run.await)
    }

    /// Removes a member and revokes its API keys. Its next request is refused, its open streams end within seconds, and approvals that it gave
    /// count no more; what it did stays on record. Refused for the last owner, and where the approval rules could not be met any more.
    #[graphql(complexity = "10 + child_complexity")]
    async fn remove_member(&self, ctx: &Context<'_>, #[graphql(desc = "The member.")] input: RemoveMemberInput) -> Nullable<MemberPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(Member::new(scope.app.remove_member(&scope.actor, command).await?))
        };
        settle(run.await)
    }

    /// Creates an API key that the caller owns. Its secret is in this answer and nowhere else, ever: a repeated call with the same
    /// `idempotencyKey` answers with the key and no secret. If the answer was lost, revoke the key and create another.
    #[graphql(complexity = "10 + child_complexity")]
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key.")] input: CreateApiKeyInput,
    ) -> Nullable<CreateApiKeyPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(scope.app.create_api_key(&scope.actor, command).await?)
        };
        settle(run.await)
    }

    /// Ends an API key for good: the next request with it is refused, and open streams end within seconds. A key that was revoked before stays
    /// as it is.
    #[graphql(complexity = "10 + child_complexity")]
    async fn revoke_api_key(&self, ctx: &Context<'_>, #[graphql(desc = "The key.")] input: RevokeApiKeyInput) -> Nullable<ApiKeyPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(ApiKey(scope.app.revoke_api_key(&scope.actor, command).await?))
        };
        settle(run.await)
    }
}

/// What became of creating an API key.
#[derive(SimpleObject)]
pub struct CreateApiKeyPayload {
    /// The key; `null` when the mutation was refused.
    api_key: Option<ApiKey>,
    /// Its secret: `cwk_`, 43 characters of random, 6 of checksum (`cwk_[A-Za-z0-9_-]{49}` for secret scanners). Shown this once; `null` in the
    /// answer to a repeated call.
    secret: Option<String>,
    /// Why it was refused; empty when it was done. At most 100.
    user_errors: Vec<UserError>,
}

impl Payload for CreateApiKeyPayload {
    type Noun = CreatedApiKey;

    fn done(created: CreatedApiKey) -> Self {
        CreateApiKeyPayload {
            api_key: Some(ApiKey(created.key)),
            secret: created.secret.map(|secret| secret.expose().to_owned()),
            user_errors: Vec::new(),
        }
    }

    fn refused(error: UserError) -> Self {
        CreateApiKeyPayload { api_key: None, secret: None, user_errors: vec![error] }
    }
}
