//! HTTP: listeners, requests, answers, and the order in which one request passes through them.

mod call;
mod listen;
mod log;
mod pipeline;
mod reply;

pub(crate) use call::{Call, pairs, segments};
pub(crate) use listen::{Listener, bind};
pub(crate) use log::log;
pub(crate) use pipeline::{Outcome, graph_call};
pub(crate) use reply::{Body, Reply};
