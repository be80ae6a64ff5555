//! What is asked for: resources, user actions, authentication contexts (ca-semantics.md section 4).

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::Answer;
use super::app_groups::{in_admin_portals, in_office_365};
use super::finding::{Condition, Entry, Finding, Hit, Why, anything, sides};
use super::read::{object, strange, texts};
use super::rule_filter::RuleFilter;
use super::surroundings::Surroundings;
use crate::filter::Dialect;
use crate::signin::{Fact, Target, UserAction};

/// What a policy is about.
#[derive(Clone, Debug)]
pub(super) struct Targets {
    included: Side,
    excluded: Side,
    filter: Option<RuleFilter>,
    /// What the filter says of the applications that have attributes; `None`: nobody read them.
    filtered: Fact<HashMap<String, Answer>>,
    /// What the filter says of an application without attributes.
    bare: Answer,
    actions: HashSet<String>,
    /// The policy is about authentication contexts, whatever the resource that asks for them.
    contexts: bool,
    /// Members that this version doesn't know, with their path.
    strange: Vec<String>,
}

#[derive(Clone, Debug)]
struct Side {
    path: &'static str,
    all: bool,
    office_365: bool,
    admin_portals: bool,
    ids: HashSet<String>,
    /// Words that are no application id.
    strange: Vec<String>,
}

const PATH: &str = "conditions.applications";
const INCLUDE: &str = "conditions.applications.includeApplications";
const EXCLUDE: &str = "conditions.applications.excludeApplications";
const FILTER: &str = "conditions.applications.applicationFilter";
const ACTIONS: &str = "conditions.applications.includeUserActions";
const CONTEXTS: &str = "conditions.applications.includeAuthenticationContextClassReferences";
const KNOWN: [&str; 5] = [
    "includeApplications",
    "excludeApplications",
    "applicationFilter",
    "includeUserActions",
    "includeAuthenticationContextClassReferences",
];

impl Targets {
    pub(super) fn new(conditions: &Value, surroundings: &Surroundings) -> Self {
        let empty = Map::new();
        let clause = object(conditions, "applications").unwrap_or(&empty);
        let filter = clause.get("applicationFilter").map(|filter| RuleFilter::new(filter, Dialect::Attributes));
        let of = |attributes: &[(String, Vec<String>)]| filter.as_ref().map_or(Answer::No, |filter| filter.of_attributes(attributes));
        Targets {
            included: Side::new(clause, "includeApplications", INCLUDE),
            excluded: Side::new(clause, "excludeApplications", EXCLUDE),
            filtered: match &filter {
                Some(_) => surroundings
                    .app_attributes
                    .as_ref()
                    .map(|apps| apps.iter().map(|(id, attributes)| (id.clone(), of(attributes))).collect()),
                None => None,
            },
            bare: of(&[]),
            actions: texts(clause, "includeUserActions").map(str::to_lowercase).collect(),
            contexts: texts(clause, "includeAuthenticationContextClassReferences").next().is_some(),
            strange: strange(clause, PATH, &KNOWN),
            filter,
        }
    }

    pub(super) fn of(&self, target: &Target) -> Finding<'_> {
        match target {
            _ if self.contexts => anything(Condition::AuthenticationContext, CONTEXTS),
            Target::Action(action) => sides(Condition::UserActions, self.action(*action), Hit::none(EXCLUDE)),
            Target::Resource(app_id) => {
                let included = self.included.of(app_id).or(|| self.filtered(app_id, true)).or(|| self.strange());
                let excluded = self.excluded.of(app_id).or(|| self.filtered(app_id, false)).or(|| self.strange());
                sides(Condition::Application, included, excluded)
            }
        }
    }

    /// A policy for all resources covers user actions too; exclusions name resources.
    fn action(&self, action: UserAction) -> Hit<'_> {
        let listed = match self.actions.contains(action.as_str()) {
            true => Hit::yes(ACTIONS, Entry::Text(action.as_str())),
            false if self.included.all => Hit::yes(INCLUDE, Entry::Text("All")),
            false => Hit::none(ACTIONS),
        };
        listed.or(|| self.strange())
    }

    fn filtered(&self, app_id: &str, includes: bool) -> Hit<'_> {
        let Some(filter) = self.filter.as_ref().filter(|filter| filter.includes() == includes) else { return Hit::none(FILTER) };
        let answer = self.filtered.as_ref().map_or(Answer::Unknown, |apps| apps.get(app_id).copied().unwrap_or(self.bare));
        match answer {
            Answer::Yes => Hit::yes(FILTER, Entry::Text(filter.rule())),
            Answer::No => Hit::none(FILTER),
            Answer::Unknown => Hit::unknown(filter.unknown_why(), FILTER, Entry::Text(filter.rule())),
        }
    }

    fn strange(&self) -> Hit<'_> {
        self.strange.first().map_or(Hit::none(PATH), |path| Hit::unknown(Why::NotUnderstood, path, Entry::None))
    }
}

impl Side {
    fn new(clause: &Map<String, Value>, name: &str, path: &'static str) -> Self {
        let mut side = Side { path, all: false, office_365: false, admin_portals: false, ids: HashSet::new(), strange: Vec::new() };
        for text in texts(clause, name) {
            match text {
                "All" => side.all = true,
                "None" => {}
                "Office365" => side.office_365 = true,
                "MicrosoftAdminPortals" => side.admin_portals = true,
                id if uuid::Uuid::parse_str(id).is_ok() => {
                    side.ids.insert(id.to_lowercase());
                }
                // Resources of agents among them: no sign-in tells which those are.
                other => side.strange.push(other.to_owned()),
            }
        }
        side
    }

    fn of(&self, app_id: &str) -> Hit<'_> {
        let word = match () {
            () if self.all => Some("All"),
            () if self.office_365 && in_office_365(app_id) => Some("Office365"),
            () if self.admin_portals && in_admin_portals(app_id) => Some("MicrosoftAdminPortals"),
            () => None,
        };
        let entry = word.or_else(|| self.ids.get(app_id).map(String::as_str));
        match (entry, self.strange.first()) {
            (Some(entry), _) => Hit::yes(self.path, Entry::Text(entry)),
            (None, Some(strange)) => Hit::unknown(Why::NotUnderstood, self.path, Entry::Text(strange)),
            (None, None) => Hit::none(self.path),
        }
    }
}
