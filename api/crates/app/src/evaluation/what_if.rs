//! What-if: a sign-in described by hand against all policies of a tenant, as they are and as a change would make them.

use std::collections::BTreeSet;

use domain::access::Operation;
use domain::change::kind::{TargetObject, WriteOperation};
use domain::change::request::ChangeRequest;
use domain::document::PolicyDocument;
use domain::evaluate::{Decision, Location, Rule, Surroundings, decide};
use domain::id::{ChangeId, PolicyId, TenantId};
use domain::policy::PolicyState;
use domain::signin::{Device, Fact, Identity, Place, SignIn, Target, Traits, User, UserKind, Workload};
use domain::tenant::Tenant;
use domain::workspace::Actor;
use serde_json::{Value, json};
use store::Reader;
use uuid::Uuid;

use super::surroundings::{TenantPolicies, tenant_policies};
use crate::App;
use crate::authorize::{authorize, in_scope};
use crate::changes::plan::Impact;
use crate::changes::target;
use crate::error::{AppError, AppResult};

/// Stands for the id that a new location would get: no policy names it yet.
const NEW_LOCATION: &str = "new";

/// A sign-in as somebody describes it. What is left out is unknown.
#[derive(Clone, Debug)]
pub struct DescribedSignIn {
    /// Who signs in.
    pub identity: DescribedIdentity,
    /// What is asked for.
    pub target: Target,
    /// Client, platform, risks, flow and proofs.
    pub traits: Traits,
    /// Where from.
    pub place: Place,
    /// With which device.
    pub device: Fact<Device>,
}

/// Who signs in.
#[derive(Clone, Debug)]
pub enum DescribedIdentity {
    /// A user.
    User(DescribedUser),
    /// A service principal.
    Workload(Workload),
}

/// A user. What is left out is taken from the tenant's directory as it was last read, where it knows the user.
#[derive(Clone, Debug, Default)]
pub struct DescribedUser {
    /// Object id; nil for somebody whom the directory doesn't hold.
    pub id: Uuid,
    /// Member or which kind of guest.
    pub kind: Fact<UserKind>,
    /// Home tenant of somebody from outside.
    pub home_tenant: Fact<Uuid>,
    /// Groups that hold the user, transitively.
    pub groups: Fact<BTreeSet<Uuid>>,
    /// Template ids of the roles held.
    pub roles: Fact<BTreeSet<Uuid>>,
}

/// The answer: the sign-in before, and with a change, after.
#[derive(Clone, Debug)]
pub struct WhatIf {
    /// By the policies as they are.
    pub before: WhatIfSide,
    /// By the policies as the change would make them; `None` without a change.
    pub after: Option<WhatIfSide>,
}

/// What a list of policies decides.
#[derive(Clone, Debug)]
pub struct WhatIfSide {
    /// The policies, by name, in the order of the decision's outcomes.
    pub policies: Vec<WhatIfPolicy>,
    /// What they decide.
    pub decision: Decision,
}

/// A policy that was asked.
#[derive(Clone, Debug)]
pub struct WhatIfPolicy {
    /// The policy; `None` for one that the change would create.
    pub id: Option<PolicyId>,
    /// Its display name.
    pub display_name: String,
    /// Its state; `None` for one that is not known.
    pub state: Option<PolicyState>,
}

impl App {
    /// What a tenant's policies make of a sign-in, and with a change what they would make of it. Graph is not asked for anything.
    ///
    /// # Errors
    /// `FORBIDDEN` below OPERATOR; `NOT_FOUND` for a tenant or change out of sight, or a change of another tenant; `INVALID` for a change that
    /// can't be planned.
    pub async fn what_if(&self, actor: &Actor, id: TenantId, described: DescribedSignIn, change: Option<ChangeId>) -> AppResult<WhatIf> {
        in_scope(actor, id)?;
        authorize(actor, Operation::WhatIf)?;
        let reader = self.store().reader();
        let tenant = reader.tenant(actor.workspace_id, id).await?.ok_or(AppError::NotFound)?;
        let found = tenant_policies(&reader, &tenant).await?;
        let sign_in = complete(&reader, &tenant, described, &found).await?;
        let before: Vec<(Option<PolicyId>, PolicyDocument)> =
            found.policies.iter().map(|(row, document)| (Some(row.id), document.clone())).collect();
        let after = match change {
            None => None,
            Some(change) => {
                let change = reader.change(actor.workspace_id, change).await?.filter(|change| change.tenant_id == id);
                let change = change.ok_or(AppError::NotFound)?;
                Some(match change.payload.kind().target() {
                    TargetObject::Policy => {
                        side(self.changed(&reader, actor, &tenant, change, &before).await?, &found.surroundings, &sign_in)
                    }
                    TargetObject::NamedLocation => {
                        let surroundings = self.relocated(&reader, actor, &tenant, change, &found.surroundings).await?;
                        side(before.clone(), &surroundings, &sign_in)
                    }
                })
            }
        };
        Ok(WhatIf { before: side(before, &found.surroundings, &sign_in), after })
    }

