//! The app's life: plugins, the window, the end.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tauri::{App, AppHandle, Builder, Manager as _, RunEvent, WindowEvent};
use tauri_plugin_window_state::StateFlags;
use tokenrack_core::event::Channel;
use tokenrack_platform::Profile;

use crate::deep_link::{self, Links};
use crate::events::{FaceEvent, ShellEvent};
use crate::face::Face;
use crate::session::Session;
use crate::{commands, reminders, tray, window};

/// Runs until the window is closed, or the person quits where the app goes on in the tray.
pub fn run(session: Session) -> ExitCode {
    log(session.log.as_deref());
    if let Err(error) = tokenrack_platform::process::no_core_files() {
        tracing::warn!(%error, "core files could not be switched off");
    }
    if !session.display {
        // GTK would panic.
        tracing::error!("there is no display in this session; the `tokenrack` command works without one");
        return ExitCode::FAILURE;
    }
    let links = Arc::new(Links::default());
    links.push(session.arguments.iter().cloned());

    let profile = session.environment.clone().and_then(|environment| Profile::open(environment.home));
    let root = profile.ok().map(|profile| profile.root().to_owned());
    let mut context = tauri::generate_context!();
    if let Some(home) = session.home() {
        context.config_mut().identifier = identifier(home);
    }

    let again = session.arguments.iter().any(|argument| argument == AGAIN);
    let program = session.program.clone();
    let left = links.clone();
    match builder(session, root, links.clone()).build(context) {
        Ok(app) => {
            app.run(move |app, event| on_event(app, &event));
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(%error, "the app could not start");
            // The instance that was to take our links may have been ending just then.
            if !again {
                start_again(program.as_deref(), &left.left());
            }
            ExitCode::FAILURE
        }
    }
}

/// For tokens that wait for the vault when the app is to end. An ending session waits little longer.
const LAST_CHANCE: Duration = Duration::from_secs(3);

/// Starts without a window, where the desktop has a tray to open it from.
pub(crate) const HIDDEN: &str = "--hidden";

/// A panel that has not come by then does not come with this session; the window does.
const PANEL_PATIENCE: Duration = Duration::from_secs(20);

/// From showing the window to its picture on the screen, with some to spare.
const PAINTING: Duration = Duration::from_millis(200);

/// After the profile could not be opened.
const OPEN_AGAIN_AFTER: Duration = Duration::from_secs(15);

/// Marks a process that was started for links another could not deliver: it does not start a third.
const AGAIN: &str = "--again";

fn start_again(program: Option<&Path>, links: &[String]) {
    if let (Some(program), false) = (program, links.is_empty())
        && let Err(error) = std::process::Command::new(program).arg(AGAIN).args(links).spawn()
    {
        tracing::error!(%error, "a link could not be handed to a new process");
    }
}

/// A profile of its own is an app of its own: with the plain identifier its second start would be taken by the
/// person's own running app.
fn identifier(home: &Path) -> String {
    let home = std::path::absolute(home).unwrap_or_else(|_| home.to_owned());
    let digest = Sha256::digest(home.as_os_str().as_encoded_bytes());
    let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("{}.p{short}", crate::SCHEME)
}

fn builder(session: Session, root: Option<PathBuf>, links: Arc<Links>) -> Builder<tauri::Wry> {
    let mut states = tauri_plugin_window_state::Builder::new()
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED);
    if let Some(root) = &root {
        states = states.with_filename(root.join("window.json").to_string_lossy());
    }
    let builder = Builder::default();
    // It must be the first plugin: a second instance ends in its set-up, before anything else is opened.
    // macOS gives one instance by itself.
    #[cfg(not(target_os = "macos"))]
    let builder = builder.plugin(single_instance(links.clone()));
    builder
        .plugin(tauri_plugin_deep_link::init())
        .plugin(states.build())
        .invoke_handler(tauri::generate_handler![
            commands::console::subscribe,
            commands::console::language,
            commands::console::painted,
            commands::console::quit,
            commands::providers::providers,
            commands::providers::provider,
            commands::providers::server,
            commands::own_providers::lintspec,
            commands::own_providers::checkspec,
            commands::own_providers::importspec,
            commands::own_providers::savespec,
            commands::own_providers::ownspec,
            commands::own_providers::exportspec,
            commands::own_providers::exportprovider,
            commands::own_providers::downloadspec,
            commands::sharing::exportfile,
            commands::sharing::backup,
            commands::sharing::openfile,
            commands::sharing::takefile,
            commands::sharing::closefile,
            commands::connections::preview,
            commands::connections::add,
            commands::connections::connect,
            commands::connections::cancel,
            commands::connections::reopen,
            commands::clipboard::copylink,
            commands::connections::deliver,
            commands::connections::refresh,
            commands::connections::bring,
            commands::connections::introspect,
            commands::connections::claims,
            commands::requests::usualrequest,
            commands::requests::testrequest,
            commands::connections::choose,
            commands::connections::disconnect,
            commands::connections::draft,
            commands::connections::edit,
            commands::clipboard::copytoken,
            commands::clipboard::clearclipboard,
            commands::clipboard::copytext,
            commands::console::activity,
            commands::console::exportactivity,
            commands::console::settings,
            commands::console::savesettings,
            commands::console::desktop,
            commands::console::setautostart,
            commands::console::diagnostics,
            commands::console::selftest,
            commands::console::unlock,
            commands::console::unsavedtext,
            commands::console::closewindow,
            commands::links::openlink,
            commands::links::openprovider,
            commands::links::opendocs,
            commands::console::report,
            commands::console::files,
            commands::console::downloads,
            commands::console::version,
        ])
        .setup(move |app| Ok(set_up(app, session, root, links)?))
}

