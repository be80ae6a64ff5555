//! The evaluator: does a policy apply to a sign-in, and what does it ask for (ca-semantics.md sections 2 to 10).
//!
//! A [`Rule`] is a policy compiled once. It answers dimension by dimension, so that a summary is judged once for each entry of its dictionaries, and as a
//! whole with the clause that decided. Every answer has three values: a fact that nobody told gives [`Answer::Unknown`] where it would decide, and so does
//! a condition that this version can't read.
//!
//! Deliberately absent: service dependencies and low-privilege scopes, which no sign-in log tells.

mod answer;
mod app_groups;
mod circumstances;
mod controls;
mod decision;
mod devices;
mod finding;
mod people;
mod places;
mod possible;
mod read;
mod rule_filter;
mod session;
mod surroundings;
mod targets;
mod verdict;
mod workloads;

pub use answer::Answer;
pub use app_groups::{grouped_applications, in_admin_portals, in_office_365};
pub use controls::Control;
pub use decision::{Decision, Missing, Outcome, decide};
pub use finding::{Condition, Why};
pub use possible::Standing;
pub use session::{Frequency, PersistentBrowser, SessionOutcome};
pub use surroundings::{Attributes, Location, Strength, Surroundings};
pub use verdict::{Clause, Verdict};

use uuid::Uuid;

use crate::document::PolicyDocument;
use crate::policy::PolicyState;
use crate::signin::{Device, Fact, Identity, Place, SignIn, Target, Traits, UserKind};

use controls::{Controls, Seen};
use possible::Possible;

/// A policy, compiled for one tenant.
#[derive(Clone, Debug)]
pub struct Rule {
    id: Option<Uuid>,
    name: String,
    state: Option<PolicyState>,
    people: people::People,
    targets: targets::Targets,
    places: places::Places,
    devices: devices::Devices,
    circumstances: circumstances::Circumstances,
    controls: Controls,
    session: session::Session,
}

impl Rule {
    /// Compiles a document. What it refers to and `surroundings` doesn't hold is unknown wherever it would decide.
    pub fn new(document: &PolicyDocument, surroundings: &Surroundings) -> Self {
        let canonical = document.canonical();
        let policy = canonical.value();
        let conditions = policy.get("conditions").unwrap_or(&serde_json::Value::Null);
        Rule {
            id: document.graph_id(),
            name: document.display_name().to_owned(),
            state: document.state(),
            people: people::People::new(conditions),
            targets: targets::Targets::new(conditions, surroundings),
            places: places::Places::new(conditions, surroundings),
            devices: devices::Devices::new(conditions),
            circumstances: circumstances::Circumstances::new(policy),
            controls: Controls::new(policy, document.value(), surroundings),
            session: session::Session::new(policy),
        }
    }

    /// Graph's id of the policy; `None` for a document that doesn't exist yet.
    pub fn id(&self) -> Option<Uuid> {
        self.id
    }

    /// Display name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// State; `None` when absent or one that this version doesn't know.
    pub fn state(&self) -> Option<PolicyState> {
        self.state
    }

    /// Whether the policy blocks whom it applies to.
    pub fn blocks(&self) -> bool {
        self.controls.blocks()
    }

    /// Whether it is for this user or service principal.
    pub fn of_person(&self, identity: &Identity) -> Answer {
        self.people.of(identity).answer
    }

    /// Whether it is for this resource or user action. A policy about authentication contexts is for all of them: [`Rule::of_traits`] decides.
    pub fn of_target(&self, target: &Target) -> Answer {
        self.targets.of(target).answer
    }

    /// Whether it applies here.
    pub fn of_place(&self, place: &Place) -> Answer {
        self.places.answer(place)
    }

    /// Whether it applies with this device; `None`: nobody told which.
    pub fn of_device(&self, device: Option<&Device>) -> Answer {
        self.devices.of(device).answer
    }

    /// Whether it applies with this client, platform, authentication contexts, risks and flow. Conditions that this version doesn't know answer here.
    pub fn of_traits(&self, traits: &Traits) -> Answer {
        self.circumstances.of(traits).map(|finding| finding.answer).min().unwrap_or(Answer::Yes)
    }

    /// How a sign-in to which the policy applies stands to what it asks for, as if it were enforced.
    ///
    /// `kind` is the user's; guests and sessions begun with a device code can't satisfy device controls, legacy clients show no prompt.
    pub fn standing(&self, kind: Fact<UserKind>, device: Option<&Device>, traits: &Traits) -> Standing {
        self.controls.standing(Seen { kind, device, traits }).standing()
    }

    /// Whether the policy applies to a sign-in, in the state that it has, and which clause decides.
    pub fn verdict(&self, sign_in: &SignIn) -> Verdict {
        verdict::verdict(self, sign_in)
    }

    fn possible(&self, sign_in: &SignIn) -> Possible {
        self.controls.standing(seen(sign_in))
    }
}

/// What controls look at in a sign-in.
fn seen(sign_in: &SignIn) -> Seen<'_> {
    let kind = match &sign_in.identity {
        Identity::User(user) => user.kind,
        Identity::Workload(_) => None,
    };
    Seen { kind, device: sign_in.device.as_ref(), traits: &sign_in.traits }
}
