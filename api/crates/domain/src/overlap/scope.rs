//! What a policy takes in, as sets of atoms.

use serde_json::Value;

use super::Candidate;
use super::atoms::Atoms;
use crate::evaluate::Answer;

/// A set of places in a list of atoms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    fn of(flags: impl Iterator<Item = bool>) -> Self {
        let mut words = Vec::new();
        for (at, flag) in flags.enumerate() {
            if at % 64 == 0 {
                words.push(0u64);
            }
            if flag && let Some(word) = words.last_mut() {
                *word |= 1 << (at % 64);
            }
        }
        Bits(words)
    }

    fn and(&self, other: &Bits) -> Bits {
        Bits(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    fn meets(&self, other: &Bits) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    fn within(&self, other: &Bits) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a & !b == 0)
    }

    /// Places that are set, rising.
    pub(super) fn ones(&self) -> impl Iterator<Item = usize> {
        let words = self.0.iter().enumerate();
        words.flat_map(|(at, word)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 64 + bit))
    }
}

/// One dimension: atoms that are in for sure, and atoms that may be.
#[derive(Clone, Debug)]
struct Dimension {
    sure: Bits,
    maybe: Bits,
}

impl Dimension {
    fn of<T>(atoms: &[T], answer: impl Fn(&T) -> Answer) -> Self {
        let answers: Vec<Answer> = atoms.iter().map(answer).collect();
        Dimension {
            sure: Bits::of(answers.iter().map(|answer| *answer == Answer::Yes)),
            maybe: Bits::of(answers.iter().map(|answer| *answer != Answer::No)),
        }
    }
}

/// What a policy takes in.
pub(super) struct Scope {
    people: Dimension,
    targets: Dimension,
    places: Option<Dimension>,
    /// Small conditions, each a dimension of its own; a value is in or not.
    traits: Vec<Bits>,
    /// Conditions on devices, and on locations where those are too many: equal texts are equal, everything else is open.
    texts: [Text; 2],
    /// Conditions that this version doesn't know: whatever else is sure, they are not.
    strange: bool,
}

/// A condition that is compared as a text.
#[derive(Clone, Debug, PartialEq)]
enum Text {
    Anything,
    This(Value),
}

/// What two policies share.
pub(super) struct Meeting {
    /// Whether they meet for sure.
    pub(super) certain: bool,
    /// People in both, for sure where they meet for sure.
    pub(super) people: Bits,
    /// Targets in both.
    pub(super) targets: Bits,
    /// Client types in both.
    pub(super) clients: Bits,
}

impl Scope {
    pub(super) fn of(candidate: &Candidate<'_>, atoms: &Atoms) -> Self {
        let rule = candidate.rule;
        // Only the one condition is told: "no" says that the value is out, and "unknown" that others decide.
        let traits: Vec<Bits> =
            atoms.traits.iter().map(|values| Bits::of(values.iter().map(|traits| rule.of_traits(traits) != Answer::No))).collect();
        let canonical = candidate.document.canonical();
        let condition = |name: &str| canonical.value().pointer(&format!("/conditions/{name}")).cloned();
        let text = |name: &str| condition(name).map_or(Text::Anything, Text::This);
        Scope {
            people: Dimension::of(&atoms.people, |identity| rule.of_person(identity)),
            targets: Dimension::of(&atoms.targets, |target| rule.of_target(target)),
            places: atoms.places.as_ref().map(|places| Dimension::of(places, |place| rule.of_place(place))),
            strange: !understood(candidate, atoms, &traits),
            traits,
            texts: [text("devices"), if atoms.places.is_none() { text("locations") } else { Text::Anything }],
        }
    }

    /// Whether both take in the same sign-in; `None`: never.
    pub(super) fn meets(&self, other: &Scope) -> Option<Meeting> {
        let conditions = self.traits.iter().zip(&other.traits).all(|(a, b)| a.meets(b));
        let dimensions =
            [Some((&self.people, &other.people)), Some((&self.targets, &other.targets)), self.places.as_ref().zip(other.places.as_ref())];
        let possible = dimensions.iter().flatten().all(|(a, b)| a.maybe.meets(&b.maybe));
        if !conditions || !possible || self.texts.iter().zip(&other.texts).any(|(a, b)| a.excludes(b)) {
            return None;
        }
        let sure = dimensions.iter().flatten().all(|(a, b)| a.sure.meets(&b.sure));
        let same = self.texts.iter().zip(&other.texts).all(|(a, b)| a == b || *a == Text::Anything || *b == Text::Anything);
        let certain = sure && same && !self.strange && !other.strange;
        let shared = |a: &Dimension, b: &Dimension| if certain { a.sure.and(&b.sure) } else { a.maybe.and(&b.maybe) };
        Some(Meeting {
            certain,
            people: shared(&self.people, &other.people),
            targets: shared(&self.targets, &other.targets),
            clients: self.traits[0].and(&other.traits[0]),
        })
    }

