//! Inputs of mutations on impact reports.

use app::RefreshImpact;
use async_graphql::{ID, InputObject};
use domain::id::{ChangeId, PolicyId};

use crate::enums::ImpactWindow;
use crate::ids::Kind;
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id};

/// What to compute reports for: 1 to 50 policies and changes together.
#[derive(InputObject)]
pub struct RefreshImpactInput {
    /// Policies as they are, at most 50.
    #[graphql(default)]
    policy_ids: Vec<ID>,
    /// Changes, for the policies as they would make them; at most 50.
    #[graphql(default)]
    change_ids: Vec<ID>,
    /// How far back.
    #[graphql(default_with = "ImpactWindow::Week")]
    window: ImpactWindow,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl RefreshImpactInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<RefreshImpact, Refused> {
        let keys = |ids: &[ID], kind: Kind, field: &str| {
            ids.iter().map(|id| scope.ids.key(id, kind).map_err(|error| bad_id(error, field))).collect::<Result<Vec<_>, _>>()
        };
        Ok(RefreshImpact {
            policy_ids: keys(&self.policy_ids, Kind::Policy, "policyIds")?.into_iter().map(PolicyId).collect(),
            change_ids: keys(&self.change_ids, Kind::Change, "changeIds")?.into_iter().map(ChangeId).collect(),
            window: self.window.into(),
            idempotency_key: self.idempotency_key,
        })
    }
}
