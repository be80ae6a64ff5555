//! Tests of the domain's rules through its public API.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod api_keys;
mod approval_rules;
mod approvals;
mod audit;
mod baseline;
mod breakglass;
mod bulk;
mod canonical;
mod corpus;
mod coverage;
mod diff;
mod digest;
mod document;
mod drift;
mod emergency;
mod evaluate;
mod fixtures;
mod freeze;
mod gate;
mod generated;
mod impact;
mod labels;
mod lockout;
mod manifest;
mod membership;
mod overlap;
mod payloads;
mod people;
mod plans;
mod properties;
mod real;
mod resolution;
mod rollback;
mod schedule;
mod states;
mod summaries;
mod summary;
mod towards;
mod undo;
mod warnings;
mod wave;
mod world;
mod writes;
