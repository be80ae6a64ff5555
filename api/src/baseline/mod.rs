//! Policy files from a folder or an archive, for `causeway baseline import`. Everything is read into memory and nothing is unpacked, so a
//! path in an archive is only ever a label.

mod archive;
mod files;
mod folder;

use std::path::Path;

pub use files::{Files, SourceError};

/// Every `*.json` below a folder, or inside a `.zip`, `.tar`, `.tar.gz` or `.tgz` file, in the order of their paths.
///
/// # Errors
/// A source that can't be read, is none of these, or passes a limit of [`Files`].
pub fn read(source: &Path) -> Result<Files, SourceError> {
    let name = source.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let mut files = if source.is_dir() {
        folder::read(source)?
    } else if name.ends_with(".zip") {
        archive::zip(source)?
    } else if name.ends_with(".tar.gz") || name.ends_with(".tgz") {
        archive::tar_gz(source)?
    } else if name.ends_with(".tar") {
        archive::tar(source)?
    } else if name.ends_with(".json") {
        folder::single(source)?
    } else {
        return Err(SourceError::Unknown(source.to_owned()));
    };
    files.sort();
    Ok(files)
}