    /// What the policies refer to, as a change of a named location would make it. A new one matters where it is trusted: policies name
    /// all trusted locations at once.
    async fn relocated(
        &self,
        reader: &Reader,
        actor: &Actor,
        tenant: &Tenant,
        change: ChangeRequest,
        now: &Surroundings,
    ) -> AppResult<Surroundings> {
        let stored = target::load(reader, &change, tenant).await?;
        let plan = self.plan_against(reader, Some(actor.member_id), &change, tenant, &stored, Impact::Given(None)).await?;
        let mut after = now.clone();
        let operation = change.payload.kind().operation();
        let id = change.payload.location_id().unwrap_or(NEW_LOCATION).to_lowercase();
        if operation == WriteOperation::Delete {
            after.locations.remove(&id);
            return Ok(after);
        }
        if operation != WriteOperation::Create && stored.location.is_none() {
            return Err(AppError::invalid(&["changeId"], format!("the change can't be planned: {}", plan.summary)));
        }
        let mut location = stored.location.unwrap_or_else(|| json!({}));
        if let (Some(location), Value::Object(written)) = (location.as_object_mut(), plan.write) {
            location.extend(written);
        }
        after.locations.insert(id, Location::of_graph(&location));
        Ok(after)
    }

    /// The policies as a change would make them.
    async fn changed(
        &self,
        reader: &Reader,
        actor: &Actor,
        tenant: &Tenant,
        change: ChangeRequest,
        policies: &[(Option<PolicyId>, PolicyDocument)],
    ) -> AppResult<Vec<(Option<PolicyId>, PolicyDocument)>> {
        let kind = change.payload.kind();
        let others = policies.iter().filter(|(id, _)| id.is_none() || *id != change.policy_id).cloned();
        if kind.operation() == WriteOperation::Delete {
            return Ok(others.collect());
        }
        let stored = target::load(reader, &change, tenant).await?;
        let plan = self.plan_against(reader, Some(actor.member_id), &change, tenant, &stored, Impact::Given(None)).await?;
        let after = plan.after.ok_or_else(|| AppError::invalid(&["changeId"], format!("the change can't be planned: {}", plan.summary)))?;
        let mut changed: Vec<_> = others.chain([(change.policy_id, after)]).collect();
        changed.sort_by_cached_key(|(id, document)| (document.display_name().to_lowercase(), *id));
        Ok(changed)
    }
}

fn side(policies: Vec<(Option<PolicyId>, PolicyDocument)>, surroundings: &Surroundings, sign_in: &SignIn) -> WhatIfSide {
    let rules: Vec<Rule> = policies.iter().map(|(_, document)| Rule::new(document, surroundings)).collect();
    let policies = policies
        .into_iter()
        .map(|(id, document)| WhatIfPolicy { id, display_name: document.display_name().to_owned(), state: document.state() })
        .collect();
    WhatIfSide { policies, decision: decide(&rules, sign_in) }
}

/// Fills in what the directory knows of the user.
async fn complete(reader: &Reader, tenant: &Tenant, described: DescribedSignIn, found: &TenantPolicies) -> AppResult<SignIn> {
    let identity = match described.identity {
        DescribedIdentity::Workload(workload) => Identity::Workload(workload),
        DescribedIdentity::User(user) => Identity::User(known(reader, tenant, user, found).await?),
    };
    let DescribedSignIn { target, traits, place, device, .. } = described;
    Ok(SignIn { identity, target, traits, place, device })
}

async fn known(reader: &Reader, tenant: &Tenant, described: DescribedUser, found: &TenantPolicies) -> AppResult<User> {
    let people = if described.id.is_nil() { None } else { reader.people(tenant.workspace_id, tenant.id).await? };
    let mut user = match people {
        Some(mut people) => {
            people.ask_about(found.policies.iter().flat_map(|(_, document)| groups(document)));
            people.user(described.id)
        }
        None => User { id: described.id, kind: None, home_tenant: None, groups: None, unread: BTreeSet::new(), roles: None },
    };
    user.kind = described.kind.or(user.kind);
    user.home_tenant = described.home_tenant.or(user.home_tenant);
    user.roles = described.roles.or(user.roles);
    if described.groups.is_some() {
        user.groups = described.groups;
        user.unread = BTreeSet::new();
    }
    Ok(user)
}

/// Groups that a policy names.
fn groups(document: &PolicyDocument) -> Vec<Uuid> {
    let named = document.references().into_iter().filter(|reference| reference.kind == domain::tenant::DirectoryKind::Group);
    named.filter_map(|reference| Uuid::parse_str(&reference.id).ok()).collect()
}
