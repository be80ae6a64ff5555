//! Client, platform, contexts, risks and flow: conditions that choose among a few words (ca-semantics.md section 5).

use std::collections::BTreeSet;
use std::str::FromStr;

use serde_json::{Map, Value};

use super::Answer;
use super::finding::{Condition, Entry, Finding, Hit, Why, anything, sides};
use super::read::{object, strange};
use crate::signin::{ClientApp, Fact, InsiderRisk, Platform, RiskLevel, Traits, TransferMethod};

/// The conditions of a policy that look at [`Traits`].
#[derive(Clone, Debug)]
pub(super) struct Circumstances {
    clients: Option<Words<ClientApp>>,
    platforms: Option<(Words<Platform>, Words<Platform>)>,
    contexts: BTreeSet<String>,
    sign_in_risk: Option<Words<RiskLevel>>,
    user_risk: Option<Words<RiskLevel>>,
    service_principal_risk: Option<Words<RiskLevel>>,
    insider_risk: Option<Words<InsiderRisk>>,
    flow: Option<Words<TransferMethod>>,
    /// Conditions and members that this version doesn't know, with their path.
    strange: Vec<String>,
}

/// A list of words.
#[derive(Clone, Debug)]
struct Words<T> {
    path: &'static str,
    all: bool,
    known: Vec<T>,
    /// A word that this version doesn't know: whom it means is unknown.
    strange: Option<String>,
}

const CLIENTS: &str = "conditions.clientAppTypes";
const PLATFORMS: &str = "conditions.platforms";
const INCLUDE_PLATFORMS: &str = "conditions.platforms.includePlatforms";
const CONTEXTS: &str = "conditions.applications.includeAuthenticationContextClassReferences";
const SIGN_IN_RISK: &str = "conditions.signInRiskLevels";
const USER_RISK: &str = "conditions.userRiskLevels";
const SERVICE_PRINCIPAL_RISK: &str = "conditions.servicePrincipalRiskLevels";
const INSIDER_RISK: &str = "conditions.insiderRiskLevels";
const FLOW: &str = "conditions.authenticationFlows.transferMethods";

/// Members of `conditions` that this version evaluates.
const CONDITIONS: [&str; 13] = [
    "users",
    "clientApplications",
    "applications",
    "platforms",
    "locations",
    "clientAppTypes",
    "devices",
    "deviceStates",
    "signInRiskLevels",
    "userRiskLevels",
    "servicePrincipalRiskLevels",
    "insiderRiskLevels",
    "authenticationFlows",
];
/// Members of a policy that this version knows.
const POLICY: [&str; 6] = ["displayName", "description", "state", "conditions", "grantControls", "sessionControls"];

impl Circumstances {
    pub(super) fn new(policy: &Value) -> Self {
        let empty = Map::new();
        let conditions = policy.get("conditions").unwrap_or(&Value::Null);
        let applications = object(conditions, "applications").unwrap_or(&empty);
        let platforms = object(conditions, "platforms");
        let flows = object(conditions, "authenticationFlows");
        let mut unknown = strange(conditions.as_object().unwrap_or(&empty), "conditions", &CONDITIONS);
        unknown.extend(policy.as_object().into_iter().flat_map(Map::keys).filter(|name| !POLICY.contains(&name.as_str())).cloned());
        unknown.extend(platforms.into_iter().flat_map(|clause| strange(clause, PLATFORMS, &["includePlatforms", "excludePlatforms"])));
        unknown.extend(flows.into_iter().flat_map(|clause| strange(clause, "conditions.authenticationFlows", &["transferMethods"])));
        Circumstances {
            clients: Words::of(conditions.get("clientAppTypes"), CLIENTS, client),
            platforms: platforms.map(|clause| {
                let side = |name, path| Words::of(clause.get(name), path, word).unwrap_or(Words::none(path));
                (side("includePlatforms", INCLUDE_PLATFORMS), side("excludePlatforms", "conditions.platforms.excludePlatforms"))
            }),
            contexts: super::read::texts(applications, "includeAuthenticationContextClassReferences").map(str::to_owned).collect(),
            sign_in_risk: Words::of(conditions.get("signInRiskLevels"), SIGN_IN_RISK, risk),
            user_risk: Words::of(conditions.get("userRiskLevels"), USER_RISK, risk),
            service_principal_risk: Words::of(conditions.get("servicePrincipalRiskLevels"), SERVICE_PRINCIPAL_RISK, risk),
            insider_risk: Words::of(conditions.get("insiderRiskLevels"), INSIDER_RISK, word),
            flow: Words::of(flows.and_then(|flows| flows.get("transferMethods")), FLOW, word),
            strange: unknown,
        }
    }

