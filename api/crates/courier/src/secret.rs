//! Signing secrets and signatures (Standard Webhooks, symmetric scheme `v1`).

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use domain::env::Ids;
use zeroize::Zeroizing;

const PREFIX: &str = "whsec_";
/// The specification's bounds, bytes.
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;
const MADE_LENGTH: usize = 32;

/// A signing secret of Standard Webhooks: 24 to 64 bytes, shown as `whsec_` and base64 (standard alphabet, padded).
pub struct SigningSecret(Zeroizing<Vec<u8>>);

impl SigningSecret {
    /// A fresh secret of 32 random bytes.
    pub fn make(ids: &dyn Ids) -> Self {
        let mut bytes = Zeroizing::new(vec![0; MADE_LENGTH]);
        ids.fill(&mut bytes);
        SigningSecret(bytes)
    }

    /// Reads what [`SigningSecret::expose`] shows. None if the prefix, the base64 or the length is not the specification's.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?);
        LENGTHS.contains(&bytes.len()).then_some(SigningSecret(bytes))
    }

    /// The secret as text, for the receiver or for sealing.
    pub fn expose(&self) -> Zeroizing<String> {
        // Room for the longest at once: a string that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + LENGTHS.end().div_ceil(3) * 4));
        text.push_str(PREFIX);
        STANDARD.encode_string(self.0.as_slice(), &mut text);
        text
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(..)")
    }
}

/// The signature of a message: `v1,` and the base64 of the HMAC-SHA256 over `{id}.{unix seconds}.{body}`. The id must hold no full stop, or
/// two messages could have one signature.
pub fn signature(secret: &SigningSecret, id: &str, at: DateTime<Utc>, body: &[u8]) -> String {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &secret.0));
    context.update(format!("{id}.{}.", at.timestamp()).as_bytes());
    context.update(body);
    format!("v1,{}", STANDARD.encode(context.sign()))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    struct Sevens;
    impl Ids for Sevens {
        fn uuid(&self) -> Uuid {
            Uuid::nil()
        }
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn the_specifications_example() {
        let secret = SigningSecret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let at = DateTime::from_timestamp(1_614_265_330, 999_999_000).unwrap();
        let signed = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_made_secret_is_read_back() {
        let secret = SigningSecret::make(&Sevens);
        let text = secret.expose();
        assert_eq!(text.as_str(), "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
        assert_eq!(SigningSecret::read(&text).unwrap().expose(), text);
        assert_eq!(format!("{secret:?}"), "SigningSecret(..)");
    }

    #[test]
    fn only_the_specifications_form_is_read() {
        let of = |length: usize| format!("whsec_{}", STANDARD.encode(vec![1; length]));
        for length in [24, 25, 32, 64] {
            assert_eq!(SigningSecret::read(&of(length)).unwrap().0.len(), length);
        }
        let unpadded = of(25).trim_end_matches('=').to_owned();
        let bare = of(24)["whsec_".len()..].to_owned();
        let url_safe = format!("whsec_{}", "-_-_".repeat(8));
        for bad in [&of(0), &of(23), &of(65), &unpadded, &bare, &url_safe, &format!(" {}", of(24)), &format!("{}\n", of(24))] {
            assert!(SigningSecret::read(bad).is_none(), "{bad:?}");
        }
    }
}
