//! Evaluating policies: what they refer to, and what they make of a sign-in that somebody describes.

pub(crate) mod surroundings;
mod what_if;

pub use what_if::{DescribedIdentity, DescribedSignIn, DescribedUser, WhatIf, WhatIfPolicy, WhatIfSide};
