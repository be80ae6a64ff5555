//! The login service: tokens for applications, discovery, and the check of tokens that come back.
//!
//! Deliberately absent: sign-in of people (authorization code, device code), refresh tokens, the v1 endpoint, federated credentials.

mod assertion;
mod claims;
mod der;
mod discovery;
mod endpoint;
mod error;
mod keys;

pub(crate) use claims::{Caller, MintRequest, TokenFault, check, mint};
pub(crate) use der::certificate_public_key;
pub(crate) use discovery::{discovery_instance, keys_document, openid_configuration};
pub(crate) use endpoint::issue;
pub(crate) use error::LoginError;
pub(crate) use keys::SigningKey;
