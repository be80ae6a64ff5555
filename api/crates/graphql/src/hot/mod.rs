//! The page query, made fast: tenants, their policies, each policy's newest change.
//!
//! [`ask`] looks ahead and fetches the policies of all tenants of a page by one call. [`policy_page`] answers a page of policies,
//! where it can by [`write`], which walks the selection once and writes bytes, instead of one boxed future per field.

pub mod ask;
pub mod plan;
pub mod policy_page;
pub mod write;

#[cfg(test)]
mod tests;
