//! The reading half of a socket: the protocol's state machine.

use std::ops::ControlFlow;

use async_graphql::Executor;
use axum::extract::ws::{Message, WebSocket};
use futures_util::StreamExt;
use futures_util::stream::SplitStream;
use serde_json::{Map, Value};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};

use super::SUBPROTOCOL;
use super::close::Close;
use super::message::{self, Incoming};
use super::operation::{self, Operations};
use super::outbox::{CLOSE_WAIT, Outbox};
use crate::http::context::{Caller, RequestId, Transport};
use crate::http::error::Code;
use crate::http::limits::StreamSlot;
use crate::http::session::{End, Session};
use crate::http::state::{HttpState, ResolveActor};

/// What the handshake's headers said; used where `connection_init` says nothing.
#[derive(Clone, Debug, Default)]
pub struct Handshake {
    /// `Authorization`.
    pub authorization: Option<String>,
    /// `causeway-workspace`.
    pub workspace: Option<String>,
}

/// Serves one socket until either side closes it.
pub async fn serve<E: Executor, R: ResolveActor>(socket: WebSocket, state: HttpState<E, R>, handshake: Handshake, request_id: RequestId) {
    let speaks_protocol = socket.protocol().is_some_and(|protocol| protocol == SUBPROTOCOL);
    let (sink, mut stream) = socket.split();
    let (outbox, writer) = Outbox::start(sink, state.timeouts.write);
    let operations = Operations::default();
    let reason = if speaks_protocol {
        let connection = Connection { state: &state, handshake, request_id, outbox, operations: operations.clone() };
        connection.run(&mut stream).await
    } else {
        Some(Close::Subprotocol)
    };
    operations.cancel_all();
    match reason {
        Some(reason) => {
            writer.close(reason).await;
            // Closing the connection under data that we never read would reset it, and the peer would lose the close frame.
            let _ = timeout(CLOSE_WAIT, async { while let Some(Ok(_)) = stream.next().await {} }).await;
        }
        None => writer.stop().await,
    }
}

struct Connection<'a, E, R> {
    state: &'a HttpState<E, R>,
    handshake: Handshake,
    request_id: RequestId,
    outbox: Outbox,
    operations: Operations,
}

/// A connection that was acknowledged.
struct Acknowledged {
    session: Session,
    /// Held for as long as the connection lives.
    _slot: StreamSlot,
}

