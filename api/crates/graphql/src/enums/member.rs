//! What members may do.

use async_graphql::Enum;

mirror! {
    /// What a member may do in the workspace, strongest first.
    Role = "domain::workspace::Role" {
        /// Everything, and the only role for members, API keys and settings.
        Owner,
        /// Applies, rolls back and connects tenants; drafts and approves as well.
        Admin,
        /// Drafts and dry-runs.
        Operator,
        /// Approves and rejects the changes of others.
        Approver,
        /// Reads everything in the workspace.
        Viewer,
    }
}

/// What a caller may ask for: the mutations of this API. Expect new values.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// `connectTenant`
    ConnectTenant,
    /// `resyncTenant`
    ResyncTenant,
    /// `readSignIns`
    ReadSignIns,
    /// `updatePolicyMetadata`
    UpdatePolicyMetadata,
    /// `setEmergencyAccess`
    SetEmergencyAccess,
    /// `setTenantAliases`
    SetTenantAliases,
    /// `createChange`
    CreateChange,
    /// `runDryRun`
    RunDryRun,
    /// `requestApproval`
    RequestApproval,
    /// `decideApproval`
    DecideApproval,
    /// `applyChange`
    ApplyChange,
    /// `rollbackChange`
    RollbackChange,
    /// `cancelChange`
    CancelChange,
    /// `editChange`
    EditChange,
    /// `withdrawApproval`
    WithdrawApproval,
    /// `waiveWarning`
    WaiveWarning,
    /// `loosenInEmergency`
    LoosenInEmergency,
    /// `reviewEmergency`
    ReviewEmergency,
    /// `resolveOutcome`
    ResolveOutcome,
    /// `stopChange`
    StopChange,
    /// `updateWorkspace`
    UpdateWorkspace,
    /// `addMember`
    AddMember,
    /// `updateMember`
    UpdateMember,
    /// `removeMember`
    RemoveMember,
    /// `createApiKey`
    CreateApiKey,
    /// `revokeApiKey`
    RevokeApiKey,
    /// `scheduleChange`
    ScheduleChange,
    /// `rescheduleChange`
    RescheduleChange,
    /// `cancelSchedule`
    CancelSchedule,
    /// `createFreezeWindow`
    CreateFreezeWindow,
    /// `updateFreezeWindow`
    UpdateFreezeWindow,
    /// `deleteFreezeWindow`
    DeleteFreezeWindow,
    /// `createBaseline`
    CreateBaseline,
    /// `importBaseline`
    ImportBaseline,
    /// `deleteBaselinePolicy`
    DeleteBaselinePolicy,
    /// `assignBaseline`
    AssignBaseline,
    /// `createBulkChange`
    CreateBulkChange,
    /// `runBulkDryRun`
    RunBulkDryRun,
    /// `runBulkImpact`
    RunBulkImpact,
    /// `requestBulkApproval`
    RequestBulkApproval,
    /// `decideBulkApproval`
    DecideBulkApproval,
    /// `withdrawBulkApproval`
    WithdrawBulkApproval,
    /// `applyBulkChange`
    ApplyBulkChange,
    /// `stopBulkChange`
    StopBulkChange,
    /// `cancelBulkChange`
    CancelBulkChange,
    /// `excludeTenant`
    ExcludeTenant,
    /// `includeTenant`
    IncludeTenant,
    /// `retryFailed`
    RetryFailed,
    /// `rollbackBulk`
    RollbackBulk,
    /// `scheduleBulkChange`
    ScheduleBulkChange,
    /// `revokeBulkSchedule`
    RevokeBulkSchedule,
    /// `createRollout`
    CreateRollout,
    /// `editRollout`
    EditRollout,
    /// `requestRolloutApproval`
    RequestRolloutApproval,
    /// `decideRolloutApproval`
    DecideRolloutApproval,
    /// `startRollout`
    StartRollout,
    /// `pauseRollout`
    PauseRollout,
    /// `resumeRollout`
    ResumeRollout,
    /// `advanceRollout`
    AdvanceRollout,
    /// `revertRolloutPhase`
    RevertRolloutPhase,
    /// `completeRollout`
    CompleteRollout,
    /// `cancelRollout`
    CancelRollout,
    /// `rollBackRollout`
    RollBackRollout,
    /// `createBulkRollout`
    CreateBulkRollout,
    /// `planBulkRollout`
    PlanBulkRollout,
    /// `requestBulkRolloutApproval`
    RequestBulkRolloutApproval,
    /// `decideBulkRolloutApproval`
    DecideBulkRolloutApproval,
    /// `startBulkRollout`
    StartBulkRollout,
    /// `pauseBulkRollout`
    PauseBulkRollout,
    /// `resumeBulkRollout`
    ResumeBulkRollout,
    /// `advanceBulkRollout`
    AdvanceBulkRollout,
    /// `cancelBulkRollout`
    CancelBulkRollout,
    /// `rollBackBulkRollout`
    RollBackBulkRollout,
    /// `excludeBulkRolloutTenant`
    ExcludeBulkRolloutTenant,
    /// `setAgentSettings`
    SetAgentSettings,
    /// `runAgent`
    RunAgent,
    /// `replayAgentRun`
    ReplayAgentRun,
    /// `reviewSuggestion`
    ReviewSuggestion,
    /// `acceptSuggestion`
    AcceptSuggestion,
    /// `dismissSuggestion`
    DismissSuggestion,
    /// `snoozeSuggestion`
    SnoozeSuggestion,
    /// `createWebhook`
    CreateWebhook,
    /// `updateWebhook`
    UpdateWebhook,
    /// `deleteWebhook`
    DeleteWebhook,
    /// `rotateWebhookSecret`
    RotateWebhookSecret,
    /// `replayWebhook`
    ReplayWebhook,
    /// `testWebhook`
    TestWebhook,
}

