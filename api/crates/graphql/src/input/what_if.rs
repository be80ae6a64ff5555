//! A sign-in as somebody describes it.

use std::collections::BTreeSet;

use app::{DescribedIdentity, DescribedSignIn, DescribedUser};
use async_graphql::{InputObject, MaybeUndefined, OneofObject, Result};
use domain::signin::{self, Fact, Place, Proofs, Target, Traits, Workload};
use uuid::Uuid;

use crate::enums::{ClientAppType, DevicePlatform, GuestOrExternalUserType, InsiderRiskLevel, RiskLevel, TransferMethod, UserAction, Word};
use crate::fault::bad_input;
use crate::input::what_if_device::SignInDeviceInput;

/// Groups of one user (ca-semantics.md section 16: more may keep a user out).
const MAX_GROUPS: usize = 2_048;
/// Roles, contexts, attributes, combinations, terms.
const MAX_ENTRIES: usize = 200;

/// A sign-in. What is left out is unknown, and makes the answer `UNKNOWN` where a policy tests it.
#[derive(InputObject)]
pub struct SignInInput {
    /// Who signs in.
    identity: SignInIdentityInput,
    /// What is asked for.
    target: SignInTargetInput,
    /// Authentication contexts that the resource asks for, such as `c1`; an empty list: none. At most 200.
    authentication_contexts: Option<Vec<String>>,
    /// The client: one of the four types of clients.
    client: Option<ClientAppType>,
    /// The platform that the user agent names; `null`: it names none.
    platform: MaybeUndefined<DevicePlatform>,
    /// The public address, IPv4 or IPv6.
    ip_address: Option<String>,
    /// The country of the address, ISO 3166-1 alpha-2; `null`: the address has none.
    country: MaybeUndefined<String>,
    /// The country by the GPS of the authenticator app, for locations that ask for it; `null`: none.
    gps_country: MaybeUndefined<String>,
    /// The device.
    device: Option<SignInDeviceInput>,
    /// Risk of the sign-in.
    sign_in_risk: Option<RiskLevel>,
    /// Risk of the user.
    user_risk: Option<RiskLevel>,
    /// Risk of the service principal.
    service_principal_risk: Option<RiskLevel>,
    /// Insider risk; `null`: none.
    insider_risk: MaybeUndefined<InsiderRiskLevel>,
    /// How the session was handed over; `NONE` or `null`: it was not.
    transfer_method: MaybeUndefined<TransferMethod>,
    /// What was proven beyond the first factor.
    proofs: Option<SignInProofsInput>,
}

/// Who signs in: exactly one.
#[derive(OneofObject)]
pub enum SignInIdentityInput {
    /// A user of the directory.
    User(SignInUserInput),
    /// Somebody from outside who need not be in the directory.
    Guest(SignInGuestInput),
    /// A service principal.
    ServicePrincipal(SignInServicePrincipalInput),
}

/// A user of the directory. What is left out is taken from the directory as it was last read.
#[derive(InputObject)]
pub struct SignInUserInput {
    /// The object id in Entra.
    object_id: String,
    /// The kind of guest; `null`: a member.
    guest_type: MaybeUndefined<GuestOrExternalUserType>,
    /// The home tenant's id.
    home_tenant_id: Option<String>,
    /// Object ids of the groups that hold the user, transitively. At most 2,048.
    group_ids: Option<Vec<String>>,
    /// Template ids of the directory roles that the user holds. At most 200.
    role_template_ids: Option<Vec<String>>,
}

/// Somebody from outside.
#[derive(InputObject)]
pub struct SignInGuestInput {
    /// The kind of guest.
    guest_type: GuestOrExternalUserType,
    /// The home tenant's id.
    home_tenant_id: Option<String>,
    /// Object ids of the groups that hold the guest, transitively. At most 2,048.
    group_ids: Option<Vec<String>>,
    /// Template ids of the directory roles that the guest holds. At most 200.
    role_template_ids: Option<Vec<String>>,
}

/// A service principal.
#[derive(InputObject)]
pub struct SignInServicePrincipalInput {
    /// The object id in Entra, not the application id.
    object_id: String,
    /// Registered in this tenant and for it alone: policies reach no others.
    single_tenant: Option<bool>,
    /// Custom security attributes. At most 200.
    attributes: Option<Vec<SignInAttributeInput>>,
}

