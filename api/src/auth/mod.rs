//! Bearer tokens: from a JWT or an API key to a [`VerifiedToken`]. Which member that is, and what it may do, is the use cases' to say.

mod api_key;
mod claims;
mod embedded;
mod error;
mod issuer;
mod jwks;
mod key;
#[cfg(test)]
mod tests;
mod verify;

pub use api_key::{ApiKeys, Found};
pub(crate) use embedded::create_private;
pub use embedded::{EMBEDDED_AUDIENCE, EMBEDDED_ISSUER, EmbeddedError, EmbeddedIssuer, embedded_subject};
pub use error::AuthError;
pub use issuer::{IssuerConfig, SubjectRule};
pub use verify::{Authenticator, VerifiedToken};
