//! The key that seals tenant credentials: from the configuration, or for the embedded run from a file of its own, never from the database.

use std::io;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::env::Ids;

use crate::auth::create_private;
use crate::cli::StartError;
use crate::config::{Config, Mode};

const KEY_FILE: &str = "seal.key";

/// The seal key. The embedded run makes one (mode 0600) when none is configured.
///
/// # Errors
/// [`StartError::KeyFile`] when a file can't be read, isn't a key, or can't be made.
pub fn seal_key(config: &Config, ids: &dyn Ids) -> Result<[u8; 32], StartError> {
    if !config.seal_key.is_empty() {
        return decode(config.seal_key.expose(), Path::new("seal_key"));
    }
    if let Some(path) = &config.seal_key_file {
        return read(path);
    }
    let path = config.data_dir.join(KEY_FILE);
    if config.mode == Mode::Production {
        // `Config::validate` has refused this; a caller that skipped it must not get a made-up key.
        return Err(StartError::KeyFile { path, cause: "a seal key must be configured in production".to_owned() });
    }
    if !path.exists() {
        let mut key = [0_u8; 32];
        ids.fill(&mut key);
        match create_private(&path, BASE64_STANDARD.encode(key).as_bytes()) {
            // Another process was first: its key is the key.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(StartError::KeyFile { path, cause: error.to_string() }),
            Ok(()) => {}
        }
    }
    read(&path)
}

fn read(path: &Path) -> Result<[u8; 32], StartError> {
    let text = std::fs::read_to_string(path).map_err(|error| StartError::KeyFile { path: path.to_owned(), cause: error.to_string() })?;
    decode(text.trim(), path)
}

fn decode(text: &str, path: &Path) -> Result<[u8; 32], StartError> {
    let key = BASE64_STANDARD.decode(text).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    key.ok_or_else(|| StartError::KeyFile { path: path.to_owned(), cause: "it is not 32 bytes in base64".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;
    use crate::system::SystemIds;

    #[test]
    fn the_embedded_key_is_made_once_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        let key = seal_key(&config, &SystemIds).unwrap();
        assert_eq!(seal_key(&config, &SystemIds).unwrap(), key);
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(folder.path().join(KEY_FILE)).unwrap().permissions()) & 0o777,
            0o600
        );
        let production = Config { mode: Mode::Production, data_dir: folder.path().join("other"), ..config };
        assert!(seal_key(&production, &SystemIds).is_err());
    }

    #[test]
    fn a_configured_key_or_file_is_taken_and_checked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k");
        let text = BASE64_STANDARD.encode([7; 32]);
        let configured = Config { seal_key: Secret::new(&text), ..Config::default() };
        assert_eq!(seal_key(&configured, &SystemIds).unwrap(), [7; 32]);
        let from_file = Config { seal_key_file: Some(path.clone()), ..Config::default() };
        assert!(seal_key(&from_file, &SystemIds).is_err(), "the file isn't there");
        std::fs::write(&path, format!("{text}\n")).unwrap();
        assert_eq!(seal_key(&from_file, &SystemIds).unwrap(), [7; 32]);
        std::fs::write(&path, "short").unwrap();
        let error = seal_key(&from_file, &SystemIds).unwrap_err().to_string();
        assert!(error.contains("not 32 bytes") && !error.contains("short"));
    }
}
