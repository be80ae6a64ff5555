//! Files of github.com/Clutch2View/nis2-conditional-access-policies, MIT; the licence lies beside them.

use super::SourceFile;

/// Policies, as published.
pub(in crate::seed) const POLICIES: &[SourceFile] = &[
    SourceFile {
        name: "CA001-block-legacy-authentication.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA001-block-legacy-authentication.json"),
    },
    SourceFile {
        name: "CA002-require-mfa-all-users.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA002-require-mfa-all-users.json"),
    },
    SourceFile {
        name: "CA003-require-mfa-admins-all-apps.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA003-require-mfa-admins-all-apps.json"),
    },
    SourceFile {
        name: "CA004-require-compliant-device-windows-macos.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA004-require-compliant-device-windows-macos.json"),
    },
    SourceFile {
        name: "CA005-require-app-protection-ios.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA005-require-app-protection-ios.json"),
    },
    SourceFile {
        name: "CA006-require-app-protection-android.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA006-require-app-protection-android.json"),
    },
    SourceFile {
        name: "CA007-block-unknown-platforms.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA007-block-unknown-platforms.json"),
    },
    SourceFile {
        name: "CA008-require-compliant-device-admin-portals.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA008-require-compliant-device-admin-portals.json"),
    },
    SourceFile {
        name: "CA009-block-high-risk-sign-ins.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA009-block-high-risk-sign-ins.json"),
    },
    SourceFile {
        name: "CA010-block-high-risk-users.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA010-block-high-risk-users.json"),
    },
    SourceFile {
        name: "CA011-require-password-change-medium-risk.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA011-require-password-change-medium-risk.json"),
    },
    SourceFile {
        name: "CA012-require-phishing-resistant-mfa-admins.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA012-require-phishing-resistant-mfa-admins.json"),
    },
    SourceFile {
        name: "CA013-restrict-directory-sync-trusted-locations.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA013-restrict-directory-sync-trusted-locations.json"),
    },
    SourceFile {
        name: "CA014-require-terms-of-use.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA014-require-terms-of-use.json"),
    },
    SourceFile {
        name: "CA015-app-enforced-restrictions-unmanaged.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA015-app-enforced-restrictions-unmanaged.json"),
    },
    SourceFile {
        name: "CA016-sign-in-frequency.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA016-sign-in-frequency.json"),
    },
    SourceFile {
        name: "CA017-block-device-code-flow.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA017-block-device-code-flow.json"),
    },
    SourceFile {
        name: "CA018-require-token-protection.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA018-require-token-protection.json"),
    },
    SourceFile {
        name: "CA019-restrict-guest-access.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA019-restrict-guest-access.json"),
    },
    SourceFile {
        name: "CA020-require-compliant-network-gsa.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA020-require-compliant-network-gsa.json"),
    },
    SourceFile {
        name: "CA021-block-restricted-countries.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA021-block-restricted-countries.json"),
    },
    SourceFile {
        name: "CA022-insider-risk-restrictions.json",
        text: include_str!("../../../seed/Clutch2View-nis2/policies/CA022-insider-risk-restrictions.json"),
    },
];

/// The named locations that the policies name.
pub(in crate::seed) const LOCATIONS: &[SourceFile] = &[
    SourceFile {
        name: "NL001-corporate-offices.json",
        text: include_str!("../../../seed/Clutch2View-nis2/locations/NL001-corporate-offices.json"),
    },
    SourceFile {
        name: "NL002-vpn-egress-points.json",
        text: include_str!("../../../seed/Clutch2View-nis2/locations/NL002-vpn-egress-points.json"),
    },
    SourceFile {
        name: "NL003-restricted-countries.json",
        text: include_str!("../../../seed/Clutch2View-nis2/locations/NL003-restricted-countries.json"),
    },
    SourceFile {
        name: "NL004-trusted-ipv6-ranges.json",
        text: include_str!("../../../seed/Clutch2View-nis2/locations/NL004-trusted-ipv6-ranges.json"),
    },
    SourceFile {
        name: "NL005-datacenter-ranges.json",
        text: include_str!("../../../seed/Clutch2View-nis2/locations/NL005-datacenter-ranges.json"),
    },
];
