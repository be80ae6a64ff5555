//! The simulator over real sockets, as a client sees it.

#![allow(clippy::unwrap_used, reason = "helpers of a test fail it where they stand")]

mod admin;
mod batch;
mod corpus;
mod directory;
mod faults;
mod https;
mod locations;
mod objects;
mod persistence;
mod policies;
mod reports;
mod support;
mod tokens;
