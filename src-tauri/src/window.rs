//! The one window: it appears painted, shows nothing but the app's own page, and comes to the front when a link
//! has been answered.

use std::path::PathBuf;
use std::time::Duration;

use tauri::webview::{NewWindowResponse, PermissionResponse};
use tauri::window::Color;
use tauri::{AppHandle, Manager as _, WebviewWindow, WebviewWindowBuilder};
use tokenrack_core::view::Theme;
use tokenrack_platform::memory;

use crate::face::Face;

/// Its label; the capability file names it.
const LABEL: &str = "main";

/// A page that has not painted by then is shown anyway.
const PATIENCE: Duration = Duration::from_secs(3);

/// So long after a window has closed, its processes have ended.
const AFTERMATH: Duration = Duration::from_secs(2);

/// The page's background (`--paper` and `--night` in ui/src/styles/palette.css), for the time before its first paint.
const LIGHT: Color = Color(0xf5, 0xf7, 0xf7, 0xff);
const DARK: Color = Color(0x0f, 0x16, 0x19, 0xff);

/// What every window is built with.
pub(crate) struct Frame {
    /// A Wayland session.
    pub(crate) wayland: bool,
    /// Where the web view's files go.
    pub(crate) data: Option<PathBuf>,
}

/// Builds the window, hidden until the page has painted.
pub(crate) fn build(app: &AppHandle) -> tauri::Result<()> {
    let Some(config) = app.config().app.windows.iter().find(|window| window.label == LABEL).cloned() else {
        return Err(tauri::Error::WindowNotFound);
    };
    let frame = app.state::<Frame>();
    let mut builder = WebviewWindowBuilder::from_config(app, &config)?
        // A window that was created hidden does not appear reliably under Wayland.
        .visible(frame.wayland)
        .devtools(cfg!(debug_assertions))
        .on_navigation(is_our_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_permission_request(|_, _| PermissionResponse::Deny);
    if let Some(data) = &frame.data {
        builder = builder.data_directory(data.clone());
    }
    let window = builder.build()?;
    let settings = app.try_state::<Face>().and_then(|face| face.core().ok()?.engine.settings().ok());
    paint(&window, settings.map_or(Theme::System, |settings| settings.theme));
    #[cfg(target_os = "linux")]
    if !frame.wayland {
        lay_out(&window)?;
    }

    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        if app.get_webview_window(LABEL).is_some_and(|window| !window.is_visible().unwrap_or(false)) {
            tracing::warn!("the page has not painted in time; showing the window anyway");
            show(&app);
        }
    });
    Ok(())
}

/// Tells the hidden page how large it will be, so that it is laid out once: by itself GTK does when it shows the window.
#[cfg(target_os = "linux")]
fn lay_out(window: &WebviewWindow) -> tauri::Result<()> {
    use gtk::prelude::{GtkWindowExt as _, WidgetExt as _};

    let frame = window.clone();
    window.run_on_main_thread(move || {
        // When it has got back the size it was closed with.
        gtk::glib::idle_add_local_once(move || {
            let (Ok(outside), Ok(inside)) = (frame.gtk_window(), frame.default_vbox()) else { return };
            let (width, height) = outside.size();
            inside.show_all();
            inside.preferred_size();
            inside.size_allocate(&gtk::Allocation::new(0, 0, width, height));
        });
    })
}

/// Linux and macOS use the first form, Windows the second.
fn is_our_page(url: &url::Url) -> bool {
    (url.scheme() == "tauri" && url.host_str() == Some("localhost"))
        || (matches!(url.scheme(), "http" | "https") && url.host_str() == Some("tauri.localhost"))
}

/// Sets the background for the person's theme.
pub(crate) fn theme(app: &AppHandle, theme: Theme) {
    if let Some(window) = app.get_webview_window(LABEL) {
        paint(&window, theme);
    }
}

fn paint(window: &WebviewWindow, theme: Theme) {
    let fixed = match theme {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    };
    let painted = window.set_theme(fixed).and_then(|()| {
        let dark = fixed.map_or_else(|| window.theme(), Ok)? == tauri::Theme::Dark;
        window.set_background_color(Some(if dark { DARK } else { LIGHT }))
    });
    if let Err(error) = painted {
        tracing::warn!(%error, "the window's theme could not be set");
    }
}

/// Shows the window, and tells the page what came before it was there.
pub(crate) fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        if let Err(error) = window.show() {
            tracing::error!(%error, "the window could not be shown");
        }
        tracing::info!("the window is shown");
    }
    let face = app.state::<Face>();
    face.pages.painted();
    face.shown.notify_one();
}

/// Whether the person is looking at it.
pub(crate) fn is_in_front(app: &AppHandle) -> bool {
    app.get_webview_window(LABEL).is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// Closes the window, as a person does.
pub(crate) fn close(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL)
        && let Err(error) = window.close()
    {
        tracing::error!(%error, "the window could not be closed");
    }
}

/// Shows the window: a new one where there is none, and otherwise to the front; one that is still being painted will show
/// itself.
pub(crate) fn open(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else {
        let app = app.clone();
        // Not while an event is being handled: some systems cannot build a window then.
        tauri::async_runtime::spawn(async move {
            match build(&app) {
                // Asked for twice.
                Ok(())
                | Err(
                    tauri::Error::WebviewLabelAlreadyExists(_) | tauri::Error::WindowLabelAlreadyExists(_),
                ) => {}
                Err(error) => tracing::error!(%error, "the window could not be opened"),
            }
        });
        return;
    };
    if !window.is_visible().unwrap_or(false) {
        return;
    }
    if let Err(error) = window.unminimize().and_then(|()| window.set_focus()) {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
}

/// What is left of a window that was closed while the app goes on: its page, and what only a window needs.
pub(crate) fn closed(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(AFTERMATH).await;
        if app.get_webview_window(LABEL).is_some() {
            return;
        }
        // WebKitGTK leaves it for the next window, and starts it again where it is not there.
        memory::end_children("WebKitNetworkPr");
        memory::give_back();
        tracing::info!("the window's memory is given back");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_background_is_the_pages_own() {
        let palette = include_str!("../../ui/src/styles/palette.css");
        for (name, Color(red, green, blue, _)) in [("--paper", LIGHT), ("--night", DARK)] {
            assert!(palette.contains(&format!("{name}: #{red:02x}{green:02x}{blue:02x};")), "{name}");
        }
    }

    #[test]
    fn nothing_but_our_page_is_shown() {
        let shown = |url: &str| is_our_page(&url::Url::parse(url).unwrap());
        assert!(shown("tauri://localhost/index.html") && shown("http://tauri.localhost/"));
        for url in [
            "https://example.com/",
            "file:///etc/passwd",
            "tauri://evil/",
            "http://localhost:5173/",
            "about:blank",
        ] {
            assert!(!shown(url), "{url}");
        }
    }
}
