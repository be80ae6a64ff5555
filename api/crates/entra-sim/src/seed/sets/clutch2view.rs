//! Files of github.com/Clutch2View/nis2-conditional-access-policies, MIT; the licence lies beside them.

use super::SourceFile;

/// Policies, as published.
pub(in crate::seed) const POLICIES: &[SourceFile] = files! { "Clutch2View-nis2/policies":
    "CA001-block-legacy-authentication.json",
    "CA002-require-mfa-all-users.json",
    "CA003-require-mfa-admins-all-apps.json",
    "CA004-require-compliant-device-windows-macos.json",
    "CA005-require-app-protection-ios.json",
    "CA006-require-app-protection-android.json",
    "CA007-block-unknown-platforms.json",
    "CA008-require-compliant-device-admin-portals.json",
    "CA009-block-high-risk-sign-ins.json",
    "CA010-block-high-risk-users.json",
    "CA011-require-password-change-medium-risk.json",
    "CA012-require-phishing-resistant-mfa-admins.json",
    "CA013-restrict-directory-sync-trusted-locations.json",
    "CA014-require-terms-of-use.json",
    "CA015-app-enforced-restrictions-unmanaged.json",
    "CA016-sign-in-frequency.json",
    "CA017-block-device-code-flow.json",
    "CA018-require-token-protection.json",
    "CA019-restrict-guest-access.json",
    "CA020-require-compliant-network-gsa.json",
    "CA021-block-restricted-countries.json",
    "CA022-insider-risk-restrictions.json",
};

/// The named locations that the policies name.
pub(in crate::seed) const LOCATIONS: &[SourceFile] = files! { "Clutch2View-nis2/locations":
    "NL001-corporate-offices.json",
    "NL002-vpn-egress-points.json",
    "NL003-restricted-countries.json",
    "NL004-trusted-ipv6-ranges.json",
    "NL005-datacenter-ranges.json",
};
