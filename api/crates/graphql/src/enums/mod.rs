//! The domain's closed sets as GraphQL enums. Each mirrors one set of crate `domain`, variant by variant: a variant that is added
//! there does not compile here until it is described.

macro_rules! mirror {
    ($($(#[$meta:meta])* $name:ident = $remote:literal { $($(#[$vmeta:meta])* $variant:ident),+ $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
        #[graphql(remote = $remote)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }
    )+};
}

/// Keywords of Microsoft Graph. A word that we don't know yet reads as `UNKNOWN_FUTURE_VALUE`, which no caller can write.
macro_rules! words {
    ($($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident $(as $gql:literal)? = $word:literal),+ $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$vmeta])* $(#[graphql(name = $gql)])? $variant,)+
            /// A value that this API does not know yet: `payloadJson` has it. Never an input.
            UnknownFutureValue,
        }

        impl Word for $name {
            fn word(self) -> Option<&'static str> {
                match self { $($name::$variant => Some($word),)+ $name::UnknownFutureValue => None }
            }

            fn read(word: &str) -> Self {
                $(if word.eq_ignore_ascii_case($word) { return $name::$variant; })+
                $name::UnknownFutureValue
            }
        }
    )+};
}

mod agent;
mod bulk;
mod bulk_rollout;
mod change;
mod coverage;
mod drift;
mod evaluation;
mod graph;
mod impact;
mod member;
mod outcome;
mod review;
mod rollout;
mod schedule;
mod sign_in;
mod tenant;
mod webhook;

pub use agent::*;
pub use bulk::*;
pub use bulk_rollout::*;
pub use change::*;
pub use coverage::*;
pub use drift::*;
pub use evaluation::*;
pub use graph::*;
pub use impact::*;
pub use member::*;
pub use outcome::*;
pub use review::*;
pub use rollout::*;
pub use schedule::*;
pub use sign_in::*;
pub use tenant::*;
pub use webhook::*;
