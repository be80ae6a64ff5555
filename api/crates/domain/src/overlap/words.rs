//! The sentence of a pair.

use super::{Overlap, OverlapKind, Side};

/// What comes of it, for a person. `first` and `second` as in the pair.
pub(super) fn sentence(pair: &Overlap, first: &Side<'_>, second: &Side<'_>) -> String {
    let (a, b) = (first.name(), second.name());
    let what = match pair.kind {
        OverlapKind::Impossible => {
            format!("\"{a}\" and \"{b}\" apply to the same sign-ins, and what they ask for together no sign-in can give: access is refused")
        }
        OverlapKind::Blocked => format!("\"{b}\" blocks everything that \"{a}\" applies to: \"{a}\" never has an effect"),
        OverlapKind::SessionConflict => {
            format!("\"{a}\" and \"{b}\" apply to the same sign-ins, and one keeps the browser's session while the other one forbids it")
        }
        OverlapKind::Duplicate => format!("\"{a}\" and \"{b}\" apply to the same sign-ins and ask for the same"),
        OverlapKind::Redundant => {
            format!("everything that \"{a}\" applies to is in \"{b}\", which asks for as much: \"{a}\" adds nothing")
        }
        OverlapKind::Overlap if first.demands.blocks() != second.demands.blocks() => {
            let (blocking, other) = if first.demands.blocks() { (a, b) } else { (b, a) };
            format!("where \"{blocking}\" and \"{other}\" both apply, the block of \"{blocking}\" wins")
        }
        OverlapKind::Overlap => format!("where \"{a}\" and \"{b}\" both apply, what both ask for must be met"),
    };
    let report_only: Vec<&str> = [first, second].iter().filter(|side| !side.enforced()).map(|side| side.name()).collect();
    let state = match report_only.as_slice() {
        [] => String::new(),
        [one] => format!(" (once \"{one}\", which is report-only, is turned on)"),
        _ => " (once both, which are report-only, are turned on)".to_owned(),
    };
    let doubt = if pair.certain { "" } else { "; whether they do meet depends on facts that are not known" };
    format!("{what}{state}{doubt}.")
}
