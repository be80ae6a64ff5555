//! The groups that a phase means in a tenant: exactly one of each name, or none is touched.

use domain::bulk::Blocked;
use domain::bulk_rollout::NamedPhase;
use domain::document::diff::NameTable;
use domain::tenant::{DirectoryKind, Tenant};
use uuid::Uuid;

use crate::App;
use crate::changes::look_up::{Wanted, names};
use crate::error::AppResult;
use crate::rollouts::PhaseDraft;

/// Groups of one name that are counted.
const NAMED: usize = 5;

/// The phases with the tenant's own groups, or why a name means none or several. Asks Graph for the names, because the cache of a tenant holds only
/// what its policies refer to; where Graph doesn't answer, what is known counts.
pub(super) async fn phases_in(app: &App, tenant: &Tenant, phases: &[NamedPhase]) -> AppResult<Result<Vec<PhaseDraft>, Blocked>> {
    let reader = app.store().reader();
    let kept = names(&reader, tenant.workspace_id, tenant.id).await?;
    let given = phases.iter().flat_map(|phase| &phase.groups);
    // A kept name is asked for as what it stands for.
    let wanted = Wanted::of(given.map(|name| match kept.kept(DirectoryKind::Group, name) {
        Some(id) => (DirectoryKind::Group, id.to_owned()),
        None => (DirectoryKind::Group, name.clone()),
    }));
    if let Err(error) = app.look_up_objects(tenant, &wanted).await {
        tracing::info!(tenant = %tenant.id, %error, "groups could not be looked up: the plan will say which are not resolved");
    }
    let known = names(&reader, tenant.workspace_id, tenant.id).await?;
    Ok(phases.iter().map(|phase| drafted(&known, phase)).collect())
}

fn drafted(known: &NameTable, phase: &NamedPhase) -> Result<PhaseDraft, Blocked> {
    let groups = phase.groups.iter().map(|name| group(known, name)).collect::<Result<Vec<_>, _>>()?;
    Ok(PhaseDraft { groups, min_bake_seconds: phase.min_bake_seconds })
}

fn group(known: &NameTable, name: &str) -> Result<Uuid, Blocked> {
    let found = known.called(DirectoryKind::Group, name, NAMED);
    let ids: Vec<Uuid> = found.iter().filter_map(|group| Uuid::try_parse(&group.object_id).ok()).collect();
    match ids.as_slice() {
        [only] => Ok(*only),
        [] => Err(Blocked {
            code: "REFERENCE_UNRESOLVED".to_owned(),
            message: format!(
                "no group of the tenant is called {name}: keep an alias for the one that is meant and plan again, or leave the tenant out"
            ),
        }),
        several => Err(Blocked {
            code: "REFERENCE_AMBIGUOUS".to_owned(),
            message: format!(
                "{} groups of the tenant are called {name}: keep an alias for the one that is meant and plan again, or leave the tenant out",
                several.len()
            ),
        }),
    }
}
