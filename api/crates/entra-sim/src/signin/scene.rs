//! One sign-in before the policies see it.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::facts::User;
use super::places::Place;

#[derive(Debug, Clone)]
pub(super) struct Scene<'a> {
    pub id: Uuid,
    pub correlation_id: Uuid,
    pub at: DateTime<Utc>,
    pub user: &'a User,
    /// Application id of the client.
    pub client_app: String,
    pub target: Target,
    /// Authentication context that the resource asks for.
    pub context: Option<String>,
    pub client: Client,
    pub platform: Platform,
    pub device: Device,
    pub ip: IpAddr,
    pub place: &'static Place,
    pub sign_in_risk: Risk,
    pub user_risk: Risk,
    pub flow: Option<&'static str>,
    pub first_factor: FirstFactor,
    pub proof: Proof,
    /// Terms that the user has accepted before are told by their id and this number.
    pub acceptance: u64,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A resource by application id.
    Resource(String),
    /// `urn:user:registersecurityinfo` or `urn:user:registerdevice`.
    Action(&'static str),
}

/// The client as the log names it, and as a policy does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    Browser,
    Modern,
    ActiveSync,
    Imap,
    Pop,
    Smtp,
    OtherLegacy,
}

impl Client {
    /// `clientAppUsed` of the sign-in log.
    pub(super) fn logged(self) -> &'static str {
        match self {
            Client::Browser => "Browser",
            Client::Modern => "Mobile Apps and Desktop clients",
            Client::ActiveSync => "Exchange ActiveSync",
            Client::Imap => "IMAP4",
            Client::Pop => "POP3",
            Client::Smtp => "SMTP",
            Client::OtherLegacy => "Other clients",
        }
    }

    /// The value in `clientAppTypes`.
    pub(super) fn condition(self) -> &'static str {
        match self {
            Client::Browser => "browser",
            Client::Modern => "mobileAppsAndDesktopClients",
            Client::ActiveSync => "exchangeActiveSync",
            Client::Imap | Client::Pop | Client::Smtp | Client::OtherLegacy => "other",
        }
    }

    /// Basic authentication can't show a prompt.
    pub(super) fn is_legacy(self) -> bool {
        !matches!(self, Client::Browser | Client::Modern)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Platform {
    Windows,
    MacOs,
    Linux,
    Ios,
    Android,
    /// The user agent tells nothing.
    Unknown,
}

impl Platform {
    pub(super) fn condition(self) -> Option<&'static str> {
        Some(match self {
            Platform::Windows => "windows",
            Platform::MacOs => "macOS",
            Platform::Linux => "linux",
            Platform::Ios => "iOS",
            Platform::Android => "android",
            Platform::Unknown => return None,
        })
    }

    pub(super) fn logged(self) -> &'static str {
        match self {
            Platform::Windows => "Windows 11",
            Platform::MacOs => "MacOs",
            Platform::Linux => "Linux",
            Platform::Ios => "Ios 18",
            Platform::Android => "Android 15",
            Platform::Unknown => "",
        }
    }

    pub(super) fn is_mobile(self) -> bool {
        matches!(self, Platform::Ios | Platform::Android)
    }
}

/// A device; without a registration Entra knows nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Device {
    pub registration: Option<Registration>,
    /// The app in use is on Microsoft's list of approved apps, with an app protection policy.
    pub protected_app: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Registration {
    pub id: Uuid,
    pub name: String,
    pub trust: Trust,
    pub company: bool,
    pub managed: bool,
    pub compliant: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    Joined,
    Hybrid,
    Registered,
}

impl Trust {
    /// `trustType` in the log.
    pub(super) fn logged(self) -> &'static str {
        match self {
            Trust::Joined => "Azure AD joined",
            Trust::Hybrid => "Hybrid Azure AD joined",
            Trust::Registered => "Azure AD registered",
        }
    }

    /// `trustType` in a device filter.
    pub(super) fn in_filter(self) -> &'static str {
        match self {
            Trust::Joined => "AzureAD",
            Trust::Hybrid => "ServerAD",
            Trust::Registered => "Workplace",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Risk {
    None,
    Low,
    Medium,
    High,
}

impl Risk {
    pub(super) fn text(self) -> &'static str {
        match self {
            Risk::None => "none",
            Risk::Low => "low",
            Risk::Medium => "medium",
            Risk::High => "high",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FirstFactor {
    Accepted,
    /// 50126.
    WrongPassword,
    /// 50053.
    Locked,
}

/// What the user can prove beyond the first factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proof {
    /// Combinations the user could answer a prompt with, best first (Graph's spelling of combinations).
    pub methods: &'static [&'static str],
    /// The combination that the token holds already.
    pub in_token: Option<&'static str>,
    /// The user answers prompts this time.
    pub answers: bool,
}
