//! Files of github.com/j0eyv/ConditionalAccessBaseline, MIT; the licence lies beside them.

use super::SourceFile;

/// Policies, as published.
pub(in crate::seed) const POLICIES: &[SourceFile] = &[
    SourceFile {
        name: "CA000-Global-IdentityProtection-AnyApp-AnyPlatform-MFA.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA000-Global-IdentityProtection-AnyApp-AnyPlatform-MFA.json"
        ),
    },
    SourceFile {
        name: "CA001-Global-AttackSurfaceReduction-AnyApp-AnyPlatform-BLOCK-CountryWhitelist.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA001-Global-AttackSurfaceReduction-AnyApp-AnyPlatform-BLOCK-CountryWhitelist.json"
        ),
    },
    SourceFile {
        name: "CA002-Global-IdentityProtection-AnyApp-AnyPlatform-Block-LegacyAuthentication.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA002-Global-IdentityProtection-AnyApp-AnyPlatform-Block-LegacyAuthentication.json"
        ),
    },
    SourceFile {
        name: "CA003-Global-BaseProtection-RegisterOrJoin-AnyPlatform-MFA.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA003-Global-BaseProtection-RegisterOrJoin-AnyPlatform-MFA.json"
        ),
    },
    SourceFile {
        name: "CA004-Global-IdentityProtection-AnyApp-AnyPlatform-AuthenticationFlows.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA004-Global-IdentityProtection-AnyApp-AnyPlatform-AuthenticationFlows.json"
        ),
    },
    SourceFile {
        name: "CA005-Global-DataProtection-Office365-iOSenAndroid-ClientApps-Unmanaged-AppEnforcedRestrictions.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA005-Global-DataProtection-Office365-iOSenAndroid-ClientApps-Unmanaged-AppEnforcedRestrictions.json"
        ),
    },
    SourceFile {
        name: "CA006-Global-DataProtection-Office365-AnyPlatform-Browser-Unmanaged-AppEnforceRestrictions.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA006-Global-DataProtection-Office365-AnyPlatform-Browser-Unmanaged-AppEnforceRestrictions.json"
        ),
    },
    SourceFile {
        name: "CA100-Admins-IdentityProtection-AdminPortals-AnyPlatform-MFA.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA100-Admins-IdentityProtection-AdminPortals-AnyPlatform-MFA.json"
        ),
    },
    SourceFile {
        name: "CA101-Admins-IdentityProtection-AnyApp-AnyPlatform-MFA.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA101-Admins-IdentityProtection-AnyApp-AnyPlatform-MFA.json"
        ),
    },
    SourceFile {
        name: "CA102-Admins-IdentityProtection-AllApps-AnyPlatform-SigninFrequency.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA102-Admins-IdentityProtection-AllApps-AnyPlatform-SigninFrequency.json"
        ),
    },
    SourceFile {
        name: "CA103-Admins-IdentityProtection-AllApps-AnyPlatform-PersistentBrowser.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA103-Admins-IdentityProtection-AllApps-AnyPlatform-PersistentBrowser.json"
        ),
    },
    SourceFile {
        name: "CA104-Admins-IdentityProtection-AllApps-AnyPlatform-ContinuousAccessEvaluation.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA104-Admins-IdentityProtection-AllApps-AnyPlatform-ContinuousAccessEvaluation.json"
        ),
    },
    SourceFile {
        name: "CA105-Admins-IdentityProtection-AnyApp-AnyPlatform-PhishingResistantMFA.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA105-Admins-IdentityProtection-AnyApp-AnyPlatform-PhishingResistantMFA.json"
        ),
    },
    SourceFile {
        name: "CA200-Internals-IdentityProtection-AnyApp-AnyPlatform-MFA.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA200-Internals-IdentityProtection-AnyApp-AnyPlatform-MFA.json"
        ),
    },
    SourceFile {
        name: "CA201-Internals-IdentityProtection-AnyApp-AnyPlatform-BLOCK-HighRiskUser.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA201-Internals-IdentityProtection-AnyApp-AnyPlatform-BLOCK-HighRiskUser.json"
        ),
    },
    SourceFile {
        name: "CA202-Internals-IdentityProtection-AllApps-WindowsMacOS-SigninFrequency-UnmanagedDevices.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA202-Internals-IdentityProtection-AllApps-WindowsMacOS-SigninFrequency-UnmanagedDevices.json"
        ),
    },
    SourceFile {
        name: "CA203-Internals-AppProtection-MicrosoftIntuneEnrollment-AnyPlatform-MFA.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA203-Internals-AppProtection-MicrosoftIntuneEnrollment-AnyPlatform-MFA.json"
        ),
    },
    SourceFile {
        name: "CA204-Internals-AttackSurfaceReduction-AllApps-AnyPlatform-BlockUnknownPlatforms.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA204-Internals-AttackSurfaceReduction-AllApps-AnyPlatform-BlockUnknownPlatforms.json"
        ),
    },
    SourceFile {
        name: "CA205-Internals-BaseProtection-AnyApp-Windows-CompliantorAADHJ.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA205-Internals-BaseProtection-AnyApp-Windows-CompliantorAADHJ.json"
        ),
    },
    SourceFile {
        name: "CA206-Internals-IdentityProtection-AllApps-AnyPlatform-PersistentBrowser.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA206-Internals-IdentityProtection-AllApps-AnyPlatform-PersistentBrowser.json"
        ),
    },
    SourceFile {
        name: "CA207-Internals-AttackSurfaceReduction-SelectedApps-AnyPlatform-BLOCK.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA207-Internals-AttackSurfaceReduction-SelectedApps-AnyPlatform-BLOCK.json"
        ),
    },
    SourceFile {
        name: "CA208-Internals-BaseProtection-AnyApp-MacOS-Compliant.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA208-Internals-BaseProtection-AnyApp-MacOS-Compliant.json"
        ),
    },
    SourceFile {
        name: "CA209-Internals-IdentityProtection-AllApps-AnyPlatform-ContinuousAccessEvaluation.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA209-Internals-IdentityProtection-AllApps-AnyPlatform-ContinuousAccessEvaluation.json"
        ),
    },
    SourceFile {
        name: "CA210-Internals-IdentityProtection-AnyApp-AnyPlatform-BLOCK-HighRiskSignIn.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA210-Internals-IdentityProtection-AnyApp-AnyPlatform-BLOCK-HighRiskSignIn.json"
        ),
    },
    SourceFile {
        name: "CA300-ServiceAccounts-IdentityProtection-AnyApp-AnyPlatform-MFA.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA300-ServiceAccounts-IdentityProtection-AnyApp-AnyPlatform-MFA.json"
        ),
    },
    SourceFile {
        name: "CA301-ServiceAccounts-AttackSurfaceReduction-AllApps-AnyPlatform-BlockUntrustedLocations.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA301-ServiceAccounts-AttackSurfaceReduction-AllApps-AnyPlatform-BlockUntrustedLocations.json"
        ),
    },
    SourceFile {
        name: "CA400-GuestUsers-IdentityProtection-AnyApp-AnyPlatform-MFA.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA400-GuestUsers-IdentityProtection-AnyApp-AnyPlatform-MFA.json"
        ),
    },
    SourceFile {
        name: "CA401-GuestUsers-AttackSurfaceReduction-AllApps-AnyPlatform-BlockNonGuestAppAccess.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA401-GuestUsers-AttackSurfaceReduction-AllApps-AnyPlatform-BlockNonGuestAppAccess.json"
        ),
    },
    SourceFile {
        name: "CA402-GuestUsers-IdentityProtection-AllApps-AnyPlatform-SigninFrequency.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA402-GuestUsers-IdentityProtection-AllApps-AnyPlatform-SigninFrequency.json"
        ),
    },
    SourceFile {
        name: "CA403-GuestUsers-IdentityProtection-AllApps-AnyPlatform-PersistentBrowser.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA403-GuestUsers-IdentityProtection-AllApps-AnyPlatform-PersistentBrowser.json"
        ),
    },
    SourceFile {
        name: "CA404-GuestUsers-AttackSurfaceReduction-SelectedApps-AnyPlatform-BLOCK.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA404-GuestUsers-AttackSurfaceReduction-SelectedApps-AnyPlatform-BLOCK.json"
        ),
    },
    SourceFile {
        name: "CA501-Agents-IdentityProtection-AnyApp-AnyPlatform-BLOCK-HighRiskAgent.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA501-Agents-IdentityProtection-AnyApp-AnyPlatform-BLOCK-HighRiskAgent.json"
        ),
    },
    SourceFile {
        name: "CA502-Agents-AttackSurfaceReduction-AllAgentIdentities-AllAgentResources-BLOCK.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA502-Agents-AttackSurfaceReduction-AllAgentIdentities-AllAgentResources-BLOCK.json"
        ),
    },
    SourceFile {
        name: "CA503-Agents-BaseProtection-AllAgentUsers-RequireCompliantDevice.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA503-Agents-BaseProtection-AllAgentUsers-RequireCompliantDevice.json"
        ),
    },
    SourceFile {
        name: "CA504-Agents-IdentityProtection-AllAgentUsers-AllResources-BlockRiskyAgents.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA504-Agents-IdentityProtection-AllAgentUsers-AllResources-BlockRiskyAgents.json"
        ),
    },
    SourceFile {
        name: "CA505-Agents-AttackSurfaceReduction-AllAgentUsers-AllResources-RequireCompliantNetWork.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/policies/CA505-Agents-AttackSurfaceReduction-AllAgentUsers-AllResources-RequireCompliantNetWork.json"
        ),
    },
];

