//! The accept loop. Our own, because `axum::serve` has no limit for headers, connections or stalled writes, and waits for ever for
//! open streams when it shuts down.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::Executor;
use axum::body::Body;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::limits::Timeouts;
use super::router;
use super::stall::StallGuard;
use super::state::{HttpState, ResolveActor};

/// Serves until the state's shutdown token is cancelled; then stops accepting, ends the streams, and waits at most
/// `timeouts.shutdown` for requests, sockets and mutations to finish. True when all of them did.
pub async fn serve<E: Executor, R: ResolveActor>(listener: TcpListener, state: HttpState<E, R>) -> bool {
    let service = TowerToHyperService::new(router(state.clone()).map_request(|request: http::Request<Incoming>| request.map(Body::new)));
    let connections = TaskTracker::new();
    let permits = Arc::new(Semaphore::new(state.limits.connections));
    let builder = Arc::new(builder(&state.timeouts));
    loop {
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { break };
        let stream = tokio::select! {
            () = state.shutdown.cancelled() => break,
            stream = accept(&listener) => stream,
        };
        let (builder, service, shutdown) = (Arc::clone(&builder), service.clone(), state.shutdown.clone());
        let write_limit = state.timeouts.write * 2;
        connections.spawn(async move {
            connection(&builder, stream, write_limit, service, shutdown).await;
            drop(permit);
        });
    }
    drop(listener);
    connections.close();
    state.tracker.close();
    let all = async {
        state.tracker.wait().await;
        connections.wait().await;
    };
    timeout(state.timeouts.shutdown, all).await.is_ok()
}

fn builder(timeouts: &Timeouts) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(timeouts.headers).max_buf_size(64 * 1024);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(100)
        .max_header_list_size(32 * 1024)
        .keep_alive_interval(timeouts.heartbeat)
        .keep_alive_timeout(timeouts.heartbeat * 2);
    builder
}

/// Accepts the next connection; failures such as a full file table are waited out.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Small frames must not wait for more; a socket that refuses the option is served all the same.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connection<S>(
    builder: &Builder<TokioExecutor>,
    stream: TcpStream,
    write_limit: Duration,
    service: TowerToHyperService<S>,
    shutdown: CancellationToken,
) where
    S: tower::Service<http::Request<Incoming>, Response = axum::response::Response, Error = std::convert::Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send + 'static,
{
    let io = TokioIo::new(StallGuard::new(stream, write_limit));
    let connection = builder.serve_connection_with_upgrades(io, service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error, "a connection ended early");
    }
}
