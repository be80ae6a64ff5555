//! Why a caller isn't let in.

/// The texts are for clients and hold nothing of the token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// No valid token: 401.
    #[error("The bearer token was refused: {0}.")]
    Unauthenticated(&'static str),
    /// A valid token that stands for no member, or for one that may not come in: 403.
    #[error("{0}")]
    Forbidden(String),
    /// The caller must say more, such as which workspace: 400.
    #[error("{0}")]
    Invalid(String),
    /// The token can't be judged now: 503.
    #[error("{0}")]
    Unavailable(&'static str),
}
