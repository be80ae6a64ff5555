//! Files of the Microsoft-managed policy in github.com/denis-beuermann/ConditionalAccess, MIT; the licence lies beside them.

use super::SourceFile;

/// Policies, as published.
pub(in crate::seed) const POLICIES: &[SourceFile] = files! { "denis-beuermann-ConditionalAccess/policies": "20241201-Policies__042.json" };
