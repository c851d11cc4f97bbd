//! Secrets that a person types or pipes in: the passphrase and the client secret. Never arguments.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::path::Path;

use tokenrack_core::problem::{Code, Problem};
use tokenrack_oauth::secret::{ClientSecret, Passphrase, RefreshToken};
use zeroize::Zeroizing;

use crate::error::{Failure, invalid};

/// Larger is no secret but a wrong file.
const LARGEST: u64 = 64 * 1024;

/// The client secret: one line of standard input, or typed unseen when that is a terminal.
pub fn client_secret() -> Result<ClientSecret, Failure> {
    typed("client secret", "Client secret: ").map(|text| ClientSecret::new(text.to_string()))
}

/// A refresh token: the next line of standard input, or typed unseen when that is a terminal.
pub fn refresh_token() -> Result<RefreshToken, Failure> {
    typed("refresh token", "Refresh token: ").map(|text| RefreshToken::new(text.to_string()))
}

/// A client's private key: all of standard input.
pub fn client_key() -> Result<ClientSecret, Failure> {
    let mut text = Zeroizing::new(String::with_capacity(8192));
    let read = io::stdin().lock().take(LARGEST).read_to_string(&mut text);
    read.map_err(|error| unreadable("client key", error))?;
    if text.trim().is_empty() {
        return Err(invalid("the client key on standard input is empty"));
    }
    Ok(ClientSecret::new(text.to_string()))
}

/// Asks on a terminal; no is the answer unless the person says yes, and where nobody can be asked.
pub fn agreed(question: &str) -> Result<bool, Failure> {
    let (stdin, mut stderr) = (io::stdin(), io::stderr());
    if !stdin.is_terminal() || !stderr.is_terminal() {
        return Ok(false);
    }
    let _ = stderr.write_all(question.as_bytes());
    let answer = line(stdin.lock()).map_err(|error| unreadable("answer", error))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn typed(what: &str, question: &str) -> Result<Zeroizing<String>, Failure> {
    let stdin = io::stdin();
    let text = if stdin.is_terminal() {
        rpassword::prompt_password(question).map(Zeroizing::new)
    } else {
        line(stdin.lock())
    };
    let text = text.map_err(|error| unreadable(what, error))?;
    if text.is_empty() {
        return Err(invalid(format_args!("the {what} on standard input is empty")));
    }
    Ok(text)
}

/// The passphrase of the encrypted file: from the file named by the environment, or typed unseen.
/// A new vault's is typed twice.
///
/// # Errors
/// [`Code::VaultLocked`] when there is nobody to ask.
pub fn passphrase(file: Option<&Path>, new: bool) -> Result<Passphrase, Problem> {
    let locked = |cause: String| Problem::new(Code::VaultLocked).because(cause);
    let text = match file {
        Some(path) => std::fs::File::open(path)
            .and_then(|file| line(io::BufReader::new(file)))
            .map_err(|error| locked(format!("TOKENRACK_PASSPHRASE_FILE cannot be read: {error}")))?,
        None if !io::stderr().is_terminal() => {
            return Err(locked(
                "no terminal to ask for the passphrase; set TOKENRACK_PASSPHRASE_FILE".to_owned(),
            ));
        }
        None => ask(new).map_err(|error| locked(format!("the passphrase could not be read: {error}")))?,
    };
    if text.is_empty() {
        return Err(locked("the passphrase is empty".to_owned()));
    }
    Ok(Passphrase::new(text.to_string()))
}

/// The passphrase of a backup: the first line of a file or, for `-`, of standard input, or typed unseen. A new one is
/// typed twice.
pub fn backup_passphrase(file: Option<&Path>, new: bool) -> Result<Passphrase, Failure> {
    let wrong = |error: io::Error| invalid(format_args!("the passphrase could not be read: {error}"));
    let text = match file {
        Some(path) if path == Path::new("-") => line(io::stdin().lock()),
        Some(path) => std::fs::File::open(path).and_then(|file| line(io::BufReader::new(file))),
        None if !io::stderr().is_terminal() => {
            return Err(invalid("no terminal to ask for the passphrase; give --passphrase-file"));
        }
        None if new => typed_twice("New passphrase for the backup: "),
        None => rpassword::prompt_password("Passphrase of the backup: ").map(Zeroizing::new),
    };
    let text = text.map_err(wrong)?;
    if text.is_empty() {
        return Err(invalid("the passphrase is empty"));
    }
    Ok(Passphrase::new(text.to_string()))
}

fn ask(new: bool) -> io::Result<Zeroizing<String>> {
    if new {
        return typed_twice("New passphrase for the vault: ");
    }
    rpassword::prompt_password("Passphrase of the vault: ").map(Zeroizing::new)
}

fn typed_twice(question: &str) -> io::Result<Zeroizing<String>> {
    let first = Zeroizing::new(rpassword::prompt_password(question)?);
    if *first != *Zeroizing::new(rpassword::prompt_password("The same again: ")?) {
        return Err(io::Error::other("the two were not the same"));
    }
    Ok(first)
}

fn unreadable(what: &str, error: io::Error) -> Failure {
    invalid(format_args!("the {what} could not be read from standard input: {error}"))
}

/// One line without its line break; anything else in it belongs to the secret.
fn line(reader: impl io::BufRead) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(1024));
    reader.take(LARGEST).read_line(&mut text)?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    } else if text.len() as u64 >= LARGEST {
        return Err(io::Error::other("the line is too long"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_line_break_is_trimmed() {
        for (input, secret) in [
            ("s3cret\n", "s3cret"),
            ("s3cret\r\n", "s3cret"),
            ("s3cret", "s3cret"),
            (" with blanks \nsecond line", " with blanks "),
            ("\n", ""),
            ("", ""),
        ] {
            assert_eq!(*line(input.as_bytes()).unwrap(), secret, "{input:?}");
        }
    }

    #[test]
    fn endless_input_is_refused() {
        assert!(line("x".repeat(LARGEST as usize + 1).as_bytes()).is_err());
    }
}
