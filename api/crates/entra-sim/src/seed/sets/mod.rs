//! The public policy sets, embedded as they were published (`seed/<set>/` in this crate, each with its LICENSE).

/// Files of one folder below `seed/`, by their names.
macro_rules! files {
    { $folder:literal: $($name:literal),+ $(,)? } => {
        &[$(SourceFile { name: $name, text: include_str!(concat!("../../../seed/", $folder, "/", $name)) }),+]
    };
}

pub(super) mod azure_samples;
pub(super) mod clutch2view;
pub(super) mod j0eyv;
pub(super) mod managed;
pub(super) mod philippkohn;

use serde_json::Value;

/// One embedded JSON file.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceFile {
    pub name: &'static str,
    pub text: &'static str,
}

impl SourceFile {
    /// The document. The files are part of the program, so one that isn't JSON is a defect of the build, not of a run.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(self.text.trim_start_matches('\u{feff}')).expect("an embedded seed file is JSON")
    }
}
