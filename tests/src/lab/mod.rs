//! The product's own parts inside the test process: a real database, a simulated Entra over HTTP, and workers that a test can crash or
//! pause at any step. Where a real process would take seconds to die and be replaced, this takes milliseconds, so that thousands of
//! crashes can be tried. That a real process behaves the same is for `tests/it/crash.rs` to show.

pub mod cases;
mod check;
mod clock;
mod dice;
pub mod entra;
pub mod fleet;
mod history;
mod lane;
mod lanes;
mod pool;
mod rivals;
mod run;
mod scenario;
mod table;
mod worker;

pub use check::{Ending, Finding, Record};
pub use clock::LabClock;
pub use dice::Dice;
pub use lane::{Lane, Parts};
pub use lanes::side_by_side;
pub use rivals::{Contest, Fate, Meeting, Rivals};
pub use run::run;
pub use scenario::{Fault, Foreign, Moment, Scenario, Square, Takeover, matrix, walk};
pub use table::Table;
pub use worker::{Gate, Stepped, Worker};
