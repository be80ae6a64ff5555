//! What a caller of `createChange` intends: a payload that is ready, or a new policy whose document is still to be taken from its source.

use domain::change::kind::ChangePayload;
use domain::id::{BaselinePolicyId, PolicyId};
use domain::policy::PolicyState;
use serde::Serialize;
use serde_json::Value;

/// What is intended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "made once a call, and moved on at once")]
pub enum Intent {
    /// Ready as it is.
    Payload(ChangePayload),
    /// `policy.create`, from a source.
    Create(NewPolicy),
}

impl From<ChangePayload> for Intent {
    fn from(payload: ChangePayload) -> Self {
        Intent::Payload(payload)
    }
}

/// A policy to create.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NewPolicy {
    /// Where its document comes from.
    pub source: NewPolicySource,
    /// Another display name than the source's.
    pub display_name: Option<String>,
    /// The state wanted.
    pub state: PolicyState,
}

/// Where the document of a new policy comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum NewPolicySource {
    /// A policy of the workspace's baseline library.
    Baseline(BaselinePolicyId),
    /// A policy of a tenant that the caller may see, as its newest snapshot has it.
    Copy(PolicyId),
    /// This document.
    Document(Value),
}
