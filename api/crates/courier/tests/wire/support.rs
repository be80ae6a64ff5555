//! A courier for this machine, and what it sends.

use std::time::Duration;

use chrono::{DateTime, Utc};
use courier::{Accepted, Courier, CourierConfig, Failure, Message, SigningSecret};

pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub const OTHER_SECRET: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
pub const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
pub const BODY: &[u8] = br#"{"test": 2432232314}"#;

/// 127.0.0.1 is internal; an attempt has 10 s, far more than any test that doesn't wait for it.
pub fn config() -> CourierConfig {
    CourierConfig { internal_hosts: ["127.0.0.1".to_owned()].into(), ..CourierConfig::default() }
}

pub fn courier() -> Courier {
    Courier::new(config()).unwrap()
}

/// The time of the specification's example.
pub fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_614_265_330, 0).unwrap()
}

pub fn secrets(texts: &[&str]) -> Vec<SigningSecret> {
    texts.iter().map(|text| SigningSecret::read(text).unwrap()).collect()
}

/// Sends the specification's example.
pub async fn send(courier: &Courier, url: &str) -> Result<Accepted, Failure> {
    courier.send(url, &secrets(&[SECRET]), &Message { id: ID, body: BODY }, at()).await
}

/// `config` with a short limit of the attempt.
pub fn hasty() -> Courier {
    Courier::new(CourierConfig { attempt: Duration::from_millis(200), ..config() }).unwrap()
}
