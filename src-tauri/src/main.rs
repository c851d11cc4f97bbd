//! The desktop app's program: reads the arguments and the environment once, then runs the app.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    // First of all: the links this process was started with must not depend on anything that comes later.
    let session = tokenrack_desktop::Session::read();
    tokenrack_desktop::run(session)
}