    /// All of them, in the order of the portal. The device filter stands between client and risk there; it is asked for on its own.
    pub(super) fn of(&self, traits: &Traits) -> impl Iterator<Item = Finding<'_>> {
        let strange = self.strange.iter().map(|path| Finding {
            answer: Answer::Unknown,
            why: Why::NotUnderstood,
            ..anything(Condition::UnknownMember, path)
        });
        [
            self.context(&traits.contexts),
            self.platform(traits.platform),
            one(&self.clients, Condition::ClientApps, CLIENTS, traits.client.map(Some)),
            one(&self.sign_in_risk, Condition::SignInRisk, SIGN_IN_RISK, traits.sign_in_risk.map(Some)),
            one(&self.user_risk, Condition::UserRisk, USER_RISK, traits.user_risk.map(Some)),
            one(
                &self.service_principal_risk,
                Condition::ServicePrincipalRisk,
                SERVICE_PRINCIPAL_RISK,
                traits.service_principal_risk.map(Some),
            ),
            one(&self.insider_risk, Condition::InsiderRisk, INSIDER_RISK, traits.insider_risk),
            one(&self.flow, Condition::AuthenticationFlow, FLOW, traits.transfer),
        ]
        .into_iter()
        .chain(strange)
    }

    fn context(&self, asked: &Fact<BTreeSet<String>>) -> Finding<'_> {
        const CONDITION: Condition = Condition::AuthenticationContext;
        if self.contexts.is_empty() {
            return anything(CONDITION, CONTEXTS);
        }
        let hit = match asked {
            None => Hit::unknown(Why::FactMissing, CONTEXTS, Entry::None),
            Some(asked) => match self.contexts.iter().find(|context| asked.contains(*context)) {
                Some(context) => Hit::yes(CONTEXTS, Entry::Text(context)),
                None => Hit::none(CONTEXTS),
            },
        };
        sides(CONDITION, hit, Hit::none(CONTEXTS))
    }

    fn platform(&self, platform: Fact<Option<Platform>>) -> Finding<'_> {
        let Some((included, excluded)) = &self.platforms else { return anything(Condition::DevicePlatform, PLATFORMS) };
        let hit = match included.is_empty() {
            // Exclusions alone: no source says what they leave.
            true => Hit::unknown(Why::NotUnderstood, INCLUDE_PLATFORMS, Entry::None),
            false => included.hit(platform),
        };
        sides(Condition::DevicePlatform, hit, excluded.hit(platform))
    }
}

fn one<'r, T: Copy + PartialEq + Named>(
    words: &'r Option<Words<T>>,
    condition: Condition,
    path: &'static str,
    fact: Fact<Option<T>>,
) -> Finding<'r> {
    match words {
        Some(words) => sides(condition, words.hit(fact), Hit::none(path)),
        None => anything(condition, path),
    }
}

impl<T: Copy + PartialEq + Named> Words<T> {
    /// A list, or nothing when it is absent.
    fn of(list: Option<&Value>, path: &'static str, read: fn(&str) -> Word<T>) -> Option<Self> {
        let mut words = Words::none(path);
        for text in list?.as_array().into_iter().flatten().filter_map(Value::as_str) {
            match read(text) {
                Word::All => words.all = true,
                Word::Known(known) => words.known.push(known),
                Word::Nothing => {}
                Word::Strange => words.strange = Some(text.to_owned()),
            }
        }
        Some(words)
    }

    fn none(path: &'static str) -> Self {
        Words { path, all: false, known: Vec::new(), strange: None }
    }

    fn is_empty(&self) -> bool {
        !self.all && self.known.is_empty() && self.strange.is_none()
    }

    /// `Some(None)`: the sign-in has none of what the words name.
    fn hit(&self, fact: Fact<Option<T>>) -> Hit<'_> {
        if self.all {
            return Hit::yes(self.path, Entry::Text("all"));
        }
        match fact {
            _ if self.is_empty() => Hit::none(self.path),
            None => Hit::unknown(Why::FactMissing, self.path, Entry::None),
            Some(Some(value)) if self.known.contains(&value) => Hit::yes(self.path, Entry::Text(value.name())),
            Some(Some(_)) => self
                .strange
                .as_deref()
                .map_or(Hit::none(self.path), |strange| Hit::unknown(Why::NotUnderstood, self.path, Entry::Text(strange))),
            Some(None) => Hit::none(self.path),
        }
    }
}

enum Word<T> {
    All,
    Known(T),
    /// A word that no sign-in meets.
    Nothing,
    Strange,
}

fn word<T: FromStr>(text: &str) -> Word<T> {
    match text {
        "all" => Word::All,
        "none" => Word::Nothing,
        text => text.parse().map_or(Word::Strange, Word::Known),
    }
}

/// `easSupported` is the part of Exchange ActiveSync that it was possible to choose once.
fn client(text: &str) -> Word<ClientApp> {
    if text == "easSupported" { Word::Known(ClientApp::ExchangeActiveSync) } else { word(text) }
}

/// `none` is a level like the others. What is `hidden` for want of a licence is a fact that nobody told.
fn risk(text: &str) -> Word<RiskLevel> {
    if text == "hidden" { Word::Nothing } else { text.parse().map_or(Word::Strange, Word::Known) }
}

/// Words that have a fixed text.
trait Named {
    fn name(self) -> &'static str;
}

macro_rules! named {
    ($($name:ident),+) => { $(impl Named for $name { fn name(self) -> &'static str { self.as_str() } })+ };
}
named!(ClientApp, Platform, RiskLevel, InsiderRisk, TransferMethod);