/// The groups that the policies name.
pub(in crate::seed) const GROUPS: &[SourceFile] = &[
    SourceFile {
        name: "APP_Microsoft365_E5.json",
        text: include_str!("../../../seed/j0eyv-ConditionalAccessBaseline/groups/APP_Microsoft365_E5.json"),
    },
    SourceFile {
        name: "CA-BreakGlassAccounts_-_Exclude.json",
        text: include_str!("../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA-BreakGlassAccounts_-_Exclude.json"),
    },
    SourceFile {
        name: "CA-ServiceAccounts.json",
        text: include_str!("../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA-ServiceAccounts.json"),
    },
    SourceFile {
        name: "CA000-Global-IdentityProtection-AnyApp-AnyPlatform-MFA_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA000-Global-IdentityProtection-AnyApp-AnyPlatform-MFA_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA001-Global-AttackSurfaceReduction-AnyApp-AnyPlatform-BLOCK-CountryWhitelist_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA001-Global-AttackSurfaceReduction-AnyApp-AnyPlatform-BLOCK-CountryWhitelist_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA002-Global-IdentityProtection-AnyApp-AnyPlatform-Block-LegacyAuthentication_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA002-Global-IdentityProtection-AnyApp-AnyPlatform-Block-LegacyAuthentication_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA003-Global-BaseProtection-RegisterOrJoin-AnyPlatform-MFA_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA003-Global-BaseProtection-RegisterOrJoin-AnyPlatform-MFA_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA004-Global-IdentityProtection-AnyApp-AnyPlatform-AuthenticationFlows_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA004-Global-IdentityProtection-AnyApp-AnyPlatform-AuthenticationFlows_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA005-Global-DataProtection-Office365-AnyPlatform-Unmanaged-RequireAppProtection_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA005-Global-DataProtection-Office365-AnyPlatform-Unmanaged-RequireAppProtection_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA005-Global-DataProtection-Office365-iOSenAndroid-ClientApps-Unmanaged-RequireAppProtection_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA005-Global-DataProtection-Office365-iOSenAndroid-ClientApps-Unmanaged-RequireAppProtection_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA006-Global-DataProtection-Office365-AnyPlatform-Browser-Unmanaged-AppEnforceRestrictions_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA006-Global-DataProtection-Office365-AnyPlatform-Browser-Unmanaged-AppEnforceRestrictions_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA006-Global-DataProtection-Office365-iOSenAndroid-RequireAppProtection_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA006-Global-DataProtection-Office365-iOSenAndroid-RequireAppProtection_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA100-Admins-IdentityProtection-AdminPortals-AnyPlatform-MFA_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA100-Admins-IdentityProtection-AdminPortals-AnyPlatform-MFA_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA101-Admins-IdentityProtection-AnyApp-AnyPlatform-MFA_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA101-Admins-IdentityProtection-AnyApp-AnyPlatform-MFA_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA102-Admins-IdentityProtection-AllApps-AnyPlatform-SigninFrequency_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA102-Admins-IdentityProtection-AllApps-AnyPlatform-SigninFrequency_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA103-Admins-IdentityProtection-AllApps-AnyPlatform-PersistentBrowser_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA103-Admins-IdentityProtection-AllApps-AnyPlatform-PersistentBrowser_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA104-Admins-IdentityProtection-AllApps-AnyPlatform-ContinuousAccessEvaluation_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA104-Admins-IdentityProtection-AllApps-AnyPlatform-ContinuousAccessEvaluation_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA105-Admins-IdentityProtection-AnyApp-AnyPlatform-PhishingResistantMFA_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA105-Admins-IdentityProtection-AnyApp-AnyPlatform-PhishingResistantMFA_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA200-Internals-IdentityProtection-AnyApp-AnyPlatform-MFA_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA200-Internals-IdentityProtection-AnyApp-AnyPlatform-MFA_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA201-Internals-IdentityProtection-AnyApp-AnyPlatform-BLOCK-HighRiskUser_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA201-Internals-IdentityProtection-AnyApp-AnyPlatform-BLOCK-HighRiskUser_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA202-Internals-IdentityProtection-AllApps-WindowsMacOS-SigninFrequency-UnmanagedDevices_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA202-Internals-IdentityProtection-AllApps-WindowsMacOS-SigninFrequency-UnmanagedDevices_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA203-Internals-AppProtection-MicrosoftIntuneEnrollment-AnyPlatform-MFA_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA203-Internals-AppProtection-MicrosoftIntuneEnrollment-AnyPlatform-MFA_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA204-Internals-AttackSurfaceReduction-AllApps-AnyPlatform-BlockUnknownPlatforms_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA204-Internals-AttackSurfaceReduction-AllApps-AnyPlatform-BlockUnknownPlatforms_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA205-Internals-BaseProtection-AnyApp-Windows-CompliantorAADHJ_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA205-Internals-BaseProtection-AnyApp-Windows-CompliantorAADHJ_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA206-Internals-IdentityProtection-AllApps-AnyPlatform-PersistentBrowser_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA206-Internals-IdentityProtection-AllApps-AnyPlatform-PersistentBrowser_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA207-Internals-AttackSurfaceReduction-SelectedApps-AnyPlatform-BLOCK_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA207-Internals-AttackSurfaceReduction-SelectedApps-AnyPlatform-BLOCK_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA208-Internals-BaseProtection-AnyApp-MacOS-Compliant_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA208-Internals-BaseProtection-AnyApp-MacOS-Compliant_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA209-Internals-IdentityProtection-AllApps-AnyPlatform-ContinuousAccessEvaluation_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA209-Internals-IdentityProtection-AllApps-AnyPlatform-ContinuousAccessEvaluation_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA210-Internals-IdentityProtection-AnyApp-AnyPlatform-BLOCK-HighRiskSignIn_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA210-Internals-IdentityProtection-AnyApp-AnyPlatform-BLOCK-HighRiskSignIn_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA300-ServiceAccounts-IdentityProtection-AnyApp-AnyPlatform-MFA_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA300-ServiceAccounts-IdentityProtection-AnyApp-AnyPlatform-MFA_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA301-ServiceAccounts-AttackSurfaceReduction-AllApps-AnyPlatform-BlockUntrustedLocations_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA301-ServiceAccounts-AttackSurfaceReduction-AllApps-AnyPlatform-BlockUntrustedLocations_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA400-GuestUsers-IdentityProtection-AnyApp-AnyPlatform-MFA_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA400-GuestUsers-IdentityProtection-AnyApp-AnyPlatform-MFA_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA401-GuestUsers-AttackSurfaceReduction-AllApps-AnyPlatform-BlockNonGuestAppAccess_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA401-GuestUsers-AttackSurfaceReduction-AllApps-AnyPlatform-BlockNonGuestAppAccess_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA402-GuestUsers-IdentityProtection-AllApps-AnyPlatform-SigninFrequency_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA402-GuestUsers-IdentityProtection-AllApps-AnyPlatform-SigninFrequency_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA403-Guests-IdentityProtection-AllApps-AnyPlatform-PersistentBrowser_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA403-Guests-IdentityProtection-AllApps-AnyPlatform-PersistentBrowser_-_Exclude.json"
        ),
    },
    SourceFile {
        name: "CA404-Guests-AttackSurfaceReduction-SelectedApps-AnyPlatform-BLOCK_-_Exclude.json",
        text: include_str!(
            "../../../seed/j0eyv-ConditionalAccessBaseline/groups/CA404-Guests-AttackSurfaceReduction-SelectedApps-AnyPlatform-BLOCK_-_Exclude.json"
        ),
    },
];

/// The named locations that the policies name.
pub(in crate::seed) const LOCATIONS: &[SourceFile] = &[
    SourceFile {
        name: "ALLOWED_COUNTRIES.json",
        text: include_str!("../../../seed/j0eyv-ConditionalAccessBaseline/locations/ALLOWED_COUNTRIES.json"),
    },
    SourceFile {
        name: "ALLOWED_COUNTRIES_-_SERVICE_ACCOUNTS.json",
        text: include_str!("../../../seed/j0eyv-ConditionalAccessBaseline/locations/ALLOWED_COUNTRIES_-_SERVICE_ACCOUNTS.json"),
    },
    SourceFile {
        name: "All_Compliant_Network_locations.json",
        text: include_str!("../../../seed/j0eyv-ConditionalAccessBaseline/locations/All_Compliant_Network_locations.json"),
    },
];
