//! The product: providers, connections, the engine that moves them, and what faces see.
//!
//! Core knows no window, socket, keychain or clock: those are [`ports`], and `tokenrack-platform` implements them.

pub mod activity;
mod attention;
#[cfg(test)]
mod bindings;
pub mod bundle;
mod classify;
pub mod connection;
pub mod engine;
pub mod event;
pub mod export;
mod flows;
mod forecast;
pub mod language;
pub mod lifecycle;
pub mod ports;
pub mod problem;
pub mod provider;
mod record;
pub mod refresh_end;
pub mod refused;
mod scheduler;
pub mod script;
mod status;
pub mod view;
pub mod whole_grant;

pub use jiff::Timestamp;
