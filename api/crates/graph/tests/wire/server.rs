//! A server that does what a test says, byte by byte: HTTP/1.1 by hand, because a framework would refuse to misbehave.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};
use tokio_rustls::TlsAcceptor;
use url::Url;

/// A request that arrived whole.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: HashMap<String, String>,
    pub body: String,
    pub at: Instant,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    fn is_token(&self) -> bool {
        self.target.ends_with("/oauth2/v2.0/token")
    }
}

/// What the server does with a request.
pub enum Reply {
    Json(u16, Value),
    With(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// After a pause.
    Slow(Duration, Box<Reply>),
    /// Closes the connection.
    Hangup,
    /// Keeps it open and says nothing.
    Silence,
    /// A head that promises more bytes than follow, then closes.
    Partial(u16, usize, Vec<u8>),
    /// A chunked body without end.
    Endless,
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Reply::With(status, Vec::new(), Vec::new())
    }

    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let inner = serde_json::json!({"date": "2026-01-01T00:00:00", "request-id": "body-request-id"});
        Reply::Json(status, serde_json::json!({"error": {"code": code, "message": message, "innerError": inner}}))
    }
}

pub type Script = Box<dyn Fn(&Seen, usize) -> Reply + Send + Sync>;

/// A running server; it ends with the test's runtime.
pub struct Server {
    pub base: Url,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// `tokens` answers the token endpoint and `graph` the rest; both get the request and its number among its kind, from 0.
    pub async fn start(
        tokens: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
        graph: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Server::listen(None, Box::new(tokens), Box::new(graph)).await
    }

    /// The same over TLS, as `localhost`.
    pub async fn start_tls(tls: TlsAcceptor, tokens: Script, graph: Script) -> Self {
        Server::listen(Some(tls), tokens, graph).await
    }

    async fn listen(tls: Option<TlsAcceptor>, tokens: Script, graph: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let base = match &tls {
            None => format!("http://{address}"),
            Some(_) => format!("https://localhost:{}", address.port()),
        };
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let scripts: Arc<(Script, Script)> = Arc::new((tokens, graph));
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (scripts, log, tls) = (Arc::clone(&scripts), Arc::clone(&log), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(socket, scripts, log).await,
                        Some(tls) => {
                            if let Ok(socket) = tls.accept(socket).await {
                                serve(socket, scripts, log).await;
                            }
                        }
                    }
                });
            }
        });
        Server { base: Url::parse(&base).unwrap(), seen }
    }

    /// Requests to Graph so far.
    pub fn graph(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().filter(|seen| !seen.is_token()).cloned().collect()
    }

    /// Token requests so far.
    pub fn tokens(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().filter(|seen| seen.is_token()).cloned().collect()
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(socket: S, scripts: Arc<(Script, Script)>, log: Arc<Mutex<Vec<Seen>>>) {
    let mut socket = BufReader::new(socket);
    while let Some(seen) = read_request(&mut socket).await {
        let reply = {
            let mut log = log.lock().unwrap();
            let number = log.iter().filter(|other| other.is_token() == seen.is_token()).count();
            log.push(seen.clone());
            if seen.is_token() { (scripts.0)(&seen, number) } else { (scripts.1)(&seen, number) }
        };
        if !act(socket.get_mut(), reply).await {
            return;
        }
    }
}

/// Whether the connection goes on.
async fn act<S: AsyncWrite + Unpin>(socket: &mut S, reply: Reply) -> bool {
    let mut reply = reply;
    while let Reply::Slow(pause, then) = reply {
        sleep(pause).await;
        reply = *then;
    }
    match reply {
        Reply::Json(status, body) => {
            write(socket, status, &[("Content-Type", "application/json".into())], body.to_string().as_bytes()).await
        }
        Reply::With(status, headers, body) => write(socket, status, &headers, &body).await,
        Reply::Partial(status, promised, body) => {
            let head = format!("HTTP/1.1 {status} Scripted\r\nContent-Length: {promised}\r\n\r\n");
            let _ = socket.write_all(&[head.as_bytes(), &body].concat()).await;
            false
        }
        Reply::Endless => {
            let mut piece = b"10000\r\n".to_vec();
            piece.extend(vec![b' '; 0x10000]);
            piece.extend(b"\r\n");
            let mut open = socket.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await.is_ok();
            while open {
                open = socket.write_all(&piece).await.is_ok();
            }
            false
        }
        Reply::Silence => {
            sleep(Duration::from_secs(3_600)).await;
            false
        }
        Reply::Hangup | Reply::Slow(..) => false,
    }
}

async fn write<S: AsyncWrite + Unpin>(socket: &mut S, status: u16, headers: &[(&'static str, String)], body: &[u8]) -> bool {
    let mut head = format!("HTTP/1.1 {status} Scripted\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if status != 204 {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    socket.write_all(&[head.as_bytes(), body].concat()).await.is_ok()
}

async fn read_request<S: AsyncRead + Unpin>(socket: &mut BufReader<S>) -> Option<Seen> {
    let mut line = String::new();
    socket.read_line(&mut line).await.ok().filter(|bytes| *bytes > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        socket.read_line(&mut line).await.ok().filter(|bytes| *bytes > 0)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.insert(name.to_lowercase(), value.to_owned()),
            None => break,
        };
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await.ok()?;
    Some(Seen { method, target, headers, body: String::from_utf8_lossy(&body).into_owned(), at: Instant::now() })
}
