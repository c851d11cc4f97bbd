//! The least a Tauri window can be: one line of text, no plugin, no command. `cargo xtask bench` opens it beside the
//! app, to tell what is Tauri's time and what is ours.

use tauri::http::{Response, header};
use tauri::{WebviewUrl, WebviewWindowBuilder};

const PAGE: &str = "<!doctype html><title>Bare</title><body><h1>A bare window</h1>";

fn main() -> tauri::Result<()> {
    let mut context = tauri::generate_context!();
    context.config_mut().identifier = format!("{}.bare", tokenrack_desktop::SCHEME);
    context.config_mut().app.windows.clear();
    tauri::Builder::default()
        .register_uri_scheme_protocol("bare", |_, _| {
            let mut answer = Response::new(PAGE.as_bytes().to_vec());
            answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/html"));
            answer
        })
        .setup(|app| {
            let address = if cfg!(windows) { "http://bare.localhost/" } else { "bare://localhost/" };
            // The size of ours: painting is by area.
            WebviewWindowBuilder::new(app, "bare", WebviewUrl::External(address.parse()?))
                .inner_size(1120.0, 720.0)
                .build()?;
            Ok(())
        })
        .run(context)
}
