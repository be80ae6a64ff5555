//! Signed webhook messages over HTTP, by the Standard Webhooks specification (<https://www.standardwebhooks.com>).
//!
//! [`Courier::send`] is one attempt: the caller keeps the queue, the schedule of retries and the count of failures. Addresses come from
//! users, so a message only goes to public addresses over https, unless the operator has named the host (OWASP API7, server-side request
//! forgery).

mod address;
mod config;
mod courier;
mod failure;
mod public;
mod resolve;
mod retry_after;
mod secret;

pub use address::{AddressError, MAX_ADDRESS_CHARS};
pub use config::{CourierConfig, CourierError};
pub use courier::{Accepted, Courier, Message};
pub use failure::Failure;
pub use secret::{SigningSecret, signature};
