//! The desktop app: a thin face on core and platform. Windows, deep links, the clipboard, and the commands the page
//! may call. It holds no OAuth logic.
//!
//! Nothing the page receives can hold a secret. Commands answer types of `tokenrack_core::view`, which have no field
//! for one, and the secret types cannot be serialised, so a command that tried to answer one does not compile:
//!
//! ```compile_fail
//! # use tokenrack_oauth::secret::AccessToken;
//! fn answer(value: impl tauri::ipc::IpcResponse) {}
//! answer(AccessToken::new("at-1".to_owned()));
//! ```
//!
//! while a view does:
//!
//! ```
//! # use tokenrack_core::view::{ConnectionView, Snapshot};
//! fn can_answer<T: tauri::ipc::IpcResponse>() {}
//! can_answer::<ConnectionView>();
//! can_answer::<Snapshot>();
//! ```

mod app;
mod autostart;
mod clipboard;
mod commands;
mod deep_link;
mod diagnostics;
mod events;
mod face;
#[cfg(target_os = "linux")]
mod handler;
mod own_providers;
mod reminders;
mod report;
mod selftest;
mod session;
mod tray;
mod window;

pub use app::run;
pub use session::Session;

/// The private-use scheme (RFC 8252 §7.1) whose links the desktop hands to this app.
pub const SCHEME: &str = "dev.tokenrack.desktop";
