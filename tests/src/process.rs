//! The server as a process of its own.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

const READY_WITHIN: Duration = Duration::from_secs(60);

/// How to start a server.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Its data folder; kept across restarts by the test.
    pub folder: PathBuf,
    /// Its database.
    pub database_url: String,
    /// The simulated cloud it talks to (`http://127.0.0.1:port`).
    pub cloud: String,
    /// Where to stop, by failpoint name.
    pub failpoint: Option<String>,
    /// Further settings, as environment variables.
    pub extra: BTreeMap<String, String>,
}

/// A running server. Killed when dropped.
pub struct Server {
    child: Child,
    base: String,
    options: ServerOptions,
}

impl Server {
    /// Starts the built binary and waits until it is ready.
    ///
    /// # Panics
    /// When it does not become ready; its log is in the data folder.
    pub async fn start(options: ServerOptions) -> Self {
        let port = free_port();
        let log = std::fs::OpenOptions::new().create(true).append(true).open(options.folder.join("server.log")).expect("a log file");
        let child = command(&options)
            .arg("serve")
            .env("CAUSEWAY__LISTEN", format!("127.0.0.1:{port}"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log file"))
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("the causeway binary starts: build it first (cargo build)");
        let mut server = Server { child, base: format!("http://127.0.0.1:{port}"), options };
        server.wait_ready().await;
        server
    }

    /// `http://127.0.0.1:port`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// How it was started.
    pub fn options(&self) -> &ServerOptions {
        &self.options
    }

    /// `kill -9`.
    pub async fn kill(mut self) -> ServerOptions {
        self.child.kill().await.expect("the server can be killed");
        self.options.clone()
    }

    /// The processor time it has taken so far, as Linux counts it.
    ///
    /// # Panics
    /// When it has ended.
    pub fn processor_time(&self) -> Duration {
        let id = self.child.id().expect("the server runs");
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).expect("its status can be read");
        // After the name, which may hold anything: the state is field 3, user and system time are fields 14 and 15, in hundredths of a second.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |place: usize| fields[place - 3].parse::<u64>().expect("a number of ticks");
        Duration::from_millis((ticks(14) + ticks(15)) * 10)
    }

    /// Waits until the server stands at its failpoint.
    ///
    /// # Panics
    /// When it does not get there in time.
    pub async fn at_failpoint(&self) {
        let marker = self.options.folder.join("failpoint.reached");
        let until = Instant::now() + READY_WITHIN;
        while !marker.exists() {
            assert!(Instant::now() < until, "the failpoint {:?} was not reached", self.options.failpoint);
            sleep(Duration::from_millis(20)).await;
        }
        std::fs::remove_file(marker).expect("the marker can be removed");
    }

    /// A token of the embedded issuer for a role.
    pub async fn token(&self, role: &str) -> String {
        let output = command(&self.options).args(["token", "--role", role]).output().await.expect("the token command runs");
        assert!(output.status.success(), "no token: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("a token is text").trim().to_owned()
    }

    /// Runs a further command of the binary on this server's database; its standard output.
    ///
    /// # Panics
    /// When it fails.
    pub async fn run(&self, arguments: &[&str]) -> String {
        let output = command(&self.options).args(arguments).output().await.expect("the command runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("output is text")
    }

    /// A GraphQL client with a token for a role.
    pub async fn client(&self, role: &str) -> crate::Client {
        crate::Client::new(&self.base, Some(&self.token(role).await))
    }

    async fn wait_ready(&mut self) {
        let http = crate::http::client();
        let until = Instant::now() + READY_WITHIN;
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the server ended with {status}; see {}", self.options.folder.join("server.log").display());
            }
            let answer = http.get(format!("{}/health/ready", self.base)).timeout(Duration::from_secs(2)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            assert!(Instant::now() < until, "the server did not become ready; see {}", self.options.folder.join("server.log").display());
            sleep(Duration::from_millis(50)).await;
        }
    }
}

fn command(options: &ServerOptions) -> Command {
    let mut command = Command::new(binary());
    command
        .env("CAUSEWAY__DATA_DIR", options.folder.join("data"))
        .env("CAUSEWAY__DATABASE_URL", &options.database_url)
        .env("CAUSEWAY__SIMULATE__ENABLED", "false")
        .env("CAUSEWAY__GRAPH__LOGIN_BASE", &options.cloud)
        .env("CAUSEWAY__GRAPH__GRAPH_BASE", &options.cloud)
        .envs(&options.extra);
    if let Some(failpoint) = &options.failpoint {
        command.env("CAUSEWAY__TEST__FAILPOINT", failpoint).env("CAUSEWAY__TEST__MARKER", options.folder.join("failpoint.reached"));
    }
    command
}

/// The binary that this test build made, beside the test's own folder.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let target = test.parent().and_then(Path::parent).expect("tests run from target/<profile>/deps");
    target.join(format!("causeway{}", std::env::consts::EXE_SUFFIX))
}

/// A port that nobody listens on at this moment.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener.local_addr().expect("a bound listener has an address").port()
}
