//! Files of github.com/Azure-Samples/azure-ad-conditional-access-apis, MIT; the licence lies beside them.

use super::SourceFile;

/// Policies, as published.
pub(in crate::seed) const POLICIES: &[SourceFile] = files! { "Azure-Samples-ca-apis/policies":
    "template-require-mam-android-ios.json",
    "template-require-mfa-admin-roles.json",
    "template-require-mfa-b2b-users.json",
    "template-require-mfa-risk.json",
    "template-require-mfa-security-info-registration.json",
    "template-require-trusted-device-app-access.json",
};
