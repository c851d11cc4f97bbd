//! Declares the commands, so that the page may call these and nothing else: without this list every command of
//! the app would be open to every window, whatever the capability file says.

/// The contract with the page; the same names are in `capabilities/main.json`, in the handler and in `ipc.ts`.
const COMMANDS: &[&str] = &[
    "subscribe",
    "language",
    "painted",
    "providers",
    "provider",
    "server",
    "lintspec",
    "checkspec",
    "importspec",
    "savespec",
    "ownspec",
    "exportspec",
    "exportprovider",
    "downloads",
    "downloadspec",
    "exportfile",
    "backup",
    "openfile",
    "takefile",
    "closefile",
    "preview",
    "add",
    "connect",
    "cancel",
    "reopen",
    "copylink",
    "deliver",
    "refresh",
    "bring",
    "introspect",
    "claims",
    "usualrequest",
    "testrequest",
    "choose",
    "disconnect",
    "draft",
    "edit",
    "copytoken",
    "clearclipboard",
    "copytext",
    "quit",
    "activity",
    "exportactivity",
    "settings",
    "savesettings",
    "desktop",
    "setautostart",
    "diagnostics",
    "selftest",
    "unlock",
    "unsavedtext",
    "closewindow",
    "openlink",
    "openprovider",
    "opendocs",
    "report",
    "files",
    "version",
];

fn main() {
    // The page is embedded: a new one needs a new program.
    println!("cargo:rerun-if-changed=../ui/dist");
    let attributes =
        tauri_build::Attributes::new().app_manifest(tauri_build::AppManifest::new().commands(COMMANDS));
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("the app's manifest is not right: {error:#}");
    }
}
