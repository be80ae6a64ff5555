//! The token cache with single flight.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};
use url::Url;
use uuid::Uuid;

use super::Token;
use super::fetch::Fetcher;
use crate::access::TenantAccess;
use crate::error::{GraphError, Info};

/// Above this many slots those without a flight are dropped, which costs a token request each and nothing else.
const MAX_SLOTS: usize = 8_192;

/// All tokens. A failure is shared by the calls that waited for it and then forgotten: the next call asks again.
#[derive(Clone)]
pub(crate) struct Tokens {
    fetcher: Fetcher,
    slots: Arc<Mutex<HashMap<Key, Slot>>>,
}

/// The credential is part of the key: after a rotation the old token is never used again.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    tenant: Uuid,
    client: String,
    login: String,
    credential: [u8; 32],
}

#[derive(Default)]
struct Slot {
    token: Option<Arc<Token>>,
    flight: Option<Flight>,
}

type Outcome = Result<Arc<Token>, GraphError>;
type Flight = Shared<BoxFuture<'static, Outcome>>;

impl Tokens {
    pub(crate) fn new(fetcher: Fetcher) -> Self {
        Tokens { fetcher, slots: Arc::default() }
    }

    /// The tenant's token: the cached one, or the one that a flight brings. `id` is the correlation id of the request, if this call starts it.
    pub(crate) async fn get(&self, access: &Arc<TenantAccess>, login: &Url, id: Uuid, deadline: Instant) -> Outcome {
        let key = Key::of(access, login);
        let (old, flight) = {
            let mut slots = self.slots();
            if slots.len() >= MAX_SLOTS && !slots.contains_key(&key) {
                slots.retain(|_, slot| slot.flight.is_some());
            }
            let slot = slots.entry(key.clone()).or_default();
            let now = self.fetcher.clock.now();
            match &slot.token {
                Some(token) if now < token.renew_at => return Ok(Arc::clone(token)),
                _ => {}
            }
            let old = slot.token.clone().filter(|token| now < token.expires_at);
            let flight = slot.flight.get_or_insert_with(|| self.start(key, access, login, id)).clone();
            (old, flight)
        };
        match (timeout_at(deadline, flight).await, old) {
            (Ok(Ok(token)), _) => Ok(token),
            // The renewal fails for now, and the old token is still good.
            (Ok(Err(error)), Some(old)) if error.retryable() => Ok(old),
            (Ok(Err(error)), _) => Err(error),
            (Err(_elapsed), Some(old)) => Ok(old),
            (Err(_elapsed), None) => Err(GraphError::Deadline),
        }
    }

    /// Forgets a token that was refused, unless a newer one has taken its place: of many refused calls only the first renews.
    pub(crate) fn refuse(&self, access: &TenantAccess, login: &Url, token: &Arc<Token>) {
        if let Some(slot) = self.slots().get_mut(&Key::of(access, login))
            && slot.token.as_ref().is_some_and(|cached| Arc::ptr_eq(cached, token))
        {
            slot.token = None;
        }
    }

    /// Forgets every token of a tenant.
    pub(crate) fn forget(&self, tenant: Uuid) {
        self.slots().retain(|key, slot| {
            if key.tenant == tenant {
                slot.token = None;
            }
            key.tenant != tenant || slot.flight.is_some()
        });
    }

    /// Asks in a task of its own: the first caller may give up without failing the others.
    fn start(&self, key: Key, access: &Arc<TenantAccess>, login: &Url, id: Uuid) -> Flight {
        let (done, arrival) = oneshot::channel::<Outcome>();
        let (tokens, access, login) = (self.clone(), Arc::clone(access), login.clone());
        tokio::spawn(async move {
            // However this task ends, the slot is free for another flight.
            let landing = Landing { tokens: &tokens, key };
            let outcome = tokens.fetcher.fetch(&access, &login, id).await;
            landing.land(outcome.as_ref().ok());
            // Nobody may be waiting any more.
            let _ = done.send(outcome);
        });
        let lost = move |_| {
            let message = Some("the token request was abandoned".to_owned());
            Err(GraphError::Transient { info: Info { message, client_request_id: id, ..Info::default() } })
        };
        arrival.map(move |outcome| outcome.unwrap_or_else(lost)).boxed().shared()
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<Key, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Landing<'a> {
    tokens: &'a Tokens,
    key: Key,
}

impl Landing<'_> {
    fn land(self, token: Option<&Arc<Token>>) {
        if let (Some(token), Some(slot)) = (token, self.tokens.slots().get_mut(&self.key)) {
            slot.token = Some(Arc::clone(token));
        }
    }
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        if let Some(slot) = self.tokens.slots().get_mut(&self.key) {
            slot.flight = None;
        }
    }
}

impl Key {
    fn of(access: &TenantAccess, login: &Url) -> Self {
        Key {
            tenant: access.entra_tenant_id,
            client: access.client_id.clone(),
            login: login.as_str().to_owned(),
            credential: access.credential.fingerprint(),
        }
    }
}
