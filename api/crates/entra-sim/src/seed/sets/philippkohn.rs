//! Files of github.com/philippkohn/ConditionalAccessforZeroTrustResources, MIT; the licence lies beside them.

use super::SourceFile;

/// Policies, as published.
pub(in crate::seed) const POLICIES: &[SourceFile] = &[
    SourceFile {
        name: "CA001-Global-BaseProtection-AllApps-AnyPlatform-BlockNonPersonas.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA001-Global-BaseProtection-AllApps-AnyPlatform-BlockNonPersonas.json"
        ),
    },
    SourceFile {
        name: "CA002-Global-AttackSurfaceReduction-VariousApps-AnyPlatform-Block.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA002-Global-AttackSurfaceReduction-VariousApps-AnyPlatform-Block.json"
        ),
    },
    SourceFile {
        name: "CA003-Global-AttackSurfaceReduction-AllApps-AnyPlatform-BlockGeoIP.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA003-Global-AttackSurfaceReduction-AllApps-AnyPlatform-BlockGeoIP.json"
        ),
    },
    SourceFile {
        name: "CA004-Global-BaseProtection-AllApps-AnyPlatform-MFAforDeviceRegistration.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA004-Global-BaseProtection-AllApps-AnyPlatform-MFAforDeviceRegistration.json"
        ),
    },
    SourceFile {
        name: "CA100-Admins-BaseProtection-AllApps-AnyPlatform-CompliantorHybridJoin.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA100-Admins-BaseProtection-AllApps-AnyPlatform-CompliantorHybridJoin.json"
        ),
    },
    SourceFile {
        name: "CA101-Admins-BaseProtection-AllApps-AnyPlatform-MFA.json",
        text: include_str!("../../../seed/philippkohn-CAforZeroTrust/policies/CA101-Admins-BaseProtection-AllApps-AnyPlatform-MFA.json"),
    },
    SourceFile {
        name: "CA102-Admins-IdentityProtection-AllApps-AnyPlatform-CombinedRegistration.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA102-Admins-IdentityProtection-AllApps-AnyPlatform-CombinedRegistration.json"
        ),
    },
    SourceFile {
        name: "CA103-Admins-IdentityProtection-AllApps-AnyPlatform-MFAandPWDforMediumandHighUserRisk.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA103-Admins-IdentityProtection-AllApps-AnyPlatform-MFAandPWDforMediumandHighUserRisk.json"
        ),
    },
    SourceFile {
        name: "CA105-Admins-IdentityProtection-AllApps-AnyPlatform-BlockLegacyAuth.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA105-Admins-IdentityProtection-AllApps-AnyPlatform-BlockLegacyAuth.json"
        ),
    },
    SourceFile {
        name: "CA106-Admins-AppProtection-MicrosoftIntuneEnrollment-AnyPlatform-MFA.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA106-Admins-AppProtection-MicrosoftIntuneEnrollment-AnyPlatform-MFA.json"
        ),
    },
    SourceFile {
        name: "CA107-Admins-DataandAppProtection-AllApps-iOSorAndroid-AppProtectionPolicy.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA107-Admins-DataandAppProtection-AllApps-iOSorAndroid-AppProtectionPolicy.json"
        ),
    },
    SourceFile {
        name: "CA108-Admins-DataProtection-AllApps-AnyPlatform-SessionPolicy.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA108-Admins-DataProtection-AllApps-AnyPlatform-SessionPolicy.json"
        ),
    },
    SourceFile {
        name: "CA109-Admins-AttackSurfaceReduction-AllApps-AnyPlatform-BlockUnwantedPlatforms.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA109-Admins-AttackSurfaceReduction-AllApps-AnyPlatform-BlockUnwantedPlatforms.json"
        ),
    },
    SourceFile {
        name: "CA200-Internals-BaseProtection-AllApps-AnyPlatform-CompliantorHybridJoin.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA200-Internals-BaseProtection-AllApps-AnyPlatform-CompliantorHybridJoin.json"
        ),
    },
    SourceFile {
        name: "CA201-Internals-IdentityProtection-AllApps-AnyPlatform-CombinedRegistration.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA201-Internals-IdentityProtection-AllApps-AnyPlatform-CombinedRegistration.json"
        ),
    },
    SourceFile {
        name: "CA202-Internals-IdentityProtection-AllApps-AnyPlatform-MFAandPWDforHighUserRisk.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA202-Internals-IdentityProtection-AllApps-AnyPlatform-MFAandPWDforHighUserRisk.json"
        ),
    },
    SourceFile {
        name: "CA203-Internals-IdentityProtection-AllApps-AnyPlatform-MFAforHighSignInRisk.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA203-Internals-IdentityProtection-AllApps-AnyPlatform-MFAforHighSignInRisk.json"
        ),
    },
    SourceFile {
        name: "CA204-Internals-IdentityProtection-AllApps-AnyPlatform-BlockLegacyAuth.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA204-Internals-IdentityProtection-AllApps-AnyPlatform-BlockLegacyAuth.json"
        ),
    },
    SourceFile {
        name: "CA205-Internals-AppProtection-MicrosoftIntuneEnrollment-AnyPlatform-MFA.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA205-Internals-AppProtection-MicrosoftIntuneEnrollment-AnyPlatform-MFA.json"
        ),
    },
    SourceFile {
        name: "CA206-Internals-DataandAppProtection-AllApps-iOSorAndroid-AppProtectionPolicy.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA206-Internals-DataandAppProtection-AllApps-iOSorAndroid-AppProtectionPolicy.json"
        ),
    },
    SourceFile {
        name: "CA207-Internals-AttackSurfaceReduction-AllApps-AnyPlatform-BlockUnknownPlatforms.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA207-Internals-AttackSurfaceReduction-AllApps-AnyPlatform-BlockUnknownPlatforms.json"
        ),
    },
    SourceFile {
        name: "CA300-Externals-BaseProtection-AllApps-AnyPlatform-CompliantorHybridJoin.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA300-Externals-BaseProtection-AllApps-AnyPlatform-CompliantorHybridJoin.json"
        ),
    },
    SourceFile {
        name: "CA301-Externals-IdentityProtection-AllApps-AnyPlatform-CombinedRegistration.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA301-Externals-IdentityProtection-AllApps-AnyPlatform-CombinedRegistration.json"
        ),
    },
    SourceFile {
        name: "CA302-Externals-IdentityProtection-AllApps-AnyPlatform-MFAandPWDforHighUserRisk.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA302-Externals-IdentityProtection-AllApps-AnyPlatform-MFAandPWDforHighUserRisk.json"
        ),
    },
    SourceFile {
        name: "CA303-Externals-IdentityProtection-AllApps-AnyPlatform-MFAforHighSignInRisk.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA303-Externals-IdentityProtection-AllApps-AnyPlatform-MFAforHighSignInRisk.json"
        ),
    },
    SourceFile {
        name: "CA304-Externals-IdentityProtection-AllApps-AnyPlatform-BlockLegacyAuth.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA304-Externals-IdentityProtection-AllApps-AnyPlatform-BlockLegacyAuth.json"
        ),
    },
    SourceFile {
        name: "CA305-Externals-AppProtection-MicrosoftIntuneEnrollment-MFA.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA305-Externals-AppProtection-MicrosoftIntuneEnrollment-MFA.json"
        ),
    },
    SourceFile {
        name: "CA306-Externals-DataandAppProtection-AllApps-iOSorAndroid-AppProtectionPolicy.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA306-Externals-DataandAppProtection-AllApps-iOSorAndroid-AppProtectionPolicy.json"
        ),
    },
    SourceFile {
        name: "CA307-Externals-AttackSurfaceReduction-AllApps-AnyPlatform-BlockUnknownPlatforms.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA307-Externals-AttackSurfaceReduction-AllApps-AnyPlatform-BlockUnknownPlatforms.json"
        ),
    },
    SourceFile {
        name: "CA400-Guests-BaseProtection-AllApps-AnyPlatform-MFA.json",
        text: include_str!("../../../seed/philippkohn-CAforZeroTrust/policies/CA400-Guests-BaseProtection-AllApps-AnyPlatform-MFA.json"),
    },
    SourceFile {
        name: "CA401-Guests-IdentityProtection-AllApps-AnyPlatform-TOU-CombinedRegistration.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA401-Guests-IdentityProtection-AllApps-AnyPlatform-TOU-CombinedRegistration.json"
        ),
    },
    SourceFile {
        name: "CA402-Guests-IdentityProtection-AllApps-AnyPlatform-MFAforMediumandHighSignInRisk.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA402-Guests-IdentityProtection-AllApps-AnyPlatform-MFAforMediumandHighSignInRisk.json"
        ),
    },
    SourceFile {
        name: "CA403-Guests-IdentityProtection-AllApps-AnyPlatform-BlockLegacyAuth.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA403-Guests-IdentityProtection-AllApps-AnyPlatform-BlockLegacyAuth.json"
        ),
    },
    SourceFile {
        name: "CA404-Guests-AttackSurfaceReduction-AllApps-AnyPlatform-BlockNonGuestAppAccess.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA404-Guests-AttackSurfaceReduction-AllApps-AnyPlatform-BlockNonGuestAppAccess.json"
        ),
    },
    SourceFile {
        name: "CA405-Guests-ComplianceProtection-AllApps-AnyPlatform-RequireTOU.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA405-Guests-ComplianceProtection-AllApps-AnyPlatform-RequireTOU.json"
        ),
    },
    SourceFile {
        name: "CA500-GuestAdmins-BaseProtection-AllApps-AnyPlatform-MFA.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA500-GuestAdmins-BaseProtection-AllApps-AnyPlatform-MFA.json"
        ),
    },
    SourceFile {
        name: "CA501-GuestAdmins-IdentityProtection-AllApps-AnyPlatform-CombinedRegistration.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA501-GuestAdmins-IdentityProtection-AllApps-AnyPlatform-CombinedRegistration.json"
        ),
    },
    SourceFile {
        name: "CA502-GuestAdmins-IdentityProtection-AllApps-AnyPlatform-MFforMediumandHighSignInRisk.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA502-GuestAdmins-IdentityProtection-AllApps-AnyPlatform-MFforMediumandHighSignInRisk.json"
        ),
    },
    SourceFile {
        name: "CA503-GuestAdmins-IdentityProtection-AllApps-AnyPlatform-BlockLegacyAuth.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA503-GuestAdmins-IdentityProtection-AllApps-AnyPlatform-BlockLegacyAuth.json"
        ),
    },
    SourceFile {
        name: "CA504-GuestAdmins-AttackSurfaceReduction-AllApps-AnyPlatform-BlockNonGuestAdminAppAccess.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA504-GuestAdmins-AttackSurfaceReduction-AllApps-AnyPlatform-BlockNonGuestAdminAppAccess.json"
        ),
    },
    SourceFile {
        name: "CA505-GuestAdmins-ComplianceProtection-AnyPlatform-RequireTOU.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA505-GuestAdmins-ComplianceProtection-AnyPlatform-RequireTOU.json"
        ),
    },
    SourceFile {
        name: "CA506-GuestAdmins-DataProtection-AllApps-AnyPlatform-SessionPolicy.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA506-GuestAdmins-DataProtection-AllApps-AnyPlatform-SessionPolicy.json"
        ),
    },
    SourceFile {
        name: "CA600-Microsoft365ServiceAccounts-BaseProtection-AllApps-AnyPlatform-BlockUntrustedLocations.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA600-Microsoft365ServiceAccounts-BaseProtection-AllApps-AnyPlatform-BlockUntrustedLocations.json"
        ),
    },
    SourceFile {
        name: "CA601-Microsoft365ServiceAccounts-IdentityProtection-AllApps-AnyPlatform-BlockLegacyAuth.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA601-Microsoft365ServiceAccounts-IdentityProtection-AllApps-AnyPlatform-BlockLegacyAuth.json"
        ),
    },
    SourceFile {
        name: "CA602-Microsoft365ServiceAccounts-AttackSurfaceReduction-O365-AnyPlatform-BlockNonServiceAccountAppAccess.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA602-Microsoft365ServiceAccounts-AttackSurfaceReduction-O365-AnyPlatform-BlockNonServiceAccountAppAccess.json"
        ),
    },
    SourceFile {
        name: "CA700-AzureServiceAccounts-BaseProtection-AllApps-AnyPlatform-BlockUntrustedLocations.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA700-AzureServiceAccounts-BaseProtection-AllApps-AnyPlatform-BlockUntrustedLocations.json"
        ),
    },
    SourceFile {
        name: "CA701-AzureServiceAccounts-IdentityProtection-AllApps-AnyPlatform-BlockLegacyAuth.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA701-AzureServiceAccounts-IdentityProtection-AllApps-AnyPlatform-BlockLegacyAuth.json"
        ),
    },
    SourceFile {
        name: "CA702-AzureServiceAccounts-AttackSurfaceReduction-AllApps-AnyPlatform-BlockNonServiceAccountAppAccess.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA702-AzureServiceAccounts-AttackSurfaceReduction-AllApps-AnyPlatform-BlockNonServiceAccountAppAccess.json"
        ),
    },
    SourceFile {
        name: "CA800-OnPremisesServiceAccounts-BaseProtection-AllApps-AnyPlatform-BlockUntrustedLocations.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA800-OnPremisesServiceAccounts-BaseProtection-AllApps-AnyPlatform-BlockUntrustedLocations.json"
        ),
    },
    SourceFile {
        name: "CA801-OnPremisesServiceAccounts-IdentityProtection-AllApps-AnyPlatform-BlockLegacyAuth.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA801-OnPremisesServiceAccounts-IdentityProtection-AllApps-AnyPlatform-BlockLegacyAuth.json"
        ),
    },
    SourceFile {
        name: "CA802-OnPremServicesAccounts-AttackSurfaceReduction-AnyPlatform-BlockNonServiceAccountAppAccess.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA802-OnPremServicesAccounts-AttackSurfaceReduction-AnyPlatform-BlockNonServiceAccountAppAccess.json"
        ),
    },
    SourceFile {
        name: "CA900-WorkloadIdentities-BaseProtection-AllApps-AnyPlatform-BlockUntrustedLocations.json",
        text: include_str!(
            "../../../seed/philippkohn-CAforZeroTrust/policies/CA900-WorkloadIdentities-BaseProtection-AllApps-AnyPlatform-BlockUntrustedLocations.json"
        ),
    },
];
