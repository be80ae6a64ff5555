//! Events of members and API keys.

use async_graphql::{Context, Enum, ID, Object};
use domain::id::MemberId;

use crate::enums::Role;
use crate::fault::Nullable;
use crate::ids::Kind;
use crate::scalars::{DateTime, EventCursor};
use crate::scope::{ids, scope};
use crate::types::api_key::{ApiKey, api_key};
use crate::types::event::{event_object, place_key, text};
use crate::types::member::{Member, member};
use crate::types::node::{Node, subject};
use crate::types::user::{User, user_of};

/// What a `MemberEvent` tells. Expect new values.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum MemberEventType {
    /// A member was added, or came back.
    Added,
    /// A member's name, role or tenants changed.
    Updated,
    /// A member was removed.
    Removed,
    /// An API key was created.
    ApiKeyCreated,
    /// An API key was revoked.
    ApiKeyRevoked,
}

event_object! {
    /// A member was added, changed or removed, or an API key created or revoked.
    MemberEvent {
        /// What happened.
        async fn kind(&self) -> MemberEventType {
            match text(&self.0, "what") {
                Some("ADDED") => MemberEventType::Added,
                Some("REMOVED") => MemberEventType::Removed,
                Some("KEY_CREATED") => MemberEventType::ApiKeyCreated,
                Some("KEY_REVOKED") => MemberEventType::ApiKeyRevoked,
                _ => MemberEventType::Updated,
            }
        }

        /// The name at that moment.
        async fn display_name(&self) -> Option<&str> {
            text(&self.0, "displayName")
        }

        /// The role since then.
        async fn role(&self) -> Option<Role> {
            let role: domain::workspace::Role = text(&self.0, "role")?.parse().ok()?;
            Some(role.into())
        }

        /// The membership as it is now; `null` for an API key.
        async fn member(&self, ctx: &Context<'_>) -> Nullable<Member> {
            if is_key(&self.0) {
                return None;
            }
            member(scope(ctx), MemberId(self.0.event.subject_id)).await
        }

        /// The API key as it is now; `null` for a member.
        async fn api_key(&self, ctx: &Context<'_>) -> Nullable<ApiKey> {
            if !is_key(&self.0) {
                return None;
            }
            api_key(scope(ctx), MemberId(self.0.event.subject_id)).await
        }
    }
}

fn is_key(event: &domain::event::Event) -> bool {
    text(event, "what").is_some_and(|what| what.starts_with("KEY_"))
}
