//! API keys: how a secret looks, what is kept of it, and when a key works.

use std::sync::atomic::{AtomicU8, Ordering};

use chrono::TimeDelta;
use domain::api_key::{API_KEY_ISSUER, ApiKey, ApiKeySecret, USE_NOTED_EVERY, role_for_keys};
use domain::env::Ids;
use domain::workspace::{Member, Role};
use uuid::Uuid;

use crate::fixtures::{APPROVER, CREATOR, member, now};

/// Other bytes at each call.
struct Counting(AtomicU8);

impl Ids for Counting {
    fn uuid(&self) -> Uuid {
        Uuid::nil()
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

fn secret() -> ApiKeySecret {
    ApiKeySecret::make(&Counting(AtomicU8::new(7)))
}

#[test]
fn a_secret_has_the_form_that_scanners_look_for() {
    let text = secret().expose().to_owned();
    // Written out, so that the format can't move unseen: keys that were handed out must stay keys.
    assert_eq!(text, "cwk_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc1t5rxA");
    assert_eq!(text.len(), 53);
    assert!(text[4..].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    assert_eq!(secret().last_four(), &text[49..]);
    let ids = Counting(AtomicU8::new(0));
    assert_ne!(ApiKeySecret::make(&ids).expose(), ApiKeySecret::make(&ids).expose());
}

#[test]
fn a_secret_is_read_back_and_nothing_else_is() {
    let text = secret().expose().to_owned();
    assert_eq!(ApiKeySecret::read(&text).unwrap().hash(), secret().hash());
    for at in 0..text.len() {
        let other = if &text[at..=at] == "A" { "B" } else { "A" };
        let mut changed = text.clone();
        changed.replace_range(at..=at, other);
        assert!(ApiKeySecret::read(&changed).is_none(), "character {at} is not covered");
    }
    for bad in ["", "cwk_", &text[..52], &format!("{text}A"), &text.to_uppercase(), "cwk_\u{1F511}", &format!("cwk_{}", "=".repeat(49))] {
        assert!(ApiKeySecret::read(bad).is_none(), "{bad}");
    }
    assert!(ApiKeySecret::claimed_by("cwk_anything") && !ApiKeySecret::claimed_by("eyJhbGciOi"));
}

#[test]
fn what_is_stored_is_the_sha_256_and_nothing_shows_the_secret() {
    let secret = secret();
    let hash = secret.hash();
    assert_eq!(hash, "008a9831e573eaeb0e95e7b646422df882e19336f02544b3dc758cf28ffdd68a");
    assert_eq!(format!("{secret:?}"), "ApiKeySecret(..)");
}

#[test]
fn a_key_works_until_it_ends_or_is_revoked() {
    let ends = now() + TimeDelta::days(1);
    let key = |member: Member| ApiKey { member, last_four: "wxyz".into(), expires_at: ends, last_used_at: None };
    let member = Member { issuer: API_KEY_ISSUER.into(), owned_by: Some(CREATOR), ..member(APPROVER, Role::Admin) };
    assert!(member.is_api_key());
    assert!(key(member.clone()).works_at(ends - TimeDelta::microseconds(1)));
    assert!(!key(member.clone()).works_at(ends));
    assert!(!key(Member { removed_at: Some(now()), ..member.clone() }).works_at(now()));
    let used = |ago| ApiKey { last_used_at: Some(now() - ago), ..key(member.clone()) };
    assert!(key(member.clone()).use_is_news(now()));
    assert!(!used(USE_NOTED_EVERY - TimeDelta::microseconds(1)).use_is_news(now()));
    assert!(used(USE_NOTED_EVERY).use_is_news(now()));
}

#[test]
fn no_key_is_an_owner() {
    let refused: Vec<&Role> = Role::ALL.iter().filter(|role| !role_for_keys(**role)).collect();
    assert_eq!(refused, [&Role::Owner]);
}
