//! Pages of lists, as the store cuts them.

pub use store::{Page, PageRequest};

/// The most items that one page holds.
pub const LONGEST_PAGE: usize = 100;
