//! Keywords of Microsoft Graph that payloads are made of, and the two sets of payloads that are ours.

use async_graphql::Enum;

/// A keyword of Graph as an enum value.
pub trait Word: Copy {
    /// As Graph spells it; `None` for a value that is not known.
    fn word(self) -> Option<&'static str>;

    /// The value of a keyword.
    fn read(word: &str) -> Self;
}

mirror! {
    /// How grant controls combine.
    GrantOperator = "domain::change::payload::GrantOperator" {
        /// All of them.
        And,
        /// One of them.
        Or,
    }

    /// Where a new policy's document comes from. Expect new values.
    CreateSource = "domain::change::payload::CreateSource" {
        /// A policy of the workspace's baseline library.
        Baseline,
        /// Another policy, of this or of another tenant.
        Copy,
        /// A document that the caller gave.
        Document,
        /// A deleted policy that Entra's recycle bin does not hold any more.
        Deleted,
    }
}

words! {
    /// Kinds of client application. Expect new values.
    ClientAppType {
        /// No restriction.
        All = "all",
        /// Browsers.
        Browser = "browser",
        /// Mobile apps and desktop clients with modern authentication.
        MobileAppsAndDesktopClients = "mobileAppsAndDesktopClients",
        /// Exchange ActiveSync.
        ExchangeActiveSync = "exchangeActiveSync",
        /// Exchange ActiveSync on supported platforms only.
        EasSupported = "easSupported",
        /// Other clients: legacy authentication.
        Other = "other",
    }

    /// Device platforms, as the user agent names them. Expect new values.
    DevicePlatform {
        /// Any platform.
        All = "all",
        /// Android.
        Android = "android",
        /// iOS and iPadOS.
        Ios as "IOS" = "iOS",
        /// Windows.
        Windows = "windows",
        /// Windows Phone.
        WindowsPhone = "windowsPhone",
        /// macOS.
        MacOs as "MACOS" = "macOS",
        /// Linux.
        Linux = "linux",
    }

    /// How an authentication is passed from one device to another. Expect new values.
    TransferMethod {
        /// The device code flow.
        DeviceCodeFlow = "deviceCodeFlow",
        /// Authentication transfer, such as by a QR code.
        AuthenticationTransfer = "authenticationTransfer",
        /// None.
        None = "none",
    }

    /// Levels of sign-in, user and service principal risk. Expect new values.
    RiskLevel {
        /// Low.
        Low = "low",
        /// Medium.
        Medium = "medium",
        /// High.
        High = "high",
        /// No risk.
        None = "none",
        /// Hidden, for want of a licence.
        Hidden = "hidden",
    }

    /// Levels of insider risk, from Microsoft Purview. Expect new values.
    InsiderRiskLevel {
        /// Minor.
        Minor = "minor",
        /// Moderate.
        Moderate = "moderate",
        /// Elevated.
        Elevated = "elevated",
    }

    /// Built-in grant controls. Expect new values.
    BuiltInControl {
        /// Blocks access; goes with nothing else.
        Block = "block",
        /// Multifactor authentication.
        Mfa = "mfa",
        /// A device that Intune marks as compliant.
        CompliantDevice = "compliantDevice",
        /// A device that is hybrid joined.
        DomainJoinedDevice = "domainJoinedDevice",
        /// An approved client app; retired by Microsoft in March 2026.
        ApprovedApplication = "approvedApplication",
        /// An app with an app protection policy.
        CompliantApplication = "compliantApplication",
        /// A password change; with MFA and user risk only.
        PasswordChange = "passwordChange",
        /// Risk remediation, for any authentication method.
        RiskRemediation = "riskRemediation",
    }

    /// Kinds of guests and external users. Expect new values.
    GuestOrExternalUserType {
        /// A guest with a local account.
        InternalGuest = "internalGuest",
        /// B2B collaboration, user type guest.
        B2bCollaborationGuest as "B2B_COLLABORATION_GUEST" = "b2bCollaborationGuest",
        /// B2B collaboration, user type member.
        B2bCollaborationMember as "B2B_COLLABORATION_MEMBER" = "b2bCollaborationMember",
        /// B2B direct connect, such as shared channels.
        B2bDirectConnectUser as "B2B_DIRECT_CONNECT_USER" = "b2bDirectConnectUser",
        /// External in another way.
        OtherExternalUser = "otherExternalUser",
        /// A partner's technician.
        ServiceProvider = "serviceProvider",
        /// None.
        None = "none",
    }

    /// Which tenants external users come from. Expect new values.
    ExternalTenantsMembershipKind {
        /// Any.
        All = "all",
        /// Those listed.
        Enumerated = "enumerated",
    }

    /// Whether a filter takes in what matches it, or leaves it out. Expect new values.
    FilterMode {
        /// Only what matches.
        Include = "include",
        /// All but what matches.
        Exclude = "exclude",
    }

    /// How often a sign-in is asked for. Expect new values.
    SignInFrequencyInterval {
        /// After so many hours or days.
        TimeBased = "timeBased",
        /// Every time.
        EveryTime = "everyTime",
    }

    /// The unit of a sign-in frequency. Expect new values.
    SignInFrequencyType {
        /// Days.
        Days = "days",
        /// Hours.
        Hours = "hours",
    }

    /// What is asked for again. Expect new values.
    SignInFrequencyAuthenticationType {
        /// The first and the second factor.
        PrimaryAndSecondaryAuthentication = "primaryAndSecondaryAuthentication",
        /// The second factor only.
        SecondaryAuthentication = "secondaryAuthentication",
    }

    /// Whether a browser session outlives the browser. Expect new values.
    PersistentBrowserMode {
        /// Always.
        Always = "always",
        /// Never.
        Never = "never",
    }

    /// What Defender for Cloud Apps does with a session. Expect new values.
    CloudAppSecurityType {
        /// What its own policies say.
        McasConfigured = "mcasConfigured",
        /// Watches.
        MonitorOnly = "monitorOnly",
        /// Blocks downloads.
        BlockDownloads = "blockDownloads",
    }

    /// How strictly access is evaluated continuously. Expect new values.
    ContinuousAccessEvaluationMode {
        /// Strictly.
        StrictEnforcement = "strictEnforcement",
        /// Not at all.
        Disabled = "disabled",
        /// Strictly, for locations.
        StrictLocation = "strictLocation",
    }

    /// User actions that a policy can be about. Expect new values.
    UserAction {
        /// Registering security information.
        RegisterSecurityInfo = "urn:user:registersecurityinfo",
        /// Registering or joining a device.
        RegisterDevice = "urn:user:registerdevice",
    }

    /// How the country of a sign-in is found. Expect new values.
    CountryLookupMethod {
        /// By the IP address.
        ClientIpAddress = "clientIpAddress",
        /// By the GPS of the authenticator app.
        AuthenticatorAppGps = "authenticatorAppGps",
    }
}
