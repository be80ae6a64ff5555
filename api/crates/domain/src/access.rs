//! Who may do what: one table (domain.md section 9), printed by a test and read by every use case.

use crate::text_enum;
use crate::workspace::Role;

text_enum! {
    /// What a caller may ask for. Names are the API's own.
    Operation {
        /// Every query and subscription.
        Read = "read",
        /// `connectTenant`
        ConnectTenant = "connectTenant",
        /// `resyncTenant`
        ResyncTenant = "resyncTenant",
        /// `readSignIns`
        ReadSignIns = "readSignIns",
        /// `updatePolicyMetadata`
        UpdatePolicyMetadata = "updatePolicyMetadata",
        /// `setEmergencyAccess`
        SetEmergencyAccess = "setEmergencyAccess",
        /// `setTenantAliases`
        SetTenantAliases = "setTenantAliases",
        /// `createChange`
        CreateChange = "createChange",
        /// `runDryRun`
        RunDryRun = "runDryRun",
        /// `refreshImpact`
        RefreshImpact = "refreshImpact",
        /// `requestApproval`
        RequestApproval = "requestApproval",
        /// `decideApproval`
        DecideApproval = "decideApproval",
        /// `applyChange`
        ApplyChange = "applyChange",
        /// `rollbackChange`
        RollbackChange = "rollbackChange",
        /// `cancelChange`
        CancelChange = "cancelChange",
        /// `editChange`
        EditChange = "editChange",
        /// `withdrawApproval`
        WithdrawApproval = "withdrawApproval",
        /// `waiveWarning`
        WaiveWarning = "waiveWarning",
        /// `loosenInEmergency`
        LoosenInEmergency = "loosenInEmergency",
        /// `reviewEmergency`
        ReviewEmergency = "reviewEmergency",
        /// `resolveOutcome`
        ResolveOutcome = "resolveOutcome",
        /// `stopChange`
        StopChange = "stopChange",
        /// `verifyAuditLog`
        VerifyAuditLog = "verifyAuditLog",
        /// `updateWorkspace`
        UpdateWorkspace = "updateWorkspace",
        /// `addMember`
        AddMember = "addMember",
        /// `updateMember`
        UpdateMember = "updateMember",
        /// `removeMember`
        RemoveMember = "removeMember",
        /// `createApiKey`
        CreateApiKey = "createApiKey",
        /// `revokeApiKey`
        RevokeApiKey = "revokeApiKey",
        /// `scheduleChange`
        ScheduleChange = "scheduleChange",
        /// `rescheduleChange`
        RescheduleChange = "rescheduleChange",
        /// `cancelSchedule`
        CancelSchedule = "cancelSchedule",
        /// `createFreezeWindow`
        CreateFreezeWindow = "createFreezeWindow",
        /// `updateFreezeWindow`
        UpdateFreezeWindow = "updateFreezeWindow",
        /// `deleteFreezeWindow`
        DeleteFreezeWindow = "deleteFreezeWindow",
        /// `acceptDrift`
        AcceptDrift = "acceptDrift",
        /// `revertDrift`
        RevertDrift = "revertDrift",
        /// `createBaseline`
        CreateBaseline = "createBaseline",
        /// `importBaseline`
        ImportBaseline = "importBaseline",
        /// `deleteBaselinePolicy`
        DeleteBaselinePolicy = "deleteBaselinePolicy",
        /// `assignBaseline`
        AssignBaseline = "assignBaseline",
        /// `whatIf`
        WhatIf = "whatIf",
        /// `createBulkChange`
        CreateBulkChange = "createBulkChange",
        /// `runBulkDryRun`
        RunBulkDryRun = "runBulkDryRun",
        /// `runBulkImpact`
        RunBulkImpact = "runBulkImpact",
        /// `requestBulkApproval`
        RequestBulkApproval = "requestBulkApproval",
        /// `decideBulkApproval`
        DecideBulkApproval = "decideBulkApproval",
        /// `withdrawBulkApproval`
        WithdrawBulkApproval = "withdrawBulkApproval",
        /// `applyBulkChange`
        ApplyBulkChange = "applyBulkChange",
        /// `stopBulkChange`
        StopBulkChange = "stopBulkChange",
        /// `cancelBulkChange`
        CancelBulkChange = "cancelBulkChange",
        /// `excludeTenant`
        ExcludeTenant = "excludeTenant",
        /// `includeTenant`
        IncludeTenant = "includeTenant",
        /// `retryFailed`
        RetryFailed = "retryFailed",
        /// `rollbackBulk`
        RollbackBulk = "rollbackBulk",
        /// `scheduleBulkChange`
        ScheduleBulkChange = "scheduleBulkChange",
        /// `revokeBulkSchedule`
        RevokeBulkSchedule = "revokeBulkSchedule",
        /// `createRollout`
        CreateRollout = "createRollout",
        /// `editRollout`
        EditRollout = "editRollout",
        /// `requestRolloutApproval`
        RequestRolloutApproval = "requestRolloutApproval",
        /// `decideRolloutApproval`
        DecideRolloutApproval = "decideRolloutApproval",
        /// `startRollout`
        StartRollout = "startRollout",
        /// `pauseRollout`
        PauseRollout = "pauseRollout",
        /// `resumeRollout`
        ResumeRollout = "resumeRollout",
        /// `advanceRollout`
        AdvanceRollout = "advanceRollout",
        /// `revertRolloutPhase`
        RevertRolloutPhase = "revertRolloutPhase",
        /// `completeRollout`
        CompleteRollout = "completeRollout",
        /// `cancelRollout`
        CancelRollout = "cancelRollout",
        /// `rollBackRollout`
        RollBackRollout = "rollBackRollout",
        /// `createBulkRollout`
        CreateBulkRollout = "createBulkRollout",
        /// `planBulkRollout`
        PlanBulkRollout = "planBulkRollout",
        /// `requestBulkRolloutApproval`
        RequestBulkRolloutApproval = "requestBulkRolloutApproval",
        /// `decideBulkRolloutApproval`
        DecideBulkRolloutApproval = "decideBulkRolloutApproval",
        /// `startBulkRollout`
        StartBulkRollout = "startBulkRollout",
        /// `pauseBulkRollout`
        PauseBulkRollout = "pauseBulkRollout",
        /// `resumeBulkRollout`
        ResumeBulkRollout = "resumeBulkRollout",
        /// `advanceBulkRollout`
        AdvanceBulkRollout = "advanceBulkRollout",
        /// `cancelBulkRollout`
        CancelBulkRollout = "cancelBulkRollout",
        /// `rollBackBulkRollout`
        RollBackBulkRollout = "rollBackBulkRollout",
        /// `excludeBulkRolloutTenant`
        ExcludeBulkRolloutTenant = "excludeBulkRolloutTenant",
        /// `setAgentSettings`
        SetAgentSettings = "setAgentSettings",
        /// `runAgent`
        RunAgent = "runAgent",
        /// `replayAgentRun`
        ReplayAgentRun = "replayAgentRun",
        /// `reviewSuggestion`
        ReviewSuggestion = "reviewSuggestion",
        /// `acceptSuggestion`
        AcceptSuggestion = "acceptSuggestion",
        /// `dismissSuggestion`
        DismissSuggestion = "dismissSuggestion",
        /// `snoozeSuggestion`
        SnoozeSuggestion = "snoozeSuggestion",
        /// `createWebhook`
        CreateWebhook = "createWebhook",
        /// `updateWebhook`
        UpdateWebhook = "updateWebhook",
        /// `deleteWebhook`
        DeleteWebhook = "deleteWebhook",
        /// `rotateWebhookSecret`
        RotateWebhookSecret = "rotateWebhookSecret",
        /// `replayWebhook`
        ReplayWebhook = "replayWebhook",
        /// `testWebhook`
        TestWebhook = "testWebhook",
    }
}

