//! Files that are written from Rust: the page's types and the table of errors. A test fails when a committed file
//! differs; `TOKENRACK_BLESS=1 cargo test -p tokenrack-core current` writes it.

use std::path::Path;

use ts_rs::{Config, TS};

use crate::activity::{ActivityFilter, ActivityFormat, Topic};
use crate::connection::{ClientAuthentication, ConnectionId, GrantType, LastEvent, RedirectMethod};
use crate::event::{
    ActivityEntry, ActivityKind, Attention, Channel, EngineEvent, Reason, Reminder, UnderWay, Unfinished,
};
use crate::export::Format;
use crate::language::Language;
use crate::ports::{VaultKind, VaultState, VaultStatus};
use crate::problem::Code;
use crate::provider::{LeftOut, ProviderId};
use crate::view::*;

#[test]
fn bindings_are_current() {
    assert_current("ui/src/lib/ipc/bindings.ts", &bindings());
}

#[test]
fn the_table_of_errors_is_current() {
    assert_current("docs/errors.md", &errors());
}

/// Compares a committed file with what it should be, or writes it.
pub(crate) fn assert_current(file: &str, fresh: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    #[expect(clippy::disallowed_methods, reason = "a switch for the developer who runs the test")]
    if std::env::var_os("TOKENRACK_BLESS").is_some() {
        std::fs::write(&path, fresh).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == fresh, "{file} is not current: run this test with TOKENRACK_BLESS=1");
}

fn errors() -> String {
    let mut out = String::from(
        "# Errors\n\n\
         Every failure has a code, in the window under \"Details\" and in the command's `--json`. \
         The command's exit code says how to react: 1 failed, 2 wrong input, 3 a person must act, 4 no such \
         connection, 5 try again later. None of these loses a token that still works.\n",
    );
    for code in Code::ALL {
        let anchor = code.as_str().replace('/', "-");
        let exit = code.class().exit_code();
        let (name, title, suggestion) = (code.as_str(), code.title().english(), code.suggestion().english());
        out.push_str(&format!(
            "\n<a id=\"{anchor}\"></a>\n## `{name}`\n\n{title}. {suggestion} (Exit code {exit}.)\n"
        ));
    }
    out
}

fn bindings() -> String {
    let config = Config::default();
    let mut out =
        String::from("// Written by the test `bindings_are_current` from the Rust types. Do not edit.\n");
    macro_rules! export {
        ($($name:ty),* $(,)?) => {$(
            out.push_str("\nexport ");
            out.push_str(&<$name as TS>::decl(&config));
            out.push('\n');
        )*};
    }
    export!(
        ConnectionId,
        ProviderId,
        Snapshot,
        ConnectionView,
        SignInBy,
        SignInBasis,
        ChoiceView,
        OptionView,
        StatusView,
        StatusKind,
        Action,
        ProviderLink,
        RegistrationView,
        WaitingView,
        ProblemView,
        LastEvent,
        ProviderView,
        Origin,
        ProviderPage,
        SecretNeed,
        VarView,
        SpecView,
        FindingView,
        ImportView,
        LeftOut,
        Draft,
        Endpoints,
        DraftPreview,
        DisconnectView,
        Revocation,
        BundleView,
        BundleKind,
        ThingView,
        ThingKind,
        Standing,
        BundleTokens,
        Choice,
        Decision,
        TakenView,
        Taken,
        WrittenView,
        LeftOutView,
        CheckView,
        CheckOutcome,
        Settings,
        Theme,
        Language,
        Density,
        Grouping,
        ClientAuthentication,
        GrantType,
        DeviceCodeView,
        IntrospectionView,
        ClaimsView,
        ClaimView,
        Format,
        ResponseView,
        BodyEncoding,
        RedirectMethod,
        VaultKind,
        VaultState,
        VaultStatus,
        EngineEvent,
        Channel,
        ActivityKind,
        Attention,
        Reminder,
        UnderWay,
        Unfinished,
        Reason,
        ActivityEntry,
        ActivityFilter,
        ActivityFormat,
        Topic,
    );
    out
}