/// Every second start hands over its arguments and ends. One without a link asks for the window, unless the system has
/// started it.
#[cfg(not(target_os = "macos"))]
fn single_instance(links: Arc<Links>) -> tauri::plugin::TauriPlugin<tauri::Wry> {
    tauri_plugin_single_instance::Builder::new()
        .callback(move |app, arguments, _| {
            let hidden = arguments.iter().any(|argument| argument == HIDDEN);
            if links.push(arguments.into_iter().skip(1)) == 0 && !hidden {
                window::open(app);
            }
        })
        .build()
}

/// The window first: its process loads the page while the profile is opened.
fn set_up(app: &App, session: Session, root: Option<PathBuf>, links: Arc<Links>) -> tauri::Result<()> {
    let data = root.map(|root| root.join("webview"));
    app.manage(window::Frame { wayland: session.wayland, data });
    let hidden = session.arguments.iter().any(|argument| argument == HIDDEN);
    if !hidden {
        window::build(app.handle())?;
    }

    // The engine starts tasks of its own.
    let runtime = tauri::async_runtime::handle();
    let _inside = runtime.inner().enter();
    let face = Face::open(session, links)?;
    if let Ok(settings) = face.core().and_then(|core| core.engine.settings()) {
        window::theme(app.handle(), settings.theme);
    }
    app.manage(face);
    #[cfg(target_os = "macos")]
    hear_links(app.handle());
    tauri::async_runtime::spawn(open_later(app.handle().clone()));
    tauri::async_runtime::spawn(deep_link::run(app.handle().clone()));
    tauri::async_runtime::spawn(reminders::run(app.handle().clone()));
    tauri::async_runtime::spawn(end_on_signal(app.handle().clone()));
    tauri::async_runtime::spawn(settle(app.handle().clone(), hidden));
    Ok(())
}

/// A profile that could not be opened at first, as on a disk that comes up late, is tried again: in the tray nobody asks for
/// it, and its tokens are to be renewed all the same.
async fn open_later(app: AppHandle) {
    let face = app.state::<Face>();
    while face.core().is_err() {
        tokio::time::sleep(OPEN_AGAIN_AFTER).await;
        if face.try_to_open().is_ok() {
            face.speak(&face.session.languages);
            face.tray.changed();
        }
    }
}

/// What nobody waits for. It asks a dozen other programs, and the first picture would come later for it.
async fn settle(app: AppHandle, hidden: bool) {
    if hidden {
        tauri::async_runtime::spawn(open_without_tray(app.clone()));
    } else {
        // A window that is never shown must not cost the way back from the browser.
        let _ = tokio::time::timeout(PANEL_PATIENCE, app.state::<Face>().shown.notified()).await;
        tokio::time::sleep(PAINTING).await;
    }
    register_scheme(&app);
    tray::run(app).await;
}

/// A person must have a way to an app that was started hidden.
async fn open_without_tray(app: AppHandle) {
    tokio::time::sleep(PANEL_PATIENCE).await;
    if !app.state::<Face>().tray.is_there() {
        window::open(&app);
    }
}

/// In the background: it asks other programs, and its failure must not stop the start.
#[cfg(target_os = "linux")]
fn register_scheme(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        let face = app.state::<Face>();
        if let Err(error) = crate::handler::register(&face.session) {
            tracing::warn!(%error, "the deep link could not be registered; loopback and pasting still work");
        }
        let _ = face.registered.set(());
    });
}

/// Windows keeps it per user; on macOS the bundle declares it.
#[cfg(not(target_os = "linux"))]
fn register_scheme(app: &AppHandle) {
    use tauri_plugin_deep_link::DeepLinkExt as _;
    if !cfg!(target_os = "macos")
        && let Err(error) = app.deep_link().register_all()
    {
        tracing::warn!(%error, "the deep link could not be registered; loopback and pasting still work");
    }
    let _ = app.state::<Face>().registered.set(());
}