/// A custom security attribute.
#[derive(InputObject)]
pub struct SignInAttributeInput {
    /// Set and name with an underscore between: `Engineering_Project`.
    name: String,
    /// Its values. At most 200.
    values: Vec<String>,
}

/// What is asked for: exactly one.
#[derive(OneofObject)]
pub enum SignInTargetInput {
    /// A resource, by application id. Groups of applications such as `Office365` are none.
    ApplicationId(String),
    /// A user action.
    UserAction(UserAction),
}

/// What was proven beyond the first factor, or can be. What is left out is unknown.
#[derive(InputObject)]
pub struct SignInProofsInput {
    /// A second factor was proven.
    mfa: Option<bool>,
    /// Combinations of methods that were proven, as Graph spells them, such as `password,microsoftAuthenticatorPush`. At most 200.
    combinations: Option<Vec<String>>,
    /// Combinations that the user could answer a prompt with. Left out: some. At most 200.
    registered: Option<Vec<String>>,
    /// The client is an approved app.
    approved_app: Option<bool>,
    /// The client is under an app protection policy.
    protected_app: Option<bool>,
    /// Ids of the terms of use that the user has accepted. At most 200.
    accepted_terms: Option<Vec<String>>,
    /// The password was changed in this sign-in, or the risk remediated.
    remediated: Option<bool>,
    /// The session is bound to its device.
    bound_token: Option<bool>,
}

impl SignInInput {
    /// As facts.
    pub fn described(self) -> Result<DescribedSignIn> {
        let ip = self.ip_address.map(|text| text.trim().parse().map_err(|_| bad_input("signIn.ipAddress is no IPv4 or IPv6 address.")));
        Ok(DescribedSignIn {
            identity: self.identity.described()?,
            target: match self.target {
                SignInTargetInput::ApplicationId(id) => Target::Resource(guid("signIn.target.applicationId", &id)?.to_string()),
                SignInTargetInput::UserAction(action) => Target::Action(word("signIn.target.userAction", action)?),
            },
            traits: Traits {
                client: self.client.map(|client| word("signIn.client", client)).transpose()?,
                platform: nullable(self.platform, |platform| word("signIn.platform", platform))?,
                contexts: self.authentication_contexts.map(|texts| set("signIn.authenticationContexts", texts)).transpose()?,
                sign_in_risk: risk(self.sign_in_risk)?,
                user_risk: risk(self.user_risk)?,
                service_principal_risk: risk(self.service_principal_risk)?,
                insider_risk: nullable(self.insider_risk, |level| word("signIn.insiderRisk", level))?,
                transfer: match self.transfer_method {
                    MaybeUndefined::Value(TransferMethod::None) => Some(None),
                    other => nullable(other, |method| word("signIn.transferMethod", method))?,
                },
                proofs: self.proofs.map(SignInProofsInput::facts).transpose()?.unwrap_or_default(),
            },
            place: Place {
                ip: ip.transpose()?,
                country: nullable(self.country, |code| country("signIn.country", &code))?,
                gps_country: nullable(self.gps_country, |code| country("signIn.gpsCountry", &code))?,
            },
            device: self.device.map(SignInDeviceInput::facts).transpose()?,
        })
    }
}

impl SignInIdentityInput {
    fn described(self) -> Result<DescribedIdentity> {
        Ok(match self {
            SignInIdentityInput::User(user) => DescribedIdentity::User(DescribedUser {
                id: guid("signIn.identity.user.objectId", &user.object_id)?,
                kind: match user.guest_type {
                    MaybeUndefined::Undefined => None,
                    MaybeUndefined::Null => Some(signin::UserKind::Member),
                    MaybeUndefined::Value(kind) => Some(word("signIn.identity.user.guestType", kind)?),
                },
                home_tenant: user.home_tenant_id.map(|id| guid("signIn.identity.user.homeTenantId", &id)).transpose()?,
                groups: guids("signIn.identity.user.groupIds", user.group_ids, MAX_GROUPS)?,
                roles: guids("signIn.identity.user.roleTemplateIds", user.role_template_ids, MAX_ENTRIES)?,
            }),
            SignInIdentityInput::Guest(guest) => DescribedIdentity::User(DescribedUser {
                id: Uuid::nil(),
                kind: Some(word("signIn.identity.guest.guestType", guest.guest_type)?),
                home_tenant: guest.home_tenant_id.map(|id| guid("signIn.identity.guest.homeTenantId", &id)).transpose()?,
                groups: guids("signIn.identity.guest.groupIds", guest.group_ids, MAX_GROUPS)?,
                roles: guids("signIn.identity.guest.roleTemplateIds", guest.role_template_ids, MAX_ENTRIES)?,
            }),
            SignInIdentityInput::ServicePrincipal(principal) => DescribedIdentity::Workload(Workload {
                id: guid("signIn.identity.servicePrincipal.objectId", &principal.object_id)?,
                single_tenant: principal.single_tenant,
                attributes: principal.attributes.map(attributes).transpose()?,
            }),
        })
    }
}

