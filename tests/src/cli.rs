//! The real `tokenrack` binary, on a profile of its own.

use std::ffi::OsString;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use age::secrecy::ExposeSecret as _;
use serde_json::Value;
use tempfile::TempDir;

use crate::person::{LinksGoTo, Person};
use crate::process::{Lines, Running};
use crate::session::Session;

/// Longer than any time limit of the command itself.
const PATIENCE: Duration = Duration::from_secs(120);

/// A profile: a folder, a vault, and everything the command has ever said on it.
pub struct Profile {
    folder: TempDir,
    variables: Vec<(OsString, OsString)>,
    said: Mutex<Vec<Outcome>>,
}

/// How one command ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What was asked.
    pub args: Vec<String>,
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Profile {
    /// Keeps its secrets in the session's keyring.
    pub fn new(session: &Session) -> Self {
        let mut profile = Self::empty();
        for (name, value) in session.variables() {
            profile.set(name, value);
        }
        profile
    }

    /// Keeps its secrets in an encrypted file; no session bus.
    pub fn with_file_vault(passphrase: &str) -> Self {
        let mut profile = Self::empty();
        let file = profile.folder().join("passphrase");
        std::fs::write(&file, passphrase).unwrap();
        profile.set("HOME", profile.folder().join("home"));
        profile.set("TOKENRACK_VAULT", "file");
        profile.set("TOKENRACK_PASSPHRASE_FILE", file);
        profile
    }

    /// The same, opened by a key that takes no time to try: for tests that run many hundred commands, which scrypt would
    /// slow down and under which GNOME Keyring has been seen to end.
    pub fn with_quick_file_vault(passphrase: &str) -> Self {
        let profile = Self::with_file_vault(passphrase);
        let folder = profile.home().join("vault");
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).unwrap();
        let key = age::x25519::Identity::generate().to_string();
        let mut recipient = age::scrypt::Recipient::new(passphrase.to_owned().into());
        recipient.set_work_factor(1);
        let sealed = age::encrypt(&recipient, key.expose_secret().as_bytes()).unwrap();
        let mut file = std::fs::File::options();
        let file = file.write(true).create_new(true).mode(0o600).open(folder.join("identity.age"));
        file.unwrap().write_all(&sealed).unwrap();
        profile
    }

    fn empty() -> Self {
        let folder = tempfile::Builder::new().prefix("trk").tempdir().unwrap();
        let mut profile = Self { folder, variables: Vec::new(), said: Mutex::default() };
        profile.set("PATH", std::env::var_os("PATH").unwrap_or_default());
        profile.set("LANG", "C.UTF-8");
        profile.set("TOKENRACK_HOME", profile.home());
        // No test may open the machine's own browser.
        profile.set("TOKENRACK_BROWSER", "/bin/false");
        profile
    }

    /// Everything of the test's profile; [`Profile::home`] is inside.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// `TOKENRACK_HOME`.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("profile")
    }

    /// What the app logs, in full, when it runs on this profile under WebDriver.
    pub fn app_log(&self) -> PathBuf {
        self.folder.path().join("app.log")
    }

    /// A variable of the command's environment, from now on.
    pub fn set(&mut self, name: impl Into<OsString>, value: impl Into<OsString>) {
        let name = name.into();
        self.unset(&name);
        self.variables.push((name, value.into()));
    }

    /// Removes a variable.
    pub fn unset(&mut self, name: impl AsRef<std::ffi::OsStr>) {
        self.variables.retain(|(known, _)| known != name.as_ref());
    }

    /// From now on a person with a browser answers what the command opens. `flags`: `--deny`, `--user NAME`.
    pub fn with_person(&mut self, flags: &[&str]) -> Person {
        self.with_person_whose(LinksGoTo::Command, flags)
    }

    /// The same, with a choice of what becomes of deep links.
    pub fn with_person_whose(&mut self, links: LinksGoTo, flags: &[&str]) -> Person {
        let person = Person::new(self.folder.path(), links, flags);
        self.set("TOKENRACK_BROWSER", person.executable());
        person
    }

    /// A program with the command's environment.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Starts the command and answers at once.
    pub fn spawn(&self, args: &[&str], input: Option<&str>) -> Attempt<'_> {
        let mut command = self.command(&crate::tokenrack());
        command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
        if input.is_some() {
            command.stdin(Stdio::piped());
        }
        let mut process = Running::start(&mut command);
        if let (Some(text), Some(mut pipe)) = (input, process.child().stdin.take()) {
            // One that ends without reading it says why.
            let written = pipe.write_all(text.as_bytes());
            assert!(written.is_ok() || written.is_err_and(|error| error.kind() == ErrorKind::BrokenPipe));
        }
        let stdout = Lines::of(process.child().stdout.take().unwrap());
        let stderr = Lines::of(process.child().stderr.take().unwrap());
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        Attempt { profile: self, args, process, stdout, stderr, first: String::new(), url: String::new() }
    }

    /// Runs the command as it is.
    pub fn run_plain(&self, args: &[&str]) -> Outcome {
        self.spawn(args, None).finish()
    }

    /// Runs the command with `--json`.
    pub fn run(&self, args: &[&str]) -> Outcome {
        self.run_plain(&[&["--json"], args].concat())
    }

    /// Runs the command with `--json` and something on its standard input.
    pub fn run_with_input(&self, args: &[&str], input: &str) -> Outcome {
        self.spawn(&[&["--json"], args].concat(), Some(input)).finish()
    }

    /// Adds a connection of the public client `desktop`, with a deep link.
    pub fn add(&self, name: &str, provider: &str) -> Value {
        self.add_with(name, provider, &["--client-id", "desktop", "--redirect", "deep-link"])
    }

    /// Adds a connection with more to say.
    pub fn add_with(&self, name: &str, provider: &str, more: &[&str]) -> Value {
        self.run(&[&["add", provider, "--name", name], more].concat()).done().value()
    }

    /// Adds a connection and signs in by deep link, without a browser of the command's own.
    pub fn connected(&self, name: &str, provider: &str) {
        self.add(name, provider);
        self.connect(name);
    }

    /// Signs in by deep link: begins, walks the pages, hands the redirect over.
    pub fn connect(&self, name: &str) {
        let attempt = self.begin(name);
        self.run(&["callback", &attempt.sign_in()]).done();
        attempt.finish().done();
    }

    /// Begins a sign-in without a browser, and waits for its URL.
    pub fn begin(&self, name: &str) -> Attempt<'_> {
        self.begin_with(name, &["--timeout", "60s"])
    }

    /// Begins a sign-in with more to say.
    pub fn begin_with(&self, name: &str, more: &[&str]) -> Attempt<'_> {
        let args = [&["connect", name, "--no-browser", "--json"], more].concat();
        let mut attempt = self.spawn(&args, None);
        let Some(line) = attempt.stdout.next(PATIENCE) else {
            panic!("no authorization URL: {}", attempt.finish().stderr);
        };
        let event: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{line:?}: {e}"));
        assert_eq!(event["event"], "authorization_url", "{event}");
        attempt.url = event["url"].as_str().unwrap().to_owned();
        attempt.first = format!("{line}\n");
        attempt
    }

    /// What `status` says of one connection.
    pub fn view(&self, name: &str) -> Value {
        self.run(&["status", name]).done().value()
    }

    /// The word of a connection's status.
    pub fn status(&self, name: &str) -> String {
        self.view(name)["status"]["kind"].as_str().unwrap().to_owned()
    }

    /// The access token as it is now, without a refresh.
    pub fn token(&self, name: &str) -> String {
        let outcome = self.run_plain(&["token", name, "--min-valid", "0s"]).done();
        outcome.stdout.trim().to_owned()
    }

    /// Everything the command has said so far.
    pub fn said(&self) -> Vec<Outcome> {
        self.said.lock().unwrap().clone()
    }
}

