//! Receivers that don't answer, or don't stop.

use std::future::Future;
use std::time::Duration;

use courier::{Accepted, Courier, CourierConfig, Failure};
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::server::{Reply, Server};
use crate::support::{config, courier, hasty, send};

/// What came out, and that it didn't take long.
async fn soon<T>(work: impl Future<Output = T>) -> T {
    let started = Instant::now();
    let out = work.await;
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    out
}

#[tokio::test]
async fn silence_ends_with_the_limit() {
    let server = Server::start(Reply::Silence).await;
    assert_eq!(soon(send(&hasty(), &server.url())).await, Err(Failure::TimedOut));
    assert_eq!(server.requests().len(), 1);
    server.one_ended().await;
}

#[tokio::test]
async fn a_trickle_doesnt_extend_the_limit() {
    let head = "HTTP/1.1 200 OK\r\nx-slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n";
    let server = Server::start(Reply::Drip(head)).await;
    assert_eq!(soon(send(&hasty(), &server.url())).await, Err(Failure::TimedOut));
}

#[tokio::test]
async fn connecting_has_its_own_limit() {
    // The system accepts the connection; nobody answers the TLS hello.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let courier = Courier::new(CourierConfig { connect: Duration::from_millis(100), ..config() }).unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    assert_eq!(soon(send(&courier, &url)).await, Err(Failure::TimedOut));
}

#[tokio::test]
async fn a_closed_connection_is_broken() {
    let server = Server::start(Reply::Close).await;
    let failure = send(&courier(), &server.url()).await.unwrap_err();
    assert!(matches!(failure, Failure::Broken(_)), "{failure:?}");
    assert_eq!(failure.code(), "BROKEN");
    assert_eq!(server.requests().len(), 1, "not sent again");
}

#[tokio::test]
async fn what_is_no_http_is_broken() {
    let server = Server::start(Reply::Text("SSH-2.0-OpenSSH_9.6\r\n\r\n".to_owned())).await;
    assert_eq!(send(&courier(), &server.url()).await.unwrap_err().code(), "BROKEN");
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let failure = send(&courier(), &url).await.unwrap_err();
    assert!(matches!(&failure, Failure::Unreachable(why) if why.contains("refused")), "{failure:?}");
    assert_eq!(failure.code(), "UNREACHABLE");
}

#[tokio::test]
async fn a_body_without_end_is_not_read() {
    for head in ["HTTP/1.1 200 OK\r\n\r\nx", "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nx"] {
        let server = Server::start(Reply::Endless(head)).await;
        assert_eq!(soon(send(&courier(), &server.url())).await, Ok(Accepted { status: 200 }));
        server.one_ended().await;
        // What the sockets' buffers hold, and no more.
        assert!(server.written() < 32 << 20, "{} bytes", server.written());
    }
}

#[tokio::test]
async fn a_body_that_never_comes_is_not_waited_for() {
    let server = Server::start(Reply::Text("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab".to_owned())).await;
    assert_eq!(soon(send(&courier(), &server.url())).await, Ok(Accepted { status: 200 }));
    server.one_ended().await;
}

#[tokio::test]
async fn a_head_without_end_is_broken() {
    let server = Server::start(Reply::Endless("HTTP/1.1 200 OK\r\nx-long: a")).await;
    assert_eq!(soon(send(&courier(), &server.url())).await.unwrap_err().code(), "BROKEN");
    assert!(server.written() < 32 << 20, "{} bytes", server.written());
}
