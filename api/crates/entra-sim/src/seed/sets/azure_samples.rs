//! Files of github.com/Azure-Samples/azure-ad-conditional-access-apis, MIT; the licence lies beside them.

use super::SourceFile;

/// Policies, as published.
pub(in crate::seed) const POLICIES: &[SourceFile] = &[
    SourceFile {
        name: "template-require-mam-android-ios.json",
        text: include_str!("../../../seed/Azure-Samples-ca-apis/policies/template-require-mam-android-ios.json"),
    },
    SourceFile {
        name: "template-require-mfa-admin-roles.json",
        text: include_str!("../../../seed/Azure-Samples-ca-apis/policies/template-require-mfa-admin-roles.json"),
    },
    SourceFile {
        name: "template-require-mfa-b2b-users.json",
        text: include_str!("../../../seed/Azure-Samples-ca-apis/policies/template-require-mfa-b2b-users.json"),
    },
    SourceFile {
        name: "template-require-mfa-risk.json",
        text: include_str!("../../../seed/Azure-Samples-ca-apis/policies/template-require-mfa-risk.json"),
    },
    SourceFile {
        name: "template-require-mfa-security-info-registration.json",
        text: include_str!("../../../seed/Azure-Samples-ca-apis/policies/template-require-mfa-security-info-registration.json"),
    },
    SourceFile {
        name: "template-require-trusted-device-app-access.json",
        text: include_str!("../../../seed/Azure-Samples-ca-apis/policies/template-require-trusted-device-app-access.json"),
    },
];
