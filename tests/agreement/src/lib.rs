//! Two evaluators on the same sign-ins: the product's (`domain::evaluate`) and the simulator's (`entra_sim::signin`), which share no code and were
//! written from the same page, ca-semantics.md.
//!
//! The simulator makes the sign-ins and tells all their facts. Every published policy (`tests/data/policies`) is brought into the simulated tenant, its
//! references turned into objects that the tenant has, so that they match somebody. Then each pair of policy and sign-in is judged by both. "Unknown" is
//! our answer where a document holds what no source explains; it is counted apart, and never counts as agreement.

mod corpus;
mod facts;
mod tally;
mod world;

pub use corpus::{Sample, corpus};
pub use facts::{answered, sign_in};
pub use tally::{Difference, Tally};
pub use world::World;