/// Links come as events of the system, and the one that the app was started for comes first of all.
#[cfg(target_os = "macos")]
fn hear_links(app: &AppHandle) {
    use tauri_plugin_deep_link::DeepLinkExt as _;
    let links = app.state::<Face>().links.clone();
    app.deep_link().on_open_url(move |event| _ = links.push(event.urls().into_iter().map(String::from)));
}

fn on_event(app: &AppHandle, event: &RunEvent) {
    let Some(face) = app.try_state::<Face>() else { return };
    match event {
        RunEvent::WindowEvent { event: WindowEvent::Focused(true), .. } => {
            face.clipboard.focused();
        }
        // The page asks once. One that does not answer keeps no window open: the second time it is closed.
        RunEvent::WindowEvent { event: WindowEvent::CloseRequested { api, .. }, .. }
            if face.unsaved_text.swap(false, Ordering::Relaxed) =>
        {
            api.prevent_close();
            face.pages.tell(FaceEvent::Shell(ShellEvent::Close { quit: false }));
        }
        RunEvent::WindowEvent { event: WindowEvent::CloseRequested { api, .. }, .. }
            if !goes_on(&face) && face.core().is_ok_and(|core| core.engine.is_busy()) =>
        {
            api.prevent_close();
            end(app);
        }
        RunEvent::WindowEvent { event: WindowEvent::Destroyed, .. } => {
            face.unsaved_text.store(false, Ordering::Relaxed);
            face.pages.close();
        }
        // The last window has closed.
        RunEvent::ExitRequested { code: None, api, .. } if goes_on(&face) => {
            api.prevent_exit();
            window::closed(app);
            reminders::goes_on(&face);
        }
        // Since its window was asked to close, new tokens may be on their way.
        RunEvent::ExitRequested { code: None, api, .. }
            if face.core().is_ok_and(|core| !core.engine.end_if_idle()) =>
        {
            api.prevent_exit();
            end(app);
        }
        RunEvent::Exit => {
            face.clipboard.end();
            // From here on a new link starts a new process; one that came before gets a process now.
            #[cfg(not(target_os = "macos"))]
            tauri_plugin_single_instance::destroy(app);
            start_again(face.session.program.as_deref(), &face.links.left());
        }
        _ => {}
    }
}

/// Whether closing the window leaves the app in the tray.
fn goes_on(face: &Face) -> bool {
    face.tray.is_there()
        && face.core().and_then(|core| core.engine.settings()).is_ok_and(|settings| settings.keep_in_tray)
}

/// Ends the app as a person does: what would be lost is asked about first, in the window.
pub(crate) fn quit(app: &AppHandle) {
    let face = app.state::<Face>();
    if face.unsaved_text.swap(false, Ordering::Relaxed) {
        window::open(app);
        face.pages.tell(FaceEvent::Shell(ShellEvent::Close { quit: true }));
    } else {
        end(app);
    }
}

fn end(app: &AppHandle) {
    if !app.state::<Face>().ending.swap(true, Ordering::Relaxed) {
        tauri::async_runtime::spawn(end_when_saved(app.clone(), None));
    }
}

/// New tokens that are on their way or wait for the vault would end with this process: they get a last chance. A person
/// who closes the window or quits is asked then; with a `code` there is nobody to ask.
async fn end_when_saved(app: AppHandle, code: Option<i32>) {
    let face = app.state::<Face>();
    let left = match face.core() {
        Ok(core) => core.engine.save_all_before_the_end(LAST_CHANCE, Channel::App).await,
        Err(_) => Vec::new(),
    };
    face.ending.store(false, Ordering::Relaxed);
    match code {
        None if !left.is_empty() => {
            face.pages.tell(FaceEvent::Shell(ShellEvent::Unfinished { left }));
            window::open(&app);
        }
        _ => app.exit(code.unwrap_or(0)),
    }
}

/// The end of the session, or Ctrl-C, is an end like any other: the clipboard is cleared.
#[cfg(unix)]
async fn end_on_signal(app: AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup(), SignalKind::quit()];
    for kind in kinds {
        match signal(kind) {
            Ok(mut signal) => {
                let app = app.clone();
                tauri::async_runtime::spawn(async move {
                    if signal.recv().await.is_some() {
                        end_when_saved(app, Some(0)).await;
                    }
                });
            }
            Err(error) => tracing::warn!(%error, ?kind, "a signal cannot be awaited"),
        }
    }
}

#[cfg(not(unix))]
async fn end_on_signal(_app: AppHandle) {}

/// To standard error, warnings and worse unless `TOKENRACK_LOG` says otherwise. Never values: redaction is by type.
fn log(level: Option<&str>) {
    let level = level.and_then(|level| level.parse().ok()).unwrap_or(tracing::Level::WARN);
    let to_stderr =
        tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(false);
    // What cannot be written, as once the terminal is closed, would be said in the same place, and end the app.
    to_stderr.log_internal_errors(false).init();
}