impl From<Action> for domain::access::Operation {
    fn from(action: Action) -> Self {
        use domain::access::Operation;
        match action {
            Action::ConnectTenant => Operation::ConnectTenant,
            Action::ResyncTenant => Operation::ResyncTenant,
            Action::ReadSignIns => Operation::ReadSignIns,
            Action::UpdatePolicyMetadata => Operation::UpdatePolicyMetadata,
            Action::SetEmergencyAccess => Operation::SetEmergencyAccess,
            Action::SetTenantAliases => Operation::SetTenantAliases,
            Action::CreateChange => Operation::CreateChange,
            Action::RunDryRun => Operation::RunDryRun,
            Action::RequestApproval => Operation::RequestApproval,
            Action::DecideApproval => Operation::DecideApproval,
            Action::ApplyChange => Operation::ApplyChange,
            Action::RollbackChange => Operation::RollbackChange,
            Action::CancelChange => Operation::CancelChange,
            Action::EditChange => Operation::EditChange,
            Action::WithdrawApproval => Operation::WithdrawApproval,
            Action::WaiveWarning => Operation::WaiveWarning,
            Action::LoosenInEmergency => Operation::LoosenInEmergency,
            Action::ReviewEmergency => Operation::ReviewEmergency,
            Action::ResolveOutcome => Operation::ResolveOutcome,
            Action::StopChange => Operation::StopChange,
            Action::UpdateWorkspace => Operation::UpdateWorkspace,
            Action::AddMember => Operation::AddMember,
            Action::UpdateMember => Operation::UpdateMember,
            Action::RemoveMember => Operation::RemoveMember,
            Action::CreateApiKey => Operation::CreateApiKey,
            Action::RevokeApiKey => Operation::RevokeApiKey,
            Action::ScheduleChange => Operation::ScheduleChange,
            Action::RescheduleChange => Operation::RescheduleChange,
            Action::CancelSchedule => Operation::CancelSchedule,
            Action::CreateFreezeWindow => Operation::CreateFreezeWindow,
            Action::UpdateFreezeWindow => Operation::UpdateFreezeWindow,
            Action::DeleteFreezeWindow => Operation::DeleteFreezeWindow,
            Action::CreateBaseline => Operation::CreateBaseline,
            Action::ImportBaseline => Operation::ImportBaseline,
            Action::DeleteBaselinePolicy => Operation::DeleteBaselinePolicy,
            Action::AssignBaseline => Operation::AssignBaseline,
            Action::CreateBulkChange => Operation::CreateBulkChange,
            Action::RunBulkDryRun => Operation::RunBulkDryRun,
            Action::RunBulkImpact => Operation::RunBulkImpact,
            Action::RequestBulkApproval => Operation::RequestBulkApproval,
            Action::DecideBulkApproval => Operation::DecideBulkApproval,
            Action::WithdrawBulkApproval => Operation::WithdrawBulkApproval,
            Action::ApplyBulkChange => Operation::ApplyBulkChange,
            Action::StopBulkChange => Operation::StopBulkChange,
            Action::CancelBulkChange => Operation::CancelBulkChange,
            Action::ExcludeTenant => Operation::ExcludeTenant,
            Action::IncludeTenant => Operation::IncludeTenant,
            Action::RetryFailed => Operation::RetryFailed,
            Action::RollbackBulk => Operation::RollbackBulk,
            Action::ScheduleBulkChange => Operation::ScheduleBulkChange,
            Action::RevokeBulkSchedule => Operation::RevokeBulkSchedule,
            Action::CreateRollout => Operation::CreateRollout,
            Action::EditRollout => Operation::EditRollout,
            Action::RequestRolloutApproval => Operation::RequestRolloutApproval,
            Action::DecideRolloutApproval => Operation::DecideRolloutApproval,
            Action::StartRollout => Operation::StartRollout,
            Action::PauseRollout => Operation::PauseRollout,
            Action::ResumeRollout => Operation::ResumeRollout,
            Action::AdvanceRollout => Operation::AdvanceRollout,
            Action::RevertRolloutPhase => Operation::RevertRolloutPhase,
            Action::CompleteRollout => Operation::CompleteRollout,
            Action::CancelRollout => Operation::CancelRollout,
            Action::RollBackRollout => Operation::RollBackRollout,
            Action::CreateBulkRollout => Operation::CreateBulkRollout,
            Action::PlanBulkRollout => Operation::PlanBulkRollout,
            Action::RequestBulkRolloutApproval => Operation::RequestBulkRolloutApproval,
            Action::DecideBulkRolloutApproval => Operation::DecideBulkRolloutApproval,
            Action::StartBulkRollout => Operation::StartBulkRollout,
            Action::PauseBulkRollout => Operation::PauseBulkRollout,
            Action::ResumeBulkRollout => Operation::ResumeBulkRollout,
            Action::AdvanceBulkRollout => Operation::AdvanceBulkRollout,
            Action::CancelBulkRollout => Operation::CancelBulkRollout,
            Action::RollBackBulkRollout => Operation::RollBackBulkRollout,
            Action::ExcludeBulkRolloutTenant => Operation::ExcludeBulkRolloutTenant,
            Action::SetAgentSettings => Operation::SetAgentSettings,
            Action::RunAgent => Operation::RunAgent,
            Action::ReplayAgentRun => Operation::ReplayAgentRun,
            Action::ReviewSuggestion => Operation::ReviewSuggestion,
            Action::AcceptSuggestion => Operation::AcceptSuggestion,
            Action::DismissSuggestion => Operation::DismissSuggestion,
            Action::SnoozeSuggestion => Operation::SnoozeSuggestion,
            Action::CreateWebhook => Operation::CreateWebhook,
            Action::UpdateWebhook => Operation::UpdateWebhook,
            Action::DeleteWebhook => Operation::DeleteWebhook,
            Action::RotateWebhookSecret => Operation::RotateWebhookSecret,
            Action::ReplayWebhook => Operation::ReplayWebhook,
            Action::TestWebhook => Operation::TestWebhook,
        }
    }
}
