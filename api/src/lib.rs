//! The outer shell of Causeway: configuration, authentication, HTTP, and the composition of everything else.

pub mod auth;
pub mod baseline;
pub mod cli;
pub mod config;
pub mod demo;
pub mod http;
pub mod keys;
pub mod system;
pub mod wire;
