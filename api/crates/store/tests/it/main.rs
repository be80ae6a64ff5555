//! The store on both databases by the same tests. `CAUSEWAY_TEST_POSTGRES` names a running PostgreSQL; `tests/run` provides one.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]
#![expect(clippy::cloned_ref_to_slice_refs, reason = "a list of one reads better as a list")]

mod support;

mod bulk;
mod cancelled;
mod changes;
mod drift;
mod fences;
mod front_page;
mod idempotency;
mod immutability;
mod impact;
mod intents;
mod jobs;
mod logs;
mod members;
mod migrations;
mod opening;
mod pages;
mod people;
mod policy_lists;
mod rows;
mod schedules;
mod sign_ins;
mod suggestions;
mod wakes;
mod watched;
mod webhooks;
