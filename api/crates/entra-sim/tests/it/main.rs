//! The simulator over real sockets, as a client sees it.

mod admin;
mod batch;
mod directory;
mod faults;
mod https;
mod persistence;
mod policies;
mod reports;
mod support;
mod tokens;
