//! Archives, read entry by entry and never unpacked to disk.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Component, Path};

use flate2::read::GzDecoder;

use super::files::{Files, MAX_TOTAL_BYTES, SourceError};

/// The most entries that are looked at, folders and other files included.
const MAX_ENTRIES: usize = 50_000;

pub(super) fn zip(source: &Path) -> Result<Files, SourceError> {
    let failed = |cause: zip::result::ZipError| io_error(source, io::Error::other(cause));
    let mut archive = zip::ZipArchive::new(BufReader::new(open(source)?)).map_err(failed)?;
    if archive.len() > MAX_ENTRIES {
        return Err(SourceError::TooMuch("50,000 entries"));
    }
    let mut files = Files::default();
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(failed)?;
        if let (true, Some(path)) = (entry.is_file(), entry.enclosed_name()) {
            files.add(&label(&path), entry)?;
        }
    }
    Ok(files)
}

pub(super) fn tar_gz(source: &Path) -> Result<Files, SourceError> {
    entries(source, GzDecoder::new(BufReader::new(open(source)?)))
}

pub(super) fn tar(source: &Path) -> Result<Files, SourceError> {
    entries(source, BufReader::new(open(source)?))
}

fn entries(source: &Path, content: impl Read) -> Result<Files, SourceError> {
    // What is passed over has to be read too: a little archive may hold a great deal of nothing.
    let content = content.take(u64::try_from(MAX_TOTAL_BYTES).unwrap_or(u64::MAX).saturating_mul(4));
    let mut archive = tar::Archive::new(content);
    let mut files = Files::default();
    let failed = |cause| io_error(source, cause);
    for (at, entry) in archive.entries().map_err(failed)?.enumerate() {
        if at >= MAX_ENTRIES {
            return Err(SourceError::TooMuch("50,000 entries"));
        }
        let entry = entry.map_err(failed)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = entry.path().map_err(failed)?.into_owned();
        if path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            files.add(&label(&path), entry)?;
        }
    }
    Ok(files)
}

/// The path as a label, with `/` between its parts.
fn label(path: &Path) -> String {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn open(path: &Path) -> Result<File, SourceError> {
    File::open(path).map_err(|cause| io_error(path, cause))
}

fn io_error(path: &Path, cause: io::Error) -> SourceError {
    SourceError::Io { path: path.to_owned(), cause }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    const POLICY: &[u8] = b"\xef\xbb\xbf{\"displayName\":\"CA001\"}";

    fn paths(files: &Files) -> Vec<&str> {
        files.files.iter().map(|file| file.path.as_str()).collect()
    }

    fn tarball(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, content) in entries {
            let mut header = tar::Header::new_ustar();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            // Not `set_path`, which refuses what a hostile archive would say.
            header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
            header.set_cksum();
            builder.append(&header, *content).unwrap();
        }
        builder.into_inner().unwrap()
    }

    #[test]
    fn a_tarball_is_read_and_nothing_leads_out_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let entries: [(&str, &[u8]); 5] = [
            ("set/b.json", POLICY),
            ("../evil.json", POLICY),
            ("/etc/evil.json", POLICY),
            ("set/readme.md", b"#"),
            ("a.JSON", b"\xff\xfe{\0}\0"),
        ];
        let path = folder.path().join("set.tar.gz");
        let mut gz = GzEncoder::new(File::create(&path).unwrap(), Compression::fast());
        gz.write_all(&tarball(&entries)).unwrap();
        gz.finish().unwrap();
        let files = super::super::read(&path).unwrap();
        assert_eq!(paths(&files), ["a.JSON", "set/b.json"]);
        assert_eq!(files.files[0].content, "{}");
        assert_eq!(files.files[1].content, "{\"displayName\":\"CA001\"}");
    }

    #[test]
    fn a_bomb_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bomb.tar.gz");
        let mut gz = GzEncoder::new(File::create(&path).unwrap(), Compression::best());
        let zeros = vec![b' '; 3 * 1024 * 1024];
        let names: Vec<String> = (0..40).map(|at| format!("{at}.json")).collect();
        let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), zeros.as_slice())).collect();
        gz.write_all(&tarball(&entries)).unwrap();
        gz.finish().unwrap();
        assert!(std::fs::metadata(&path).unwrap().len() < 1024 * 1024);
        assert!(matches!(super::super::read(&path), Err(SourceError::TooMuch("64 MiB"))));
    }

    #[test]
    fn a_zip_is_read_and_what_is_too_large_is_refused_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("set.zip");
        let mut writer = zip::ZipWriter::new(File::create(&path).unwrap());
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        for (name, content) in
            [("x/a.json", POLICY.to_vec()), ("big.json", vec![b' '; 3 * 1024 * 1024]), ("__MACOSX/x/._a.json", vec![0, 1])]
        {
            writer.start_file(name, options).unwrap();
            writer.write_all(&content).unwrap();
        }
        writer.start_file("../up.json", options).unwrap();
        writer.write_all(POLICY).unwrap();
        writer.finish().unwrap();
        let files = super::super::read(&path).unwrap();
        assert_eq!(paths(&files), ["x/a.json"]);
        assert_eq!(files.refused.len(), 1);
        assert_eq!(files.refused[0].path, "big.json");
    }

    #[test]
    fn what_is_no_archive_says_so() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.zip", "a.tar.gz"] {
            let path = folder.path().join(name);
            std::fs::write(&path, b"not an archive").unwrap();
            assert!(matches!(super::super::read(&path), Err(SourceError::Io { .. })), "{name}");
        }
        assert!(matches!(super::super::read(&folder.path().join("a.txt")), Err(SourceError::Unknown(_))));
    }
}
