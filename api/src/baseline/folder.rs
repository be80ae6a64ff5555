//! Files on disk. Symbolic links are passed over: they may lead anywhere.

use std::fs::{File, read_dir};
use std::path::{Path, PathBuf};

use super::files::{Files, SourceError};

/// The deepest folder.
const MAX_DEPTH: usize = 16;

pub(super) fn read(root: &Path) -> Result<Files, SourceError> {
    let mut files = Files::default();
    below(root, "", 0, &mut files)?;
    Ok(files)
}

pub(super) fn single(path: &Path) -> Result<Files, SourceError> {
    let mut files = Files::default();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    files.add(&name, open(path)?)?;
    Ok(files)
}

fn below(folder: &Path, prefix: &str, depth: usize, files: &mut Files) -> Result<(), SourceError> {
    if depth > MAX_DEPTH {
        return Err(SourceError::TooMuch("16 levels of folders"));
    }
    for entry in read_dir(folder).map_err(failed(folder))? {
        let entry = entry.map_err(failed(folder))?;
        let kind = entry.file_type().map_err(failed(&entry.path()))?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if kind.is_dir() {
            below(&entry.path(), &format!("{path}/"), depth + 1, files)?;
        } else if kind.is_file() {
            files.add(&path, open(&entry.path())?)?;
        }
    }
    Ok(())
}

fn open(path: &Path) -> Result<File, SourceError> {
    File::open(path).map_err(failed(path))
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> SourceError {
    let path = PathBuf::from(path);
    move |cause| SourceError::Io { path: path.clone(), cause }
}