/// A command that runs.
pub struct Attempt<'p> {
    profile: &'p Profile,
    args: Vec<String>,
    process: Running,
    stdout: Lines,
    stderr: Lines,
    first: String,
    url: String,
}

impl Attempt<'_> {
    /// The authorization URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A parameter of the authorization URL.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(&self.url).unwrap();
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Walks the pages; answers the redirect, unopened.
    pub fn sign_in(&self) -> String {
        crate::sign_in(&self.url, &[])
    }

    /// Whether it has not ended yet.
    pub fn is_waiting(&mut self) -> bool {
        self.process.ended().is_none()
    }

    /// The process.
    pub fn process(&mut self) -> &mut Running {
        &mut self.process
    }

    /// The next line on standard output.
    pub fn line(&mut self) -> Option<String> {
        let line = self.stdout.next(PATIENCE)?;
        self.first.push_str(&line);
        self.first.push('\n');
        Some(line)
    }

    /// Waits for its end.
    pub fn finish(mut self) -> Outcome {
        let stderr = self.stderr.rest(PATIENCE);
        let stdout = std::mem::take(&mut self.first) + &self.stdout.rest(PATIENCE);
        let status = self.process.wait(PATIENCE);
        let outcome = Outcome {
            args: std::mem::take(&mut self.args),
            code: status.code().unwrap_or(-1),
            stdout,
            stderr,
        };
        self.profile.said.lock().unwrap().push(outcome.clone());
        outcome
    }
}

impl Outcome {
    /// # Panics
    /// Unless it ended well.
    #[track_caller]
    pub fn done(self) -> Self {
        assert_eq!(self.code, 0, "{:?} failed: {}{}", self.args, self.stdout, self.stderr);
        self
    }

    /// The objects on standard output.
    #[track_caller]
    pub fn values(&self) -> Vec<Value> {
        let read =
            |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{:?}: {e} in {line:?}", self.args));
        self.stdout.lines().map(read).collect()
    }

    /// The only object on standard output.
    #[track_caller]
    pub fn value(&self) -> Value {
        let mut values = self.values();
        assert_eq!(values.len(), 1, "{:?} said {}", self.args, self.stdout);
        values.remove(0)
    }

    /// The error object on standard error: whole, with something to do and somewhere to read.
    ///
    /// # Panics
    /// Unless the command failed with an exit code that fits.
    #[track_caller]
    pub fn error(&self) -> Value {
        assert_ne!(self.code, 0, "{:?} did not fail: {}", self.args, self.stdout);
        let line = self.stderr.lines().rev().find(|line| line.starts_with('{'));
        let line = line.unwrap_or_else(|| panic!("{:?} gave no error object: {:?}", self.args, self.stderr));
        let error = serde_json::from_str::<Value>(line).unwrap()["error"].clone();
        for field in ["code", "message", "suggestion"] {
            assert!(error[field].as_str().is_some_and(|text| !text.is_empty()), "no {field}: {line}");
        }
        assert!(
            error["docs_url"].as_str().is_some_and(|url| url.starts_with("https://")),
            "no docs_url: {line}"
        );
        error
    }

    /// # Panics
    /// Unless it failed with this exit code and one of these error codes, separated by `|`.
    #[track_caller]
    pub fn failed(&self, exit: i32, codes: &str) -> Value {
        let error = self.error();
        let code = error["code"].as_str().unwrap();
        assert!(codes.split('|').any(|expected| expected == code), "{:?}: {error}, not {codes}", self.args);
        assert_eq!(self.code, exit, "{:?}: {error}", self.args);
        error
    }
}
