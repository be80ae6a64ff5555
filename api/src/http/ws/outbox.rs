//! The writing half of a socket: a bounded queue, and a limit on how long the peer may take for one message.

use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use futures_util::SinkExt;
use futures_util::stream::SplitSink;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::close::Close;

/// Messages that may wait; then senders wait, and sources aren't polled.
const QUEUE: usize = 32;

/// How long a close frame is tried, and its answer waited for.
pub const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// Hands messages to the writer task. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outbox {
    queue: mpsc::Sender<Message>,
    gone: CancellationToken,
}

/// The writer task and the way to end it.
#[derive(Debug)]
pub struct Writer {
    close: oneshot::Sender<Close>,
    task: JoinHandle<()>,
}

impl Outbox {
    /// Starts the writer.
    pub fn start(sink: SplitSink<WebSocket, Message>, write_limit: Duration) -> (Self, Writer) {
        let (queue, messages) = mpsc::channel(QUEUE);
        let (close, closing) = oneshot::channel();
        let gone = CancellationToken::new();
        let task = tokio::spawn(write(sink, messages, closing, write_limit, gone.clone()));
        (Self { queue, gone }, Writer { close, task })
    }

    /// Queues a message; waits while the queue is full. False when the writer has ended.
    pub async fn send(&self, message: Message) -> bool {
        self.queue.send(message).await.is_ok()
    }

    /// Queues a message if there is room: pings aren't needed while other messages are on their way.
    pub fn offer(&self, message: Message) {
        let _ = self.queue.try_send(message);
    }

    /// Resolves when the peer is gone or too slow.
    pub async fn gone(&self) {
        self.gone.cancelled().await;
    }
}

impl Writer {
    /// Sends the close frame, before anything still queued, and waits until it is out or `CLOSE_WAIT` has passed.
    pub async fn close(self, reason: Close) {
        let _ = self.close.send(reason);
        let _ = self.task.await;
    }

    /// Ends without a close frame of our own: the peer has closed.
    pub async fn stop(self) {
        drop(self.close);
        let _ = self.task.await;
    }
}

async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut messages: mpsc::Receiver<Message>,
    mut closing: oneshot::Receiver<Close>,
    write_limit: Duration,
    gone: CancellationToken,
) {
    let _gone = gone.drop_guard();
    loop {
        let message = tokio::select! {
            biased;
            close = &mut closing => {
                finish(&mut sink, close.ok()).await;
                return;
            }
            message = messages.recv() => match message {
                Some(message) => message,
                // The connection and its operations have ended; how is told at any moment.
                None => {
                    finish(&mut sink, closing.await.ok()).await;
                    return;
                }
            },
        };
        // A close that arrives while the peer blocks a message must not wait for the write limit.
        let sent = tokio::select! {
            sent = timeout(write_limit, sink.send(message)) => sent,
            close = &mut closing => {
                finish(&mut sink, close.ok()).await;
                return;
            }
        };
        match sent {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return,
            Err(_) => {
                send_close(&mut sink, &Close::TooSlow).await;
                return;
            }
        }
    }
}

/// Our close frame, or the answer to the peer's.
async fn finish(sink: &mut SplitSink<WebSocket, Message>, reason: Option<Close>) {
    match reason {
        Some(reason) => send_close(sink, &reason).await,
        None => drop(timeout(CLOSE_WAIT, sink.close()).await),
    }
}

async fn send_close(sink: &mut SplitSink<WebSocket, Message>, reason: &Close) {
    let _ = timeout(CLOSE_WAIT, sink.send(Message::Close(Some(reason.frame())))).await;
}
