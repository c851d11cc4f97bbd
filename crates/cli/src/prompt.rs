//! Secrets that a person types or pipes in: the passphrase and the client secret. Never arguments.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::Path;

use tokenrack_core::problem::{Code, Problem};
use tokenrack_oauth::secret::{ClientSecret, Passphrase};
use zeroize::Zeroizing;

use crate::error::{Failure, invalid};

/// Larger is no secret but a wrong file.
const LARGEST: u64 = 64 * 1024;

/// The client secret: one line of standard input, or typed unseen when that is a terminal.
pub fn client_secret() -> Result<ClientSecret, Failure> {
    let stdin = io::stdin();
    let secret = if stdin.is_terminal() {
        Zeroizing::new(rpassword::prompt_password("Client secret: ").map_err(unreadable)?)
    } else {
        line(stdin.lock()).map_err(unreadable)?
    };
    if secret.is_empty() {
        return Err(invalid("the client secret on standard input is empty"));
    }
    Ok(ClientSecret::new(secret.to_string()))
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

fn ask(new: bool) -> io::Result<Zeroizing<String>> {
    let question = if new { "New passphrase for the vault: " } else { "Passphrase of the vault: " };
    let first = Zeroizing::new(rpassword::prompt_password(question)?);
    if new && *first != *Zeroizing::new(rpassword::prompt_password("The same again: ")?) {
        return Err(io::Error::other("the two were not the same"));
    }
    Ok(first)
}

fn unreadable(error: io::Error) -> Failure {
    invalid(format_args!("the client secret could not be read from standard input: {error}"))
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
