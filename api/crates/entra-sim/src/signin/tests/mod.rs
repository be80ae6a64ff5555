//! The evaluator as tables, the stream as properties over the seeded tenants.

mod evaluation;
mod streams;
