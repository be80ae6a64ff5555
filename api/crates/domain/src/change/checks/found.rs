//! The warnings found so far.

use crate::change::warning::{Severity, Warning, WarningCode};

/// Collects warnings, one for a code and a field: the first that was found is the one that is said.
#[derive(Default)]
pub(super) struct Found(Vec<Warning>);

impl Found {
    pub(super) fn add(&mut self, code: WarningCode, severity: Severity, path: Option<&str>, message: impl Into<String>) {
        if self.0.iter().any(|warning| warning.code == code && warning.path.as_deref() == path) {
            return;
        }
        self.0.push(Warning { code, severity, message: message.into(), path: path.map(str::to_owned), waived: false });
    }

    /// Most severe first, then by code and field.
    pub(super) fn sorted(mut self) -> Vec<Warning> {
        self.0.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.code.as_str().cmp(b.code.as_str())).then_with(|| a.path.cmp(&b.path)));
        self.0
    }
}
