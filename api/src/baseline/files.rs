//! What was read, within limits.

use std::io::{self, Read};
use std::path::PathBuf;

use app::baselines::{BaselineFile, MAX_IMPORT_BYTES};
use domain::baseline::{Refused, decode};

/// The most files of one source.
pub const MAX_FILES: usize = 5_000;
/// The most bytes of one file: what one call of the use case takes.
pub const MAX_FILE_BYTES: usize = MAX_IMPORT_BYTES;
/// The most bytes of one source, unpacked.
pub const MAX_TOTAL_BYTES: usize = 64 * 1024 * 1024;

/// Why a source can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// Neither a folder nor a kind of file that we know.
    #[error("{0} is neither a folder nor a .zip, .tar, .tar.gz, .tgz or .json file")]
    Unknown(PathBuf),
    /// It can't be read.
    #[error("{path} cannot be read: {cause}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// It holds too much.
    #[error("the source holds more than {0}")]
    TooMuch(&'static str),
}

/// Policy files, and those that are none.
#[derive(Debug, Default)]
pub struct Files {
    /// Texts, by path.
    pub files: Vec<BaselineFile>,
    /// Files that are no text, or too large.
    pub refused: Vec<Refused>,
    bytes: usize,
}

impl Files {
    /// Reads one file; others than `*.json` are passed over. `path` has `/` between its parts.
    pub(super) fn add(&mut self, path: &str, content: impl Read) -> Result<(), SourceError> {
        if !path.to_lowercase().ends_with(".json") || hidden(path) {
            return Ok(());
        }
        if self.files.len() + self.refused.len() >= MAX_FILES {
            return Err(SourceError::TooMuch("5,000 files"));
        }
        let mut bytes = Vec::new();
        let limit = u64::try_from(MAX_FILE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        content.take(limit).read_to_end(&mut bytes).map_err(|cause| SourceError::Io { path: PathBuf::from(path), cause })?;
        self.bytes = self.bytes.saturating_add(bytes.len());
        if self.bytes > MAX_TOTAL_BYTES {
            return Err(SourceError::TooMuch("64 MiB"));
        }
        if bytes.len() > MAX_FILE_BYTES {
            self.refuse(path, "it is larger than 2 MiB");
            return Ok(());
        }
        match decode(&bytes) {
            Ok(content) => self.files.push(BaselineFile { path: path.to_owned(), content }),
            Err(unusable) => self.refuse(path, &unusable.to_string()),
        }
        Ok(())
    }

    /// Puts them in the order of their paths.
    pub(super) fn sort(&mut self) {
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.refused.sort_by(|a, b| a.path.cmp(&b.path));
    }

    fn refuse(&mut self, path: &str, reason: &str) {
        self.refused.push(Refused { path: path.to_owned(), reason: reason.to_owned() });
    }
}

/// Resource forks of macOS and the like.
fn hidden(path: &str) -> bool {
    path.split('/').any(|part| part == "__MACOSX" || (part.starts_with('.') && part != "." && part != ".."))
}
