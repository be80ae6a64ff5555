//! Reading entries of the sign-in log, adding them up, and chunks as bytes.

mod codec;
mod record;
