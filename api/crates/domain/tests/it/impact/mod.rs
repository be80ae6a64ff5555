//! Impact: the fast ways of counting against the plain one, and reports of small chunks whose figures can be counted by hand.

mod agreement;
mod chunks;
mod observed;
mod reports;
