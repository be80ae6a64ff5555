//! Demonstrations: the product at work against the simulated cloud, with a clock that both share and that runs fast.
//!
//! Everything goes through the API as a client would do it. Nothing is faked but time, and the people who sign in.

mod api;
mod rollout;
mod screen;
mod world;

pub use rollout::run as rollout;

/// Why a story could not be told to its end, or ended otherwise than it should.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The API or the simulated cloud could not be reached, or answered what is no JSON.
    #[error("{what} could not be asked: {cause}")]
    Unreachable {
        /// Which.
        what: &'static str,
        /// Why.
        cause: String,
    },
    /// It refused.
    #[error("{what} was refused: {cause}")]
    Refused {
        /// What was asked.
        what: String,
        /// Why.
        cause: String,
    },
    /// Something did not happen in time.
    #[error("{0} did not happen in time")]
    Late(String),
    /// The story went otherwise.
    #[error("it should be {expected}, and it is {found}")]
    Otherwise {
        /// How it should have gone.
        expected: String,
        /// How it went.
        found: String,
    },
}

/// What the demonstrations end with.
type Told<T> = Result<T, DemoError>;