impl<E: Executor, R: ResolveActor> Connection<'_, E, R> {
    /// `None` when the peer closed or vanished, else why we close.
    async fn run(mut self, stream: &mut SplitStream<WebSocket>) -> Option<Close> {
        let acknowledged = match self.initialise(stream).await {
            ControlFlow::Continue(acknowledged) => acknowledged,
            ControlFlow::Break(reason) => return reason,
        };
        let timeouts = &self.state.timeouts;
        let mut heard_at = Instant::now();
        let mut heartbeat = interval_at(heard_at + timeouts.heartbeat, timeouts.heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let end = acknowledged.session.end(self.state);
        tokio::pin!(end);
        loop {
            tokio::select! {
                biased;
                () = self.outbox.gone() => return None,
                end = &mut end => return Some(close_reason(end)),
                _ = heartbeat.tick() => {
                    if heard_at.elapsed() >= timeouts.heartbeat * 3 {
                        return Some(Close::Silent);
                    }
                    // The frame keeps listeners alive that answer no protocol messages; the message is for those behind proxies that eat frames.
                    self.outbox.offer(Message::Ping(bytes::Bytes::new()));
                    self.outbox.offer(message::ping());
                }
                frame = stream.next() => {
                    heard_at = Instant::now();
                    match read(frame) {
                        ControlFlow::Continue(None) => {}
                        ControlFlow::Continue(Some(incoming)) => {
                            if let Err(reason) = self.handle(incoming, &acknowledged.session).await {
                                return Some(reason);
                            }
                        }
                        ControlFlow::Break(reason) => return reason,
                    }
                }
            }
        }
    }

    /// Waits for `connection_init`; pings are answered meanwhile.
    async fn initialise(&mut self, stream: &mut SplitStream<WebSocket>) -> ControlFlow<Option<Close>, Acknowledged> {
        let deadline = Instant::now() + self.state.timeouts.connection_init;
        loop {
            let frame = tokio::select! {
                biased;
                () = self.outbox.gone() => return ControlFlow::Break(None),
                () = self.state.shutdown.cancelled() => return ControlFlow::Break(Some(Close::GoingAway)),
                () = sleep_until(deadline) => return ControlFlow::Break(Some(Close::InitTimeout)),
                frame = stream.next() => frame,
            };
            match read(frame)? {
                None | Some(Incoming::Pong | Incoming::Complete(_)) => {}
                Some(Incoming::Ping(payload)) => {
                    self.outbox.send(message::pong(payload.as_ref())).await;
                }
                Some(Incoming::Subscribe { .. }) => return ControlFlow::Break(Some(Close::Unauthorized("Unauthorized"))),
                Some(Incoming::Init(payload)) => {
                    return match self.acknowledge(&payload).await {
                        Ok(acknowledged) => ControlFlow::Continue(acknowledged),
                        Err(reason) => ControlFlow::Break(Some(reason)),
                    };
                }
            }
        }
    }

    async fn acknowledge(&mut self, payload: &Map<String, Value>) -> Result<Acknowledged, Close> {
        let handshake = std::mem::take(&mut self.handshake);
        let given = |name: &str| payload.get(name).and_then(Value::as_str);
        let authorization = given("authorization").or_else(|| given("Authorization")).or(handshake.authorization.as_deref());
        let workspace = given("workspace").or(handshake.workspace.as_deref());
        let session = Session::from_authorization(self.state, authorization, workspace).await.map_err(|error| match error.code {
            Code::Unavailable => Close::Internal("The token could not be checked: try again"),
            _ => Close::Forbidden(error.message),
        })?;
        let slot = self
            .state
            .streams
            .take(session.actor.member_id, self.state.limits.streams_per_member)
            .ok_or(Close::TooMany("Too many open streams"))?;
        self.outbox.send(message::ack()).await;
        Ok(Acknowledged { session, _slot: slot })
    }

    async fn handle(&self, incoming: Incoming, session: &Session) -> Result<(), Close> {
        match incoming {
            Incoming::Init(_) => return Err(Close::TooMany("Too many initialisation requests")),
            Incoming::Pong => {}
            Incoming::Ping(payload) => {
                self.outbox.send(message::pong(payload.as_ref())).await;
            }
            Incoming::Complete(id) => self.operations.cancel(&id),
            Incoming::Subscribe { id, payload } => {
                let caller = Caller {
                    actor: session.actor.clone(),
                    // Ids of messages are only unique within their socket.
                    request_id: RequestId(format!("{}.{}", self.request_id.as_str(), self.state.ids.uuid())),
                    transport: Transport::WebSocket,
                };
                let max = self.state.limits.operations_per_connection;
                match self.operations.start(id.clone(), max)? {
                    Some(active) => {
                        self.state.tracker.spawn(operation::run(self.state.clone(), caller, payload, active, self.outbox.clone()));
                    }
                    None => operation::refuse(&id, max, &caller, &self.outbox).await,
                }
            }
        }
        Ok(())
    }
}

fn close_reason(end: End) -> Close {
    match end {
        End::TokenExpired => Close::Unauthorized("Token expired: reconnect with a new one and resume from your last cursor"),
        End::NoLongerEntitled => Close::Forbidden("your rights have changed".to_owned()),
        End::Shutdown => Close::GoingAway,
    }
}

/// A frame as a message; `Continue(None)` for frames that only show that the peer is there.
fn read(frame: Option<Result<Message, axum::Error>>) -> ControlFlow<Option<Close>, Option<Incoming>> {
    match frame {
        Some(Ok(Message::Text(text))) => match Incoming::parse(&text) {
            Ok(incoming) => ControlFlow::Continue(Some(incoming)),
            Err(reason) => ControlFlow::Break(Some(reason)),
        },
        Some(Ok(Message::Binary(_))) => ControlFlow::Break(Some(Close::Invalid("Messages must be text"))),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => ControlFlow::Continue(None),
        Some(Ok(Message::Close(_))) | None => ControlFlow::Break(None),
        Some(Err(error)) if error.to_string().to_ascii_lowercase().contains("too long") => ControlFlow::Break(Some(Close::TooBig)),
        Some(Err(_)) => ControlFlow::Break(None),
    }
}
