use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::ACCEPT;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::server::{Setup, TestServer};
use super::ws::Socket;

#[tokio::test]
async fn open_streams_do_not_hold_a_shutdown_and_mutations_finish() {
    let mut server = TestServer::start().await;
    let stream = server.post("text/event-stream", r#"{"query":"subscription { silence }"}"#).send().await.unwrap();
    let mut socket = Socket::acknowledged(&server).await;
    socket.subscribe("1", "subscription { silence }").await;
    let mutation = tokio::spawn(server.post("application/json", r#"{"query":"mutation { bump(afterMs: 500) }"}"#).send());
    tokio::time::sleep(Duration::from_millis(200)).await;
    let started = Instant::now();
    server.shutdown.cancel();
    let text = stream.text().await.unwrap();
    assert!(!text.contains("complete"), "a stream that didn't complete must not say so: {text}");
    assert_eq!(socket.closed().await.0, 1001);
    assert_eq!(mutation.await.unwrap().unwrap().status().as_u16(), 200);
    assert_eq!(server.bumped.load(Ordering::SeqCst), 1);
    assert!(timeout(Duration::from_secs(5), &mut server.ended).await.unwrap().unwrap(), "everything ended by itself");
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(TcpStream::connect(server.address).await.is_err(), "nothing is accepted any more");
}

#[tokio::test]
async fn a_shutdown_waits_only_so_long() {
    let mut server = TestServer::with(Setup::timeouts(|timeouts| timeouts.shutdown = Duration::from_millis(300))).await;
    let _mutation = tokio::spawn(server.post("application/json", r#"{"query":"mutation { bump(afterMs: 20000) }"}"#).send());
    tokio::time::sleep(Duration::from_millis(200)).await;
    server.shutdown.cancel();
    assert!(!timeout(Duration::from_secs(5), &mut server.ended).await.unwrap().unwrap());
}

#[tokio::test]
async fn headers_that_never_end_close_the_connection() {
    let server = TestServer::with(Setup::timeouts(|timeouts| timeouts.headers = Duration::from_millis(200))).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"POST /graphql HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    let mut rest = Vec::new();
    timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await.expect("closed by the server").unwrap();
}

#[tokio::test]
async fn a_reader_that_stops_loses_its_connection() {
    let server = TestServer::with(Setup::timeouts(|timeouts| timeouts.write = Duration::from_millis(200))).await;
    let request = server.post("text/event-stream", r#"{"query":"subscription { flood }"}"#).header(ACCEPT, "text/event-stream");
    let response = request.send().await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut body = response.bytes_stream();
    let mut read = 0;
    let broken = timeout(Duration::from_secs(20), async {
        while let Some(chunk) = body.next().await {
            match chunk {
                Ok(chunk) => read += chunk.len(),
                Err(_) => return true,
            }
        }
        false
    });
    assert!(broken.await.expect("the stream ended"), "cut, not completed, after {read} bytes");
}
