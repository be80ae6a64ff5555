//! Keeping the state: a snapshot and, beside it, a journal of the records since. A record is on disk before its write is answered.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::config::SimError;
use crate::state::{Record, World};

/// The journal is folded into the snapshot when it grows past this.
const MAX_JOURNAL_BYTES: u64 = 8 * 1024 * 1024;

/// Where records go. Without a file it accepts and forgets them.
pub(crate) struct Journal {
    files: Option<Files>,
}

struct Files {
    snapshot: PathBuf,
    journal: File,
    journal_path: PathBuf,
    bytes: u64,
}

/// Reads the snapshot and replays the journal; `None` when there is no snapshot.
pub(crate) fn load(snapshot: &Path) -> Result<Option<World>, SimError> {
    if !snapshot.exists() {
        return Ok(None);
    }
    let text = std::fs::read(snapshot).map_err(SimError::file("read", snapshot))?;
    let mut world: World =
        serde_json::from_slice(&text).map_err(|e| SimError::State { path: snapshot.to_owned(), reason: e.to_string() })?;
    let journal = journal_path(snapshot);
    if journal.exists() {
        replay(&journal, &mut world)?;
    }
    Ok(Some(world))
}

fn replay(path: &Path, world: &mut World) -> Result<(), SimError> {
    let file = File::open(path).map_err(SimError::file("read", path))?;
    let mut lines = BufReader::new(file).split(b'\n');
    while let Some(line) = lines.next() {
        let line = line.map_err(SimError::file("read", path))?;
        match serde_json::from_slice::<Record>(&line) {
            Ok(record) => world.apply(record),
            // A torn last line was never acknowledged: its write did not happen.
            Err(_) if lines.next().is_none() => break,
            Err(error) => return Err(SimError::State { path: path.to_owned(), reason: error.to_string() }),
        }
    }
    Ok(())
}

fn journal_path(snapshot: &Path) -> PathBuf {
    let mut name = snapshot.as_os_str().to_owned();
    name.push(".log");
    PathBuf::from(name)
}

impl Journal {
    /// Opens the files and saves `world` as the snapshot they start from.
    pub(crate) fn open(snapshot: Option<&Path>, world: &World) -> Result<Journal, SimError> {
        let Some(snapshot) = snapshot else { return Ok(Journal { files: None }) };
        if let Some(folder) = snapshot.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(SimError::file("create", folder))?;
        }
        let journal_path = journal_path(snapshot);
        let journal = OpenOptions::new().create(true).append(true).open(&journal_path).map_err(SimError::file("write", &journal_path))?;
        let mut files = Files { snapshot: snapshot.to_owned(), journal, journal_path, bytes: 0 };
        files.fold(world)?;
        Ok(Journal { files: Some(files) })
    }

    /// Makes a record durable. On an error nothing may be applied or answered as accepted.
    pub(crate) fn append(&mut self, record: &Record) -> Result<(), SimError> {
        let Some(files) = &mut self.files else { return Ok(()) };
        let mut line =
            serde_json::to_vec(record).map_err(|e| SimError::State { path: files.journal_path.clone(), reason: e.to_string() })?;
        line.push(b'\n');
        let written = files.journal.write_all(&line).and_then(|()| files.journal.sync_data());
        if let Err(source) = written {
            // Half a line would hide every later one from the replay.
            let _ = files.journal.set_len(files.bytes);
            return Err(SimError::File { action: "write", path: files.journal_path.clone(), source });
        }
        files.bytes += line.len() as u64;
        Ok(())
    }

    /// Folds the journal into the snapshot when it has grown, or when `force` says so (shutdown).
    pub(crate) fn compact(&mut self, world: &World, force: bool) -> Result<(), SimError> {
        match &mut self.files {
            Some(files) if files.bytes > MAX_JOURNAL_BYTES || (force && files.bytes > 0) => files.fold(world),
            _ => Ok(()),
        }
    }
}

impl Files {
    /// Snapshot first, then an empty journal: a crash between the two replays records that the snapshot knows, which changes nothing.
    fn fold(&mut self, world: &World) -> Result<(), SimError> {
        let text = serde_json::to_vec(world).map_err(|e| SimError::State { path: self.snapshot.clone(), reason: e.to_string() })?;
        write_atomically(&self.snapshot, &text)?;
        let cut = self.journal.set_len(0).and_then(|()| self.journal.seek(SeekFrom::Start(0))).and_then(|_| self.journal.sync_all());
        cut.map_err(SimError::file("write", &self.journal_path))?;
        self.bytes = 0;
        Ok(())
    }
}

/// Writes beside the target and renames over it, so that a reader finds the old bytes or the new ones.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), SimError> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = PathBuf::from(temporary);
    let mut file = File::create(&temporary).map_err(SimError::file("write", &temporary))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(SimError::file("write", &temporary))?;
    std::fs::rename(&temporary, path).map_err(SimError::file("write", path))?;
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()).map(File::open) {
        Some(Ok(folder)) => folder.sync_all().map_err(SimError::file("write", path)),
        _ => Ok(()),
    }
}
