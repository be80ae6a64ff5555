//! One sign-in as the facts that a Conditional Access policy can test (ca-semantics.md sections 3 to 6, 10).
//!
//! `None` of a [`Fact`] is "nobody told us", never "no": the evaluator answers `UNKNOWN` where a policy tests it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use uuid::Uuid;

use crate::text_enum;

/// A fact of a sign-in; `None` where no source tells it.
pub type Fact<T> = Option<T>;

/// One sign-in.
#[derive(Clone, Debug, PartialEq)]
pub struct SignIn {
    /// Who signs in.
    pub identity: Identity,
    /// What is asked for.
    pub target: Target,
    /// What else a policy can test, apart from person, target, place and device.
    pub traits: Traits,
    /// Where from.
    pub place: Place,
    /// With which device.
    pub device: Fact<Device>,
}

/// Who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A user of the directory, guests among them.
    User(User),
    /// A service principal (workload identity).
    Workload(Workload),
}

/// A user, with what the directory says of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct User {
    /// Object id.
    pub id: Uuid,
    /// Member or which kind of guest.
    pub kind: Fact<UserKind>,
    /// Home tenant of somebody from outside; `None` when not known, or for a local account.
    pub home_tenant: Fact<Uuid>,
    /// Groups that hold it, transitively; `None`: membership is unknown. A group whose membership was not read is in `unread`.
    pub groups: Fact<BTreeSet<Uuid>>,
    /// Groups whose members nobody read: whether the user is in them is unknown.
    pub unread: BTreeSet<Uuid>,
    /// Template ids of the directory roles it holds at tenant scope, active now.
    pub roles: Fact<BTreeSet<Uuid>>,
}

text_enum! {
    /// Kinds of user as `guestOrExternalUserTypes` names them, and the member (ca-semantics.md section 3).
    UserKind {
        /// A member with an account of this tenant.
        Member = "member",
        /// A guest with an account of this tenant.
        InternalGuest = "internalGuest",
        /// A guest with an account elsewhere.
        B2bCollaborationGuest = "b2bCollaborationGuest",
        /// A member with an account elsewhere.
        B2bCollaborationMember = "b2bCollaborationMember",
        /// A Teams shared channel's user, who has no object here.
        B2bDirectConnectUser = "b2bDirectConnectUser",
        /// A partner's technician.
        ServiceProvider = "serviceProvider",
        /// Another external user.
        OtherExternalUser = "otherExternalUser",
    }
}

/// A service principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Object id (not application id).
    pub id: Uuid,
    /// Registered in this tenant, and for it alone: policies reach no others.
    pub single_tenant: Fact<bool>,
    /// Custom security attributes as `<set>_<name>` in lower case.
    pub attributes: Fact<Vec<(String, Vec<String>)>>,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// A resource by application id, in lower case.
    Resource(String),
    /// A user action.
    Action(UserAction),
}

text_enum! {
    /// User actions that a policy can target.
    UserAction {
        /// Registering security information.
        RegisterSecurityInfo = "urn:user:registersecurityinfo",
        /// Registering or joining a device.
        RegisterDevice = "urn:user:registerdevice",
    }
}

/// Small facts: few different combinations occur in a tenant, so a summary keeps each combination once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Traits {
    /// The client.
    pub client: Fact<ClientApp>,
    /// The platform that the user agent tells; `Some(None)`: it tells none.
    pub platform: Fact<Option<Platform>>,
    /// Authentication contexts that the resource asks for, such as `c1`; `Some` of nothing: it asks for none.
    pub contexts: Fact<BTreeSet<String>>,
    /// Risk of this sign-in.
    pub sign_in_risk: Fact<RiskLevel>,
    /// Risk of the user.
    pub user_risk: Fact<RiskLevel>,
    /// Risk of the service principal.
    pub service_principal_risk: Fact<RiskLevel>,
    /// Insider risk; `Some(None)`: the user has none.
    pub insider_risk: Fact<Option<InsiderRisk>>,
    /// How the session was handed over; `Some(None)`: it was not.
    pub transfer: Fact<Option<TransferMethod>>,
    /// What was proven beyond the first factor.
    pub proofs: Proofs,
}

text_enum! {
    /// `clientAppTypes` without its wildcards.
    ClientApp {
        /// A browser.
        Browser = "browser",
        /// A modern application.
        MobileAppsAndDesktopClients = "mobileAppsAndDesktopClients",
        /// Exchange ActiveSync.
        ExchangeActiveSync = "exchangeActiveSync",
        /// Everything else, which is legacy authentication.
        Other = "other",
    }
}

