//! An owner lets one critical warning pass, on one change.

use crate::change::refusal::Refusal;
use crate::change::request::ChangeRequest;
use crate::change::warning::{Severity, Waiver};

/// Takes a waiver of a critical warning that the present dry-run shows.
pub(super) fn grant(change: &mut ChangeRequest, waiver: Waiver) -> Result<(), Refusal> {
    if !waiver.code.waivable() {
        return Err(Refusal::NotWaivable {
            code: waiver.code,
            why: "nobody waives this one: the write could not be made, or not be told from another",
        });
    }
    let shown = change.dry_run.iter().flat_map(|dry_run| &dry_run.warnings);
    let mut critical = shown.filter(|warning| warning.code == waiver.code && warning.severity == Severity::Critical).peekable();
    if critical.peek().is_none() {
        return Err(Refusal::NotWaivable { code: waiver.code, why: "the present dry-run has no such critical warning" });
    }
    if critical.all(|warning| warning.waived) {
        return Err(Refusal::NotWaivable { code: waiver.code, why: "it has been waived already" });
    }
    change.waivers.retain(|granted| granted.code != waiver.code);
    change.waivers.push(waiver);
    Ok(())
}
