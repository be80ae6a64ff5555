//! A receiver over raw sockets: it notes what came, and answers as told.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// What follows a request.
#[derive(Clone)]
pub enum Reply {
    /// These bytes, and the connection stays open.
    Text(String),
    /// These bytes, then more of the last one for as long as somebody reads.
    Endless(&'static str),
    /// These bytes, one every few milliseconds.
    Drip(&'static str),
    /// The connection is closed.
    Close,
    /// Nothing.
    Silence,
}

/// `HTTP/1.1 {status}` with headers and a body of two bytes.
pub fn answer(status: &str, headers: &str) -> Reply {
    let body = if status.starts_with("204") { "" } else { "content-length: 2\r\n\r\nok" };
    Reply::Text(format!("HTTP/1.1 {status}\r\n{headers}{}", if body.is_empty() { "\r\n" } else { body }))
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<String>>,
    connections: AtomicUsize,
    written: AtomicUsize,
}

pub struct Server {
    addr: SocketAddr,
    seen: Arc<Seen>,
    ended: Arc<Semaphore>,
}

impl Server {
    pub async fn start(reply: Reply) -> Self {
        Self::listen(reply, None).await
    }

    pub async fn start_tls(reply: Reply, tls: TlsAcceptor) -> Self {
        Self::listen(reply, Some(tls)).await
    }

    async fn listen(reply: Reply, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server { addr: listener.local_addr().unwrap(), seen: Arc::default(), ended: Arc::new(Semaphore::new(0)) };
        let (seen, ended) = (server.seen.clone(), server.ended.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                seen.connections.fetch_add(1, Ordering::SeqCst);
                let (seen, ended, reply, tls) = (seen.clone(), ended.clone(), reply.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &reply, &seen).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, &reply, &seen).await;
                            }
                        }
                    }
                    ended.add_permits(1);
                });
            }
        });
        server
    }

    pub fn port(&self) -> u16 {
        self.addr.port()
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.addr)
    }

    /// Heads and bodies, as they came.
    pub fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// Bytes of answers that the sockets took.
    pub fn written(&self) -> usize {
        self.seen.written.load(Ordering::SeqCst)
    }

    /// Waits until a connection has ended.
    pub async fn one_ended(&self) {
        timeout(Duration::from_secs(5), self.ended.acquire()).await.expect("the courier closes the connection").unwrap().forget();
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, reply: &Reply, seen: &Seen) {
    while let Some(request) = read_request(&mut stream).await {
        seen.requests.lock().unwrap().push(request);
        if act(&mut stream, reply, seen).await.is_none() {
            return;
        }
    }
}

/// None when the connection is over.
async fn act(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), reply: &Reply, seen: &Seen) -> Option<()> {
    match reply {
        Reply::Text(text) => stream.write_all(text.as_bytes()).await.ok(),
        Reply::Close => None,
        Reply::Silence => Some(()),
        Reply::Drip(text) => {
            for byte in text.bytes() {
                stream.write_all(&[byte]).await.ok()?;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            Some(())
        }
        Reply::Endless(text) => {
            stream.write_all(text.as_bytes()).await.ok()?;
            let piece = vec![*text.as_bytes().last()?; 64 << 10];
            loop {
                stream.write_all(&piece).await.ok()?;
                seen.written.fetch_add(piece.len(), Ordering::SeqCst);
            }
        }
    }
}

/// A head, and as much of a body as it says.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        text.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(text).ok()?;
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).await.ok()?;
    Some(head + &String::from_utf8(body).ok()?)
}
