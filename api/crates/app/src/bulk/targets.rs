//! Which policy of a tenant is meant: exactly one, or none is touched.

use std::collections::{BTreeMap, HashMap};

use domain::bulk::{Blocked, BulkTarget};
use domain::id::{TenantId, WorkspaceId};
use domain::policy::Policy;
use store::{PolicyMatch, Reader};

use crate::error::AppResult;

/// Policies that a message names.
const NAMED: usize = 5;

/// The policies that match in each of some tenants.
pub(crate) struct Targets {
    found: HashMap<TenantId, Vec<Policy>>,
    said: String,
}

/// Looks for the target in each of these tenants; `None` where there is none to look for.
pub(crate) async fn targets(
    reader: &Reader,
    workspace: WorkspaceId,
    target: Option<&BulkTarget>,
    tenants: &[TenantId],
) -> AppResult<Option<Targets>> {
    let (matches, said) = match target {
        None => return Ok(None),
        Some(BulkTarget::Policies(ids)) => (vec![PolicyMatch::Ids(ids.clone())], "one of the given ids".to_owned()),
        Some(BulkTarget::Code(code)) => (vec![PolicyMatch::Code(code.clone())], format!("the code {code}")),
        Some(BulkTarget::DisplayName(name)) => (vec![PolicyMatch::Name(name.clone())], format!("the display name {name}")),
        Some(BulkTarget::Baseline(id)) => match reader.baseline_policy(workspace, *id).await? {
            Some(policy) => {
                let said = format!("the code or the display name of the baseline policy {}", policy.display_name);
                let code = policy.code.map(PolicyMatch::Code);
                (code.into_iter().chain([PolicyMatch::Name(policy.display_name)]).collect(), said)
            }
            None => (Vec::new(), "the code or the display name of a baseline policy that is gone".to_owned()),
        },
    };
    // The first way that finds anything in a tenant counts there.
    let mut found: HashMap<TenantId, Vec<Policy>> = HashMap::new();
    for by in matches {
        let mut of_tenant: BTreeMap<TenantId, Vec<Policy>> = BTreeMap::new();
        for policy in reader.policies_matching(workspace, tenants, &by).await? {
            of_tenant.entry(policy.tenant_id).or_default().push(policy);
        }
        for (tenant, policies) in of_tenant {
            found.entry(tenant).or_insert(policies);
        }
    }
    Ok(Some(Targets { found, said }))
}

impl Targets {
    /// The policy of a tenant, or why there is not exactly one.
    pub(crate) fn of(&self, tenant: TenantId) -> Result<&Policy, Blocked> {
        let said = &self.said;
        match self.found.get(&tenant).map_or(&[][..], Vec::as_slice) {
            [only] => Ok(only),
            [] => Err(Blocked {
                code: "TARGET_NOT_FOUND".to_owned(),
                message: format!("no policy of the tenant has {said}: resync the tenant, or leave it out"),
            }),
            several => {
                let names = several.iter().take(NAMED).map(|policy| format!("{} ({})", policy.display_name, policy.graph_id));
                Err(Blocked {
                    code: "TARGET_AMBIGUOUS".to_owned(),
                    message: format!(
                        "{} policies of the tenant have {said}: {}; rename all but one, or leave the tenant out",
                        several.len(),
                        names.collect::<Vec<_>>().join(", ")
                    ),
                })
            }
        }
    }
}
