//! Close codes: those of PROTOCOL.md, RFC 6455's, and two of ours for closes after which a client should resume.

use axum::extract::ws::{CloseFrame, Utf8Bytes};

/// Why the server closes a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Close {
    /// 1001: the server shuts down. Clients reconnect and resume.
    GoingAway,
    /// 1009: a message above the limit.
    TooBig,
    /// 4400: a message that the protocol doesn't know.
    Invalid(&'static str),
    /// 4401: an operation before the acknowledgement, or the token expired.
    Unauthorized(&'static str),
    /// 4403: the token was refused, or its member lost its rights.
    Forbidden(String),
    /// 4406: the client doesn't speak graphql-transport-ws.
    Subprotocol,
    /// 4408: no `connection_init` in time.
    InitTimeout,
    /// 4409: the id is active already.
    DuplicateId(String),
    /// 4429: a second `connection_init`, or too many sockets of one member.
    TooMany(&'static str),
    /// 4500: a fault of ours, or a dependency that is down.
    Internal(&'static str),
    /// 4504: nothing was heard from the client for three heartbeats.
    Silent,
    /// 4508: the client doesn't read what is sent to it.
    TooSlow,
}

impl Close {
    /// The code on the wire.
    pub fn code(&self) -> u16 {
        match self {
            Self::GoingAway => 1001,
            Self::TooBig => 1009,
            Self::Invalid(_) => 4400,
            Self::Unauthorized(_) => 4401,
            Self::Forbidden(_) => 4403,
            Self::Subprotocol => 4406,
            Self::InitTimeout => 4408,
            Self::DuplicateId(_) => 4409,
            Self::TooMany(_) => 4429,
            Self::Internal(_) => 4500,
            Self::Silent => 4504,
            Self::TooSlow => 4508,
        }
    }

    /// The frame; a reason longer than the 123 bytes that fit is cut.
    pub fn frame(&self) -> CloseFrame {
        let reason = match self {
            Self::GoingAway => "Server shutting down: reconnect and resume from your last cursor".to_owned(),
            Self::TooBig => "Message too big".to_owned(),
            Self::Invalid(reason) | Self::Unauthorized(reason) | Self::TooMany(reason) | Self::Internal(reason) => (*reason).to_owned(),
            Self::Forbidden(reason) => format!("Forbidden: {reason}"),
            Self::Subprotocol => "Subprotocol not acceptable".to_owned(),
            Self::InitTimeout => "Connection initialisation timeout".to_owned(),
            Self::DuplicateId(id) => format!("Subscriber for {id} already exists"),
            Self::Silent => "No answer to pings: reconnect and resume from your last cursor".to_owned(),
            Self::TooSlow => "Too slow: reconnect and resume from your last cursor".to_owned(),
        };
        let end = reason.floor_char_boundary(reason.len().min(123));
        CloseFrame { code: self.code(), reason: Utf8Bytes::from(&reason[..end]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_cut_on_a_character() {
        let frame = Close::DuplicateId("é".repeat(100)).frame();
        assert_eq!(frame.code, 4409);
        assert!(frame.reason.len() <= 123 && frame.reason.len() > 119);
    }
}
