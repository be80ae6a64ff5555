//! Use cases on policies. Graph is not touched here: what changes a policy is a change request.

mod metadata;
