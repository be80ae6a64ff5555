//! Security-checklist D23: neither the credential nor a token in errors, in debug output, or in anything that any library logs at any level.

use std::io::Write;
use std::sync::{Arc, Mutex};

use graph::WriteId;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;
use uuid::Uuid;

use crate::server::{Reply, Server};
use crate::support::{TENANT, access, call, client, config, issue, jwt};

const SECRET: &str = "canary-s3cret~Q";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;
    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

#[tokio::test]
async fn no_secret_leaves_by_logs_or_errors() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(log.clone()).with_max_level(tracing::Level::TRACE).finish();
    // For the whole process: a subscriber of one thread loses events whose call sites another thread met first.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    // Both ends echo what they were sent.
    let server = Server::start(
        |seen, number| {
            let text = format!("AADSTS7000215: Invalid secret {SECRET} in {}", seen.body);
            if number == 0 { Reply::Json(401, json!({"error": "invalid_client", "error_description": text})) } else { issue(seen, number) }
        },
        |seen, number| {
            let text = format!("bad header {}", seen.header("authorization"));
            match number {
                0 => Reply::error(400, "BadRequest", &text),
                1 => Reply::error(500, "InternalServerError", &text),
                _ => Reply::Hangup,
            }
        },
    )
    .await;
    let client = client(config(&server));
    let tenant = client.tenant(access(TENANT, SECRET));
    let mut shown = format!("{:?}", access(TENANT, SECRET));
    for _ in 0..2 {
        let error = tenant.list_policies(&call()).await.unwrap_err();
        shown.push_str(&format!("{error} {error:?}"));
    }
    for _ in 0..2 {
        let error = tenant.patch_policy(&call(), Uuid::nil(), &json!({}), WriteId(Uuid::nil())).await.unwrap_err();
        shown.push_str(&format!("{error} {error:?}"));
    }
    assert_eq!((server.tokens().len(), server.graph().len()), (2, 3));
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains(&TENANT.to_string()) && logged.contains("status=400"), "the log works: {logged}");
    let token = jwt(TENANT, 1);
    for canary in ["canary-s3cret", token.as_str(), token.split('.').nth(1).unwrap()] {
        assert!(!shown.contains(canary), "{shown}");
        assert!(!logged.contains(canary), "in the log");
    }
    assert!(shown.contains("(redacted)"), "{shown}");
}
