//! Scripted trouble and request budgets. In memory only: a restart forgets them.

mod budget;
mod rule;

pub(crate) use budget::{Budgets, Scope};
pub(crate) use rule::{Faults, Rule, Strike, Trouble, When};
