//! What goes out, and what the answers mean.

use std::time::Duration;

use courier::{Accepted, Failure, Message};

use crate::server::{Reply, Server, answer};
use crate::support::{BODY, ID, OTHER_SECRET, SECRET, at, courier, secrets, send};

#[tokio::test]
async fn a_message_is_signed_and_accepted() {
    let server = Server::start(answer("200 OK", "")).await;
    assert_eq!(send(&courier(), &format!("{}?key=1", server.url())).await, Ok(Accepted { status: 200 }));
    let requests = server.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert_eq!(body.as_bytes(), BODY);
    let mut lines: Vec<String> = head.lines().map(str::to_owned).collect();
    assert_eq!(lines.remove(0), "POST /hook?key=1 HTTP/1.1");
    lines.sort();
    let expected = [
        "accept: */*".to_owned(),
        "content-length: 20".to_owned(),
        "content-type: application/json".to_owned(),
        format!("host: 127.0.0.1:{}", server.port()),
        format!("user-agent: Causeway/{}", env!("CARGO_PKG_VERSION")),
        format!("webhook-id: {ID}"),
        "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".to_owned(),
        "webhook-timestamp: 1614265330".to_owned(),
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn two_secrets_give_two_signatures() {
    let server = Server::start(answer("204 No Content", "")).await;
    let outcome = courier().send(&server.url(), &secrets(&[OTHER_SECRET, SECRET]), &Message { id: ID, body: BODY }, at()).await;
    assert_eq!(outcome, Ok(Accepted { status: 204 }));
    let request = server.requests().remove(0);
    let line = request.lines().find_map(|line| line.strip_prefix("webhook-signature: ")).unwrap();
    let signatures: Vec<&str> = line.split(' ').collect();
    assert_eq!(signatures.len(), 2);
    assert!(signatures.iter().all(|signature| signature.starts_with("v1,")) && signatures[0] != signatures[1], "{signatures:?}");
    assert_eq!(signatures[1], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Server::start(answer("200 OK", "")).await;
    for status in ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let server = Server::start(answer(status, &format!("location: {}\r\n", target.url()))).await;
        let failure = send(&courier(), &server.url()).await.unwrap_err();
        assert_eq!(failure, Failure::Status { status: status[..3].parse().unwrap(), retry_after: None });
        assert!(failure.to_string().contains("redirect") && !failure.gone(), "{failure}");
        assert_eq!(server.requests().len(), 1);
    }
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn other_statuses_are_failures() {
    for (status, gone) in [("400 Bad Request", false), ("404 Not Found", false), ("410 Gone", true), ("500 Oops", false)] {
        let server = Server::start(answer(status, "")).await;
        let failure = send(&courier(), &server.url()).await.unwrap_err();
        assert_eq!(failure, Failure::Status { status: status[..3].parse().unwrap(), retry_after: None });
        assert_eq!((failure.code(), failure.gone()), ("STATUS", gone));
        assert!(failure.to_string().contains(&status[..3]), "{failure}");
        assert_eq!(server.requests().len(), 1, "one attempt");
    }
}

#[tokio::test]
async fn retry_after_is_relative_to_the_attempt() {
    // The attempt is at 15:02:10.
    for (header, seconds) in [("30", 30), ("Thu, 25 Feb 2021 15:03:20 GMT", 70), ("86400", 3_600)] {
        let server = Server::start(answer("429 Too Many Requests", &format!("retry-after: {header}\r\n"))).await;
        let failure = send(&courier(), &server.url()).await.unwrap_err();
        assert_eq!(failure, Failure::Status { status: 429, retry_after: Some(Duration::from_secs(seconds)) }, "{header}");
    }
}

#[tokio::test]
async fn nothing_of_the_path_or_the_answer_is_told() {
    let canaries = ["canary-path", "canary-query", "canary-body"];
    for reply in [
        Reply::Text("HTTP/1.1 500 canary-body\r\ncontent-length: 11\r\n\r\ncanary-body".to_owned()),
        Reply::Text("canary-body\r\n\r\n".to_owned()),
        Reply::Close,
    ] {
        let server = Server::start(reply).await;
        let url = format!("http://127.0.0.1:{}/canary-path?canary-query", server.port());
        let failure = send(&courier(), &url).await.unwrap_err();
        let told = format!("{failure} {failure:?}");
        assert!(!canaries.iter().any(|canary| told.contains(canary)), "{told}");
    }
}

#[tokio::test]
async fn a_burst_to_one_receiver_shares_a_connection() {
    let server = Server::start(answer("200 OK", "")).await;
    let courier = courier();
    for _ in 0..20 {
        send(&courier, &server.url()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // A connection is given back a moment after the answer, so that a few more than one are possible.
    assert!(server.connections() < 10, "{} connections for 20 messages", server.connections());
}
