//! API keys as bearer tokens. What a key is, and whether it still works, is the use cases' to say.

use std::future::Future;
use std::pin::Pin;

use super::error::AuthError;
use super::verify::VerifiedToken;

/// Whom a key stands for, as [`ApiKeys::find`] answers it.
pub type Found<'a> = Pin<Box<dyn Future<Output = Result<Option<VerifiedToken>, AuthError>> + Send + 'a>>;

/// Looks keys up. Implemented by the composition root over the use case, and by tests.
pub trait ApiKeys: Send + Sync + 'static {
    /// Whom the key stands for; `None` when it is unknown, revoked or at its end; [`AuthError::Unavailable`] when that can't be told.
    fn find<'a>(&'a self, key: &'a str) -> Found<'a>;
}
