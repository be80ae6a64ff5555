//! The optimization agent: rules with near misses, merges and their proofs, what becomes of suggestions, and goldens of the published sets.

mod baseline;
mod consolidation;
mod golden;
mod readings;
mod reconcile;
mod rollouts;
mod rules;
mod settings;
mod sign_ins;
mod world;
