//! What is refused before anything is sent.

use std::time::Duration;

use courier::{AddressError, Courier, CourierConfig, CourierError, Failure, Message};

use crate::server::{Server, answer};
use crate::support::{BODY, ID, SECRET, at, config, courier, secrets, send};

#[tokio::test]
async fn a_private_address_is_refused_unless_internal() {
    let server = Server::start(answer("200 OK", "")).await;
    let strict = Courier::new(CourierConfig::default()).unwrap();
    for host in ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "localhost", "a.localhost", "[::1]", "[::ffff:127.0.0.1]"] {
        for scheme in ["http", "https"] {
            let failure = send(&strict, &format!("{scheme}://{host}:{}/", server.port())).await.unwrap_err();
            assert_eq!(failure, Failure::Address(AddressError::Private), "{scheme}://{host}");
            assert_eq!(failure.code(), "ADDRESS_REFUSED");
        }
    }
    assert_eq!(server.connections(), 0);
    assert!(send(&courier(), &server.url()).await.is_ok());
    assert!(send(&courier(), &format!("http://2130706433:{}/", server.port())).await.is_ok(), "the same host, spelled otherwise");
    assert_eq!(send(&courier(), "https://127.0.0.2/").await, Err(Failure::Address(AddressError::Private)));
}

#[tokio::test]
async fn headers_cant_be_injected() {
    let server = Server::start(answer("200 OK", "")).await;
    for id in ["", "msg_1\r\nx-evil: 1", "msg_1\nx", "msg 1", "msg\u{0}", "msg.1", "müsg", &"m".repeat(257)] {
        let outcome = courier().send(&server.url(), &secrets(&[SECRET]), &Message { id, body: BODY }, at()).await;
        assert_eq!(outcome.unwrap_err().code(), "UNSENDABLE", "{id:?}");
    }
    let outcome = courier().send(&server.url(), &[], &Message { id: ID, body: BODY }, at()).await;
    assert_eq!(outcome.unwrap_err().code(), "UNSENDABLE", "unsigned");
    assert_eq!(server.connections(), 0);

    for path in ["a HTTP/1.1\r\nx-evil: 1\r\n\r\nGET /", "a%0d%0ax-evil: 1", "?a\nx-evil: 1"] {
        send(&courier(), &format!("http://127.0.0.1:{}/{path}", server.port())).await.unwrap();
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    for request in requests {
        let head = request.split_once("\r\n\r\n").unwrap().0;
        assert_eq!(head.lines().filter(|line| line.starts_with("x-evil")).count(), 0, "{head}");
        assert_eq!(head.lines().count(), 9, "{head}");
    }
}

#[test]
fn nonsense_settings_are_refused() {
    let of = |change: fn(&mut CourierConfig)| {
        let mut config = config();
        change(&mut config);
        Courier::new(config).err()
    };
    assert_eq!(of(|_| ()), None);
    assert_eq!(of(|config| config.attempt = Duration::ZERO), Some(CourierError::Limits));
    assert_eq!(of(|config| config.connect = Duration::ZERO), Some(CourierError::Limits));
    let with_port = of(|config| config.internal_hosts = ["hooks:80".to_owned()].into());
    assert_eq!(with_port, Some(CourierError::InternalHost("hooks:80".to_owned())));
    let agent = of(|config| config.user_agent = "a\r\nx-evil: 1".to_owned());
    assert!(matches!(agent, Some(CourierError::Client(_))), "{agent:?}");
    let empty = of(|config| config.root_ca_pem = Some(b"no certificate".to_vec()));
    assert!(matches!(empty, Some(CourierError::Certificate(_))), "{empty:?}");
    let damaged = of(|config| config.root_ca_pem = Some(b"-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n".to_vec()));
    assert!(matches!(&damaged, Some(CourierError::Client(why)) if why.contains("certificate")), "{damaged:?}");
}
