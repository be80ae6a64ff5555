//! What happens before anything is served, and the one line that tells why it isn't.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::auth::EmbeddedError;
use crate::config::{ConfigError, Log, LogFormat};

/// Why the process can't start: each `Display` is one line, and the exit code is 2.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Somebody else listens there.
    #[error("{0} is already in use: stop the other process or set another address (CAUSEWAY__LISTEN=127.0.0.1:8081)")]
    AddressInUse(SocketAddr),
    /// The address can't be listened on.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        cause: io::Error,
    },
    /// The data folder can't be used.
    #[error("the data folder {path} cannot be written: {cause} (CAUSEWAY__DATA_DIR names another)")]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A key file can't be used.
    #[error("the key file {path} cannot be used: {cause}")]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// The development issuer.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// Anything else that a part of the product can't do without.
    #[error("{what}: {cause}")]
    Part {
        /// What could not be done.
        what: &'static str,
        /// Why, on one line.
        cause: String,
    },
}

impl StartError {
    /// A failed part, its cause told with all of its own causes on one line.
    pub fn part(what: &'static str) -> impl FnOnce(&(dyn std::error::Error + 'static)) -> Self {
        move |error| {
            let mut text = error.to_string();
            let mut next = error.source();
            while let Some(cause) = next {
                let cause_text = cause.to_string();
                if !text.contains(&cause_text) {
                    text = format!("{text}: {cause_text}");
                }
                next = cause.source();
            }
            Self::Part { what, cause: text.split_whitespace().collect::<Vec<_>>().join(" ") }
        }
    }
}

/// Takes the port.
///
/// # Errors
/// [`StartError::AddressInUse`] or [`StartError::Listen`].
pub async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|cause| match cause.kind() {
        io::ErrorKind::AddrInUse => StartError::AddressInUse(address),
        _ => StartError::Listen { address, cause },
    })
}

/// Makes the data folder (mode 0700) and proves that it can be written.
///
/// # Errors
/// [`StartError::DataDir`].
pub fn prepare_data_dir(path: &Path) -> Result<(), StartError> {
    let unwritable = |cause| StartError::DataDir { path: path.to_owned(), cause };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(unwritable)?;
    let probe = path.join(format!(".probe-{}", std::process::id()));
    std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)).map_err(unwritable)
}

/// Starts logging to standard error, so that standard output holds only what was asked for.
pub fn log_to_stderr(log: &Log) {
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // A second start in one process (tests) keeps the first subscriber.
    let _ = match log.format {
        LogFormat::Text => subscriber.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).try_init(),
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
    };
}

/// Resolves at SIGINT or SIGTERM.
pub async fn until_signalled() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_named() {
        let first = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = first.local_addr().unwrap();
        let error = bind(address).await.unwrap_err();
        assert!(matches!(error, StartError::AddressInUse(taken) if taken == address));
        assert!(error.to_string().starts_with(&format!("{address} is already in use")) && !error.to_string().contains('\n'));
    }

    #[test]
    fn an_unusable_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, b"").unwrap();
        let error = prepare_data_dir(&file.join("data")).unwrap_err().to_string();
        assert!(error.contains("file/data cannot be written") && !error.contains('\n'), "{error}");
        prepare_data_dir(&folder.path().join("a/b")).unwrap();
    }

    #[test]
    fn causes_are_told_once_and_on_one_line() {
        #[derive(Debug, thiserror::Error)]
        #[error("outer\n problem")]
        struct Outer(#[source] io::Error);
        let error = StartError::part("the database cannot be opened")(&Outer(io::Error::other("inner\ncause")));
        assert_eq!(error.to_string(), "the database cannot be opened: outer problem: inner cause");
    }
}
