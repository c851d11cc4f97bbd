//! A tray on the session's bus, until standard input ends. On standard output: a line when it is there; after that, each
//! line of standard input is words of its menu to choose.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "the harness: a failed step is a failed test"
)]

fn main() {
    let tray = tokenrack_tests::Tray::on(&std::env::var("DBUS_SESSION_BUS_ADDRESS").unwrap());
    println!("ready");
    for words in std::io::stdin().lines() {
        tray.choose(&words.unwrap());
    }
}
