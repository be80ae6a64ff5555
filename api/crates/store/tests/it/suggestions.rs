//! Suggestions by their identity, and by the rollout that carries them out.

use std::collections::BTreeSet;

use domain::agent::{
    AgentRun, AgentRunStatus, AgentRunTrigger, Evidence, Finding, Proposal, Suggestion, SuggestionKind, SuggestionStatus, policy_subject,
};
use domain::id::{AgentRunId, PolicyId, RolloutId, SuggestionId};

use crate::support::{Place, World, at, id, on_both};

on_both!(a_suggestion_is_found_by_its_identity_and_while_it_is_accepted_by_its_rollout);

async fn a_suggestion_is_found_by_its_identity_and_while_it_is_accepted_by_its_rollout(place: &Place) {
    let world = World::new(place).await;
    let (workspace, tenant, rollout) = (world.workspace.id, world.tenant.id, RolloutId(id()));
    let run = AgentRun {
        id: AgentRunId(id()),
        workspace_id: workspace,
        tenant_id: tenant,
        status: AgentRunStatus::Running,
        trigger: AgentRunTrigger::Member,
        as_member: world.member.id,
        created_at: at(0),
        ended_at: None,
        input: None,
        summary: None,
        failure: None,
    };
    let made = suggestion(&run);
    let tx = world.store.write().await.unwrap();
    tx.insert_agent_run(&run).await.unwrap();
    tx.insert_suggestion(&made).await.unwrap();
    tx.commit().await.unwrap();
    let reader = world.store.reader();
    let identity = made.finding.identity();
    assert_eq!(reader.suggestion_by_identity(workspace, tenant, &identity).await.unwrap(), Some(made.clone()));
    assert_eq!(reader.suggestion_by_identity(workspace, domain::id::TenantId(id()), &identity).await.unwrap(), None);
    assert_eq!(reader.suggestion_by_identity(workspace, tenant, "PHASED_ROLLOUT:tenant").await.unwrap(), None);

    for (status, found) in [(SuggestionStatus::Accepted, true), (SuggestionStatus::New, false), (SuggestionStatus::Applied, false)] {
        let now = Suggestion { status, rollout_id: Some(rollout), ..made.clone() };
        let tx = world.store.write().await.unwrap();
        tx.update_suggestion(&now, made.revision).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(reader.suggestion(workspace, made.id).await.unwrap(), Some(now.clone()));
        assert_eq!(reader.suggestion_of_rollout(workspace, rollout).await.unwrap(), found.then_some(now), "{status}");
    }
    assert_eq!(reader.suggestion_of_rollout(workspace, RolloutId(id())).await.unwrap(), None);
    assert!(reader.owned_policies(workspace, tenant).await.unwrap().is_empty());
}

fn suggestion(run: &AgentRun) -> Suggestion {
    let policy_id = PolicyId(id());
    let finding = Finding {
        kind: SuggestionKind::PhasedRollout,
        subject: policy_subject(policy_id),
        title: "Turn on \"MFA\" in phases".to_owned(),
        reasoning: Vec::new(),
        grounds: BTreeSet::from(["ELIGIBLE".to_owned()]),
        evidence: Evidence::default(),
        proposal: Proposal::Rollout { policy_id, eligibility: Vec::new() },
    };
    Suggestion {
        id: SuggestionId(id()),
        workspace_id: run.workspace_id,
        tenant_id: run.tenant_id,
        finding,
        status: SuggestionStatus::New,
        dismissed_grounds: BTreeSet::new(),
        note: None,
        snoozed_until: None,
        decided_by: None,
        decided_at: None,
        steps_done: 0,
        change_id: None,
        rollout_id: None,
        first_run: run.id,
        last_run: run.id,
        created_at: at(0),
        updated_at: at(0),
        revision: 1,
    }
}
