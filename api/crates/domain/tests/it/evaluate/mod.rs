//! The evaluator against ca-semantics.md.

mod controls;
mod decisions;
mod filters;
mod golden;
mod properties;
mod rules;
mod world;