    /// Whether every sign-in that this takes in is one that the other takes in, for sure.
    pub(super) fn lies_in(&self, other: &Scope) -> bool {
        let within = |a: &Dimension, b: &Dimension| a.maybe.within(&b.sure);
        !other.strange
            && within(&self.people, &other.people)
            && within(&self.targets, &other.targets)
            && self.places.as_ref().zip(other.places.as_ref()).is_none_or(|(a, b)| within(a, b))
            && self.traits.iter().zip(&other.traits).all(|(a, b)| a.within(b))
            && self.texts.iter().zip(&other.texts).all(|(a, b)| a == b || *b == Text::Anything)
    }
}

impl Scope {
    /// Whether this is for exactly what the two are for together, as far as sets tell: alike in every dimension but one, in which it holds what either
    /// holds. Alike in two dimensions is not enough: the union of two products is no product.
    pub(super) fn is_union_of(&self, a: &Scope, b: &Scope) -> bool {
        if self.strange || a.strange || b.strange || self.texts != a.texts || self.texts != b.texts {
            return false;
        }
        let places = match (&self.places, &a.places, &b.places) {
            (None, None, None) => None,
            (Some(own), Some(first), Some(second)) => Some(own.joins(first, second)),
            _ => return false,
        };
        let mut joined = vec![self.people.joins(&a.people, &b.people), self.targets.joins(&a.targets, &b.targets)];
        joined.extend(places);
        joined.extend(self.traits.iter().zip(a.traits.iter().zip(&b.traits)).map(|(own, (first, second))| own.joins(first, second)));
        !joined.contains(&Joined::No) && joined.iter().filter(|joined| **joined == Joined::Union).count() <= 1
    }

    /// Whether both are for the same, for sure.
    pub(super) fn equals(&self, other: &Scope) -> bool {
        self.is_union_of(other, other)
    }
}

/// How a set stands to two others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joined {
    /// All three are alike.
    Alike,
    /// It holds what either holds.
    Union,
    /// Neither.
    No,
}

impl Bits {
    fn joins(&self, a: &Bits, b: &Bits) -> Joined {
        match () {
            () if self == a && self == b => Joined::Alike,
            () if self.0.iter().zip(a.0.iter().zip(&b.0)).all(|(own, (a, b))| *own == a | b) => Joined::Union,
            () => Joined::No,
        }
    }
}

impl Dimension {
    fn joins(&self, a: &Dimension, b: &Dimension) -> Joined {
        match (self.sure.joins(&a.sure, &b.sure), self.maybe.joins(&a.maybe, &b.maybe)) {
            (Joined::No, _) | (_, Joined::No) => Joined::No,
            (Joined::Alike, Joined::Alike) => Joined::Alike,
            _ => Joined::Union,
        }
    }
}

impl Text {
    /// A filter that includes what the same filter excludes.
    fn excludes(&self, other: &Text) -> bool {
        let (Text::This(a), Text::This(b)) = (self, other) else { return false };
        let filter = |value: &Value, name: &str| value.pointer(&format!("/deviceFilter/{name}")).and_then(Value::as_str).map(str::to_owned);
        let rules = [filter(a, "rule"), filter(b, "rule")];
        rules[0].is_some() && rules[0] == rules[1] && filter(a, "mode") != filter(b, "mode")
    }
}

/// Whether a sign-in of which every small condition is told, with values that are in, is in for sure.
fn understood(candidate: &Candidate<'_>, atoms: &Atoms, traits: &[Bits]) -> bool {
    let mut whole = crate::signin::Traits::default();
    for (values, allowed) in atoms.traits.iter().zip(traits) {
        // A condition that takes in nothing meets nothing; what the rest is then matters to nobody.
        let Some(one) = allowed.ones().next().map(|at| &values[at]) else { return true };
        whole.client = whole.client.or(one.client);
        whole.platform = whole.platform.or(one.platform);
        whole.sign_in_risk = whole.sign_in_risk.or(one.sign_in_risk);
        whole.user_risk = whole.user_risk.or(one.user_risk);
        whole.service_principal_risk = whole.service_principal_risk.or(one.service_principal_risk);
        whole.insider_risk = whole.insider_risk.or(one.insider_risk);
        whole.transfer = whole.transfer.or(one.transfer);
        whole.contexts = whole.contexts.or_else(|| one.contexts.clone());
    }
    candidate.rule.of_traits(&whole) == Answer::Yes
}