/// Whether the role may do it.
pub fn allowed(role: Role, operation: Operation) -> bool {
    use Operation::*;
    use Role::*;
    match operation {
        Read => true,
        // Drafting.
        CreateChange | EditChange | RunDryRun | RequestApproval | WithdrawApproval | CancelChange | RevertDrift | WhatIf => {
            matches!(role, Owner | Admin | Operator)
        }
        RefreshImpact | RunBulkImpact => matches!(role, Owner | Admin | Operator),
        // Judging what others did.
        DecideApproval | DecideBulkApproval | DecideRolloutApproval | DecideBulkRolloutApproval | ReviewEmergency => {
            matches!(role, Owner | Admin | Approver)
        }
        // Writing to tenants, and deciding when.
        ApplyChange | RollbackChange | StopChange | ResolveOutcome | AcceptDrift => matches!(role, Owner | Admin),
        ScheduleChange | RescheduleChange | CancelSchedule => matches!(role, Owner | Admin),
        // The same for many tenants at once: drafting it is as grave as applying it.
        CreateBulkChange | RunBulkDryRun | RequestBulkApproval | WithdrawBulkApproval | ExcludeTenant | IncludeTenant => {
            matches!(role, Owner | Admin)
        }
        ApplyBulkChange | StopBulkChange | CancelBulkChange | RetryFailed | RollbackBulk | ScheduleBulkChange | RevokeBulkSchedule => {
            matches!(role, Owner | Admin)
        }
        // Turning a policy on in phases: who plans it could start it.
        CreateRollout | EditRollout | RequestRolloutApproval | StartRollout | PauseRollout | ResumeRollout | AdvanceRollout => {
            matches!(role, Owner | Admin)
        }
        RevertRolloutPhase | CompleteRollout | CancelRollout | RollBackRollout => matches!(role, Owner | Admin),
        CreateBulkRollout | PlanBulkRollout | RequestBulkRolloutApproval | StartBulkRollout | PauseBulkRollout | ResumeBulkRollout => {
            matches!(role, Owner | Admin)
        }
        AdvanceBulkRollout | CancelBulkRollout | RollBackBulkRollout | ExcludeBulkRolloutTenant => matches!(role, Owner | Admin),
        // The optimization agent and its suggestions.
        SetAgentSettings | RunAgent | ReplayAgentRun | ReviewSuggestion | AcceptSuggestion | DismissSuggestion | SnoozeSuggestion => {
            matches!(role, Owner | Admin)
        }
        // Tenants and what they are measured against.
        ConnectTenant | ResyncTenant | ReadSignIns | UpdatePolicyMetadata | SetEmergencyAccess | SetTenantAliases => {
            matches!(role, Owner | Admin)
        }
        CreateBaseline | ImportBaseline | DeleteBaselinePolicy | AssignBaseline => matches!(role, Owner | Admin),
        // Members, settings and what goes past the rules.
        AddMember | UpdateMember | RemoveMember | CreateApiKey | RevokeApiKey => matches!(role, Owner),
        UpdateWorkspace | CreateFreezeWindow | UpdateFreezeWindow | DeleteFreezeWindow => matches!(role, Owner),
        // They carry everything that happens in the workspace out of it.
        CreateWebhook | UpdateWebhook | DeleteWebhook | RotateWebhookSecret | ReplayWebhook | TestWebhook => matches!(role, Owner),
        WaiveWarning | LoosenInEmergency | VerifyAuditLog => matches!(role, Owner),
    }
}

/// The table as Markdown, one row an operation, as it is committed for people to review.
pub fn matrix() -> String {
    let roles = Role::ALL.iter().map(|role| role.as_str()).collect::<Vec<_>>();
    let mut text = format!("| operation | {} |\n|---|{}\n", roles.join(" | "), "---|".repeat(roles.len()));
    for operation in Operation::ALL {
        let cells = Role::ALL.iter().map(|role| if allowed(*role, *operation) { "x" } else { " " }).collect::<Vec<_>>();
        text.push_str(&format!("| `{operation}` | {} |\n", cells.join(" | ")));
    }
    text
}
