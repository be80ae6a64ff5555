//! What goes wrong in a run: which worker stops where, what the cloud does to the answers, who else edits.

use std::time::Duration;

use app::failpoint::ApplyStep;
use serde_json::{Value, json};

use super::dice::Dice;
use super::entra::PRODUCT;

/// How long reads lag behind writes: well below the settle time, as in production (the lag seen of Graph is seconds, its settle time ten).
pub const LAG_MS: u32 = 40;

/// The lag of every other write. Not zero: the simulator would not look at writes without a lag where one with a lag was before.
pub const SOON_MS: u32 = 1;

/// What the cloud does to a request of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Nothing.
    None,
    /// 503 to the write; nothing happened.
    FailBefore,
    /// The connection closes after the effect.
    DropAfter,
    /// 429, twice.
    Throttle,
    /// Reads see the write late.
    Lag,
    /// The connection closes before the effect.
    DropBefore,
    /// 503 after the effect.
    FailAfter,
    /// The first reads fail, and then some later ones.
    BadReads,
    /// 400 to the write: refused for good.
    Refuse,
    /// The write's answer takes its time.
    Slow,
}

impl Fault {
    /// The faults of the matrix.
    pub const MATRIX: [Fault; 5] = [Fault::None, Fault::FailBefore, Fault::DropAfter, Fault::Throttle, Fault::Lag];
    /// All of them.
    pub const ALL: [Fault; 10] = [
        Fault::None,
        Fault::FailBefore,
        Fault::DropAfter,
        Fault::Throttle,
        Fault::Lag,
        Fault::DropBefore,
        Fault::FailAfter,
        Fault::BadReads,
        Fault::Refuse,
        Fault::Slow,
    ];

    /// The simulator's rules for it.
    pub fn rules(self, method: &str) -> Vec<Value> {
        let write = |times: u32, trouble: Value| json!({ "method": method, "path": "/conditionalAccess/", "client": PRODUCT, "times": times, "trouble": trouble });
        match self {
            Fault::None | Fault::Lag => Vec::new(),
            Fault::FailBefore => vec![write(1, json!({ "kind": "fail", "status": 503, "when": "before" }))],
            Fault::DropAfter => vec![write(1, json!({ "kind": "drop", "when": "after" }))],
            Fault::Throttle => vec![write(2, json!({ "kind": "throttle" }))],
            Fault::DropBefore => vec![write(1, json!({ "kind": "drop", "when": "before" }))],
            Fault::FailAfter => vec![write(1, json!({ "kind": "fail", "status": 503, "when": "after" }))],
            Fault::BadReads => {
                let read = |skip: u32, trouble: Value| json!({ "method": "GET", "path": "/conditionalAccess/", "client": PRODUCT, "skip": skip, "times": 2, "trouble": trouble });
                vec![read(0, json!({ "kind": "fail", "status": 500 })), read(1, json!({ "kind": "drop" }))]
            }
            Fault::Refuse => vec![write(1, json!({ "kind": "fail", "status": 400, "code": "BadRequest", "message": "1040: scripted" }))],
            Fault::Slow => vec![write(1, json!({ "kind": "latency", "ms": 30 }))],
        }
    }
}

/// When a worker is stopped.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// At a step of the saga.
    Step(ApplyStep),
    /// So long after it began, wherever it is: between two steps, or inside a Graph call.
    After(Duration),
}

/// A worker stops, and another one takes over when the lease has run out.
#[derive(Clone, Copy, Debug)]
pub struct Takeover {
    /// When.
    pub at: Moment,
    /// Paused, to go on when the other one has finished (two workers); else it is gone (one worker).
    pub paused: bool,
}

/// Somebody else edits the policy while the first worker is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Nobody does.
    Nobody,
    /// A field that no case touches.
    OtherField,
}

/// Everything that goes wrong in one run.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Stops, in order.
    pub takeovers: Vec<Takeover>,
    /// Trouble, in order.
    pub faults: Vec<Fault>,
    /// Who else edits.
    pub foreign: Foreign,
}

impl Scenario {
    /// Whether the product must end as applied: nothing in it refuses the write, and nobody else edits.
    pub fn must_apply(&self) -> bool {
        self.foreign == Foreign::Nobody && !self.faults.contains(&Fault::Refuse)
    }
}

impl std::fmt::Display for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for takeover in &self.takeovers {
            let how = if takeover.paused { "paused" } else { "crashed" };
            match takeover.at {
                Moment::Step(step) => write!(f, "{how} at {step}, ")?,
                Moment::After(time) => write!(f, "{how} after {time:?}, ")?,
            }
        }
        write!(f, "{:?}", self.faults)?;
        if self.foreign != Foreign::Nobody { write!(f, ", foreign edit") } else { Ok(()) }
    }
}

/// One scenario of the matrix and its place: step, fault, one or two workers.
#[derive(Clone, Debug)]
pub struct Square {
    /// Where it stands.
    pub place: [usize; 3],
    /// What goes wrong.
    pub scenario: Scenario,
}

/// Every step x every fault of the matrix x one or two workers.
pub fn matrix() -> Vec<Square> {
    let mut all = Vec::new();
    for (row, step) in ApplyStep::ALL.iter().enumerate() {
        for (column, fault) in Fault::MATRIX.into_iter().enumerate() {
            for paused in [false, true] {
                let takeovers = vec![Takeover { at: Moment::Step(*step), paused }];
                let scenario = Scenario { takeovers, faults: vec![fault], foreign: Foreign::Nobody };
                all.push(Square { place: [row, column, usize::from(paused)], scenario });
            }
        }
    }
    all
}

/// A random scenario: up to three stops, two faults, sometimes a foreign edit.
pub fn walk(dice: &mut Dice) -> Scenario {
    let stops = dice.below(4);
    let mut takeovers = Vec::with_capacity(stops);
    for number in 0..stops {
        let at = if dice.one_in(3) {
            Moment::After(Duration::from_micros(dice.below(40_000) as u64))
        } else {
            Moment::Step(*dice.pick(ApplyStep::ALL))
        };
        // One pause per run, and only at a step: a paused worker is let go on when all is over.
        let paused = number == 0 && matches!(at, Moment::Step(_)) && dice.one_in(2);
        takeovers.push(Takeover { at, paused });
    }
    let faults = (0..1 + dice.below(2)).map(|_| *dice.pick(&Fault::ALL)).collect();
    let foreign = if stops > 0 && dice.one_in(6) { Foreign::OtherField } else { Foreign::Nobody };
    Scenario { takeovers, faults, foreign }
}
