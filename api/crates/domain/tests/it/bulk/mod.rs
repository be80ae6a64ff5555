//! Bulk changes: what follows from the items, and what a payload may hold.

mod digests;
mod ids;
mod states;
mod statuses;
