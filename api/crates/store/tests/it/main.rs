//! The store on both databases by the same tests. `CAUSEWAY_TEST_POSTGRES` names a running PostgreSQL; `tests/run` provides one.

mod support;

mod changes;
mod fences;
mod front_page;
mod idempotency;
mod immutability;
mod intents;
mod jobs;
mod logs;
mod migrations;
mod opening;
mod pages;
mod rows;
