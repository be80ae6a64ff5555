//! The evaluator against ca-semantics.md.

mod filters;
mod world;
