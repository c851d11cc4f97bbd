//! `tokenrack doctor`: each thing that connections stand on, checked, with a cure.

pub mod deep_link;

use tokenrack_core::problem::{Class, Code, Problem};
use tokenrack_core::view::{CheckOutcome, CheckView};

use crate::error::Failure;
use crate::session::Session;
use crate::table::Tone;

pub async fn run(session: &Session) -> Result<(), Failure> {
    let mut checks = match session.engine() {
        Ok(engine) => engine.doctor().await,
        // A profile that cannot be opened is what the doctor is for.
        Err(problem) => vec![profile(&problem)],
    };
    // A profile without a folder has been told above.
    checks.extend(session.permissions());
    checks.push(deep_link::check());
    if session.output.json() {
        checks.iter().try_for_each(|check| session.output.object(check))?;
    } else {
        session.output.page(&checks.iter().map(text).collect::<String>())?;
    }
    let failed = checks.iter().any(|check| check.outcome == CheckOutcome::Failed);
    if failed { Err(Failure::Told(Class::Failed.exit_code())) } else { Ok(()) }
}

fn profile(problem: &Problem) -> CheckView {
    CheckView {
        name: "database".to_owned(),
        title: "Profile".to_owned(),
        outcome: CheckOutcome::Failed,
        finding: problem.to_string(),
        cure: Some(match problem.code {
            Code::StoreFailed => "Check TOKENRACK_HOME, free disk space and file permissions.".to_owned(),
            code => code.suggestion().said().to_owned(),
        }),
    }
}

/// What a person reads of a check.
pub fn text(check: &CheckView) -> String {
    let (symbol, word, tone) = match check.outcome {
        CheckOutcome::Ok => ("✓", "ok", Tone::Good),
        CheckOutcome::Warning => ("!", "limited", Tone::Soon),
        CheckOutcome::Failed => ("✗", "failed", Tone::Bad),
    };
    let mut text =
        format!("{} {:<18} {}\n", tone.paint(&format!("{symbol} {word:<7}")), check.title, check.finding);
    if let Some(cure) = &check.cure {
        text += &format!("            do: {cure}\n");
    }
    text
}
