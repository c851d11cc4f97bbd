//! Connections leave a profile in a file, and come into another out of one: written, looked at, taken.

mod looking;
mod taking;
mod writing;

pub use taking::Taking;
