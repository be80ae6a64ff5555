//! Listeners and connections, HTTP/1.1 and HTTP/2, plain or over TLS.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::call::{Call, MAX_BODY_BYTES};
use super::pipeline::{Outcome, handle, refuse_body};
use crate::config::SimError;
use crate::core::Core;

/// How long a caller may take over a TLS handshake or a request's head and body.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most connections at a time.
const MAX_CONNECTIONS: usize = 4096;

/// A bound socket and how its connections are served.
pub(crate) struct Listener {
    pub socket: TcpListener,
    pub addr: SocketAddr,
    pub tls: Option<TlsAcceptor>,
}

/// Binds, telling apart the one failure that a person can mend by choosing another port.
pub(crate) async fn bind(addr: SocketAddr, tls: Option<TlsAcceptor>) -> Result<Listener, SimError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => SimError::AddressInUse { addr },
        _ => SimError::Listen { addr, source },
    };
    let socket = TcpListener::bind(addr).await.map_err(failed)?;
    let addr = socket.local_addr().map_err(failed)?;
    Ok(Listener { socket, addr, tls })
}

impl Listener {
    /// Accepts until `stop`; every connection is tracked, so that a shutdown can wait for the last answer.
    pub(crate) async fn run(self, core: Arc<Core>, stop: CancellationToken, connections: TaskTracker) {
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = self.socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) if connections.len() < MAX_CONNECTIONS => {
                    let connection = connection(stream, self.tls.clone(), self.addr, core.clone(), stop.clone());
                    connections.spawn(connection);
                }
                Ok(_) => tracing::warn!(limit = MAX_CONNECTIONS, "connection refused: too many"),
                Err(error) => {
                    // Out of file descriptors, mostly: wait instead of spinning.
                    tracing::warn!(%error, "accept failed");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, addr: SocketAddr, core: Arc<Core>, stop: CancellationToken) {
    // Answers are small and complete: send them at once.
    let _ = stream.set_nodelay(true);
    match tls {
        None => serve(stream, "http", addr, core, stop).await,
        Some(acceptor) => match tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => serve(stream, "https", addr, core, stop).await,
            Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
            Err(_) => tracing::debug!("TLS handshake timed out"),
        },
    }
}

/// The service's error means "close without an answer": that is how a dropped connection is played.
#[derive(Debug, thiserror::Error)]
#[error("connection dropped on purpose")]
struct Dropped;

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    scheme: &'static str,
    addr: SocketAddr,
    core: Arc<Core>,
    stop: CancellationToken,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let core = core.clone();
        async move { answer(request, scheme, addr, core).await }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    builder.http2().timer(TokioTimer::new());
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended early");
    }
}

async fn answer(
    request: Request<Incoming>,
    scheme: &'static str,
    addr: SocketAddr,
    core: Arc<Core>,
) -> Result<Response<Full<Bytes>>, Dropped> {
    let (head, body) = request.into_parts();
    let body = tokio::time::timeout(PATIENCE, Limited::new(body, MAX_BODY_BYTES).collect()).await;
    let read = |body| Call::new(head.method.clone(), &head.uri, head.headers.clone(), body, scheme, &addr.to_string());
    let body = match body {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Ok(refuse_body(&core, &read(Bytes::new()), 413).into_response()),
        Ok(Err(_)) => return Err(Dropped),
        Err(_) => return Ok(refuse_body(&core, &read(Bytes::new()), 408).into_response()),
    };
    // On a task of its own: a caller that hangs up doesn't undo what it asked for.
    match tokio::spawn(handle(core, read(body))).await {
        Ok(Outcome::Reply(reply)) => Ok(reply.into_response()),
        Ok(Outcome::Drop) => Err(Dropped),
        Err(_) => Err(Dropped),
    }
}
