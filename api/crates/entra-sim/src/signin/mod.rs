//! Sign-in stream.
