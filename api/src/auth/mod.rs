//! Bearer tokens: from a JWT to a [`VerifiedToken`]. Which member that is, and what it may do, is the use cases' to say.

mod claims;
mod embedded;
mod error;
mod issuer;
mod jwks;
mod key;
#[cfg(test)]
mod tests;
mod verify;

pub(crate) use embedded::create_private;
pub use embedded::{EMBEDDED_AUDIENCE, EMBEDDED_ISSUER, EmbeddedError, EmbeddedIssuer, embedded_subject};
pub use error::AuthError;
pub use issuer::{IssuerConfig, SubjectRule};
pub use verify::{Authenticator, VerifiedToken};