impl SignInProofsInput {
    fn facts(self) -> Result<Proofs> {
        let terms = self.accepted_terms.map(|ids| set("signIn.proofs.acceptedTerms", ids)).transpose()?;
        Ok(Proofs {
            mfa: self.mfa,
            combinations: self.combinations.map(|texts| set("signIn.proofs.combinations", texts)).transpose()?,
            registered: self.registered.map(|texts| set("signIn.proofs.registered", texts)).transpose()?,
            approved_app: self.approved_app,
            protected_app: self.protected_app,
            accepted_terms: terms.map(|ids| ids.into_iter().map(|id| id.to_lowercase()).collect()),
            remediated: self.remediated,
            bound_token: self.bound_token,
        })
    }
}

fn attributes(attributes: Vec<SignInAttributeInput>) -> Result<Vec<(String, Vec<String>)>> {
    let path = "signIn.identity.servicePrincipal.attributes";
    at_most(path, attributes.len(), MAX_ENTRIES)?;
    let pair = |attribute: SignInAttributeInput| {
        at_most(path, attribute.values.len(), MAX_ENTRIES)?;
        Ok((attribute.name.to_lowercase(), attribute.values))
    };
    attributes.into_iter().map(pair).collect()
}

/// A keyword of Graph as a fact; wildcards such as `ALL` are none.
fn word<W: Word, T: std::str::FromStr>(path: &str, value: W) -> Result<T> {
    value.word().and_then(|word| word.parse().ok()).ok_or_else(|| bad_input(format!("{path} does not describe a sign-in.")))
}

/// A level; one that is hidden is unknown.
fn risk(level: Option<RiskLevel>) -> Result<Fact<signin::RiskLevel>> {
    level.filter(|level| *level != RiskLevel::Hidden).map(|level| word("signIn risk", level)).transpose()
}

/// Left out is unknown, `null` is none.
fn nullable<V, T>(value: MaybeUndefined<V>, read: impl FnOnce(V) -> Result<T>) -> Result<Fact<Option<T>>> {
    match value {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Null => Ok(Some(None)),
        MaybeUndefined::Value(value) => read(value).map(|read| Some(Some(read))),
    }
}

fn country(path: &str, code: &str) -> Result<String> {
    let code = code.trim().to_uppercase();
    let fits = code.len() == 2 && code.chars().all(|letter| letter.is_ascii_uppercase());
    if fits { Ok(code) } else { Err(bad_input(format!("{path} is no country by ISO 3166-1 alpha-2."))) }
}

fn guid(path: &str, text: &str) -> Result<Uuid> {
    Uuid::parse_str(text.trim()).map_err(|_| bad_input(format!("{path} is no GUID.")))
}

fn guids(path: &str, texts: Option<Vec<String>>, most: usize) -> Result<Fact<BTreeSet<Uuid>>> {
    let Some(texts) = texts else { return Ok(None) };
    at_most(path, texts.len(), most)?;
    texts.iter().map(|text| guid(path, text)).collect::<Result<_>>().map(Some)
}

fn set(path: &str, texts: Vec<String>) -> Result<BTreeSet<String>> {
    at_most(path, texts.len(), MAX_ENTRIES)?;
    Ok(texts.into_iter().collect())
}

pub(super) fn at_most(path: &str, count: usize, most: usize) -> Result<()> {
    if count <= most { Ok(()) } else { Err(bad_input(format!("{path} holds at most {most} entries, not {count}."))) }
}