impl ClientApp {
    /// Legacy clients show no prompt.
    pub fn legacy(self) -> bool {
        matches!(self, ClientApp::ExchangeActiveSync | ClientApp::Other)
    }
}

text_enum! {
    /// `platforms` without its wildcard.
    Platform {
        /// Android.
        Android = "android",
        /// iOS and iPadOS.
        Ios = "iOS",
        /// Windows.
        Windows = "windows",
        /// Windows Phone.
        WindowsPhone = "windowsPhone",
        /// macOS.
        MacOs = "macOS",
        /// Linux.
        Linux = "linux",
    }
}

text_enum! {
    /// Risk levels of a sign-in, a user or a service principal.
    RiskLevel {
        /// No risk.
        None = "none",
        /// Low.
        Low = "low",
        /// Medium.
        Medium = "medium",
        /// High.
        High = "high",
    }
}

text_enum! {
    /// Levels of Purview's adaptive protection.
    InsiderRisk {
        /// Minor.
        Minor = "minor",
        /// Moderate.
        Moderate = "moderate",
        /// Elevated.
        Elevated = "elevated",
    }
}

text_enum! {
    /// `authenticationFlows.transferMethods`.
    TransferMethod {
        /// Device code flow.
        DeviceCodeFlow = "deviceCodeFlow",
        /// Authentication transfer.
        AuthenticationTransfer = "authenticationTransfer",
    }
}

/// What was proven beyond the first factor, or could be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Proofs {
    /// Whether a second factor was proven.
    pub mfa: Fact<bool>,
    /// Combinations proven, in Graph's spelling (`password,microsoftAuthenticatorPush`); known combinations prove or disprove a strength.
    pub combinations: Fact<BTreeSet<String>>,
    /// Combinations that the user has registered and could answer a prompt with; `Some` of nothing: no prompt can be answered.
    pub registered: Fact<BTreeSet<String>>,
    /// The client is on Microsoft's list of approved applications.
    pub approved_app: Fact<bool>,
    /// The client is under an app protection policy.
    pub protected_app: Fact<bool>,
    /// Terms of use accepted, by agreement id in lower case.
    pub accepted_terms: Fact<BTreeSet<String>>,
    /// The user changed the password in this sign-in, or its risk was remediated.
    pub remediated: Fact<bool>,
    /// Token protection: the session is bound to its device.
    pub bound_token: Fact<bool>,
}

/// Where a sign-in comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Public address.
    pub ip: Fact<IpAddr>,
    /// ISO 3166-1 alpha-2 in upper case, by the address; `Some(None)`: the address has no country.
    pub country: Fact<Option<String>>,
    /// The same by the authenticator's GPS, for locations that ask for it.
    pub gps_country: Fact<Option<String>>,
}

/// A device as the sign-in shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Device {
    /// Entra doesn't know it: every attribute is null.
    Unregistered,
    /// Entra knows it.
    Registered(Box<DeviceAttributes>),
}

/// Attributes of a registered device, as device filters name them; `None`: the source doesn't tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeviceAttributes {
    /// `deviceId`, in lower case.
    pub device_id: Fact<String>,
    /// `displayName`.
    pub display_name: Fact<String>,
    /// `deviceOwnership`: `Personal` or `Company`; `Some(None)`: null.
    pub ownership: Fact<Option<String>>,
    /// `enrollmentProfileName`.
    pub enrollment_profile: Fact<Option<String>>,
    /// `isCompliant`.
    pub compliant: Fact<bool>,
    /// Managed by an MDM: extension attributes count only then, or when compliant or hybrid-joined.
    pub managed: Fact<bool>,
    /// `manufacturer`.
    pub manufacturer: Fact<Option<String>>,
    /// `mdmAppId`.
    pub mdm_app_id: Fact<Option<String>>,
    /// `model`.
    pub model: Fact<Option<String>>,
    /// `operatingSystem`.
    pub operating_system: Fact<String>,
    /// `operatingSystemVersion`.
    pub operating_system_version: Fact<Option<String>>,
    /// `physicalIds`.
    pub physical_ids: Fact<BTreeSet<String>>,
    /// `profileType`.
    pub profile_type: Fact<Option<String>>,
    /// `systemLabels`.
    pub system_labels: Fact<BTreeSet<String>>,
    /// `trustType`.
    pub trust: Fact<TrustType>,
    /// `extensionAttribute1` to `15`, by number from 1; absent: null.
    pub extension_attributes: Fact<Vec<(u8, String)>>,
}

text_enum! {
    /// `trustType` as device filters spell it.
    TrustType {
        /// Entra joined.
        AzureAd = "AzureAD",
        /// Hybrid joined.
        ServerAd = "ServerAD",
        /// Registered.
        Workplace = "Workplace",
    }
}
