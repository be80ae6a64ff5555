//! The evaluator against ca-semantics.md.

mod conditions;
mod controls;
mod decisions;
mod filters;
mod golden;
mod properties;
mod rows;
mod rules;
mod world;
