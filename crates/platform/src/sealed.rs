//! Files that a passphrase opens (age, scrypt): the vault's key, and backups.

use age::secrecy::SecretString;
use age::{DecryptError, EncryptError, scrypt};
use async_trait::async_trait;
use tokenrack_core::ports::{Seal, SealError};
use tokenrack_oauth::secret::{Passphrase, SecretBytes};

use crate::thread::on_a_thread;

/// 2^22 rounds need 4 GiB: more than age would choose for any machine, and the most a damaged file may ask for.
const MAX_WORK: u8 = 22;

/// Encrypts under a passphrase. `work` is scrypt's, as a power of two; `None` for about a second on this machine.
pub(crate) fn seal(
    content: &[u8],
    passphrase: &Passphrase,
    work: Option<u8>,
) -> Result<Vec<u8>, EncryptError> {
    let mut recipient = scrypt::Recipient::new(secret(passphrase));
    if let Some(work) = work {
        recipient.set_work_factor(work);
    }
    age::encrypt(&recipient, content)
}

/// What a passphrase opens.
pub(crate) fn open(sealed: &[u8], passphrase: &Passphrase) -> Result<SecretBytes, SealError> {
    let mut identity = scrypt::Identity::new(secret(passphrase));
    identity.set_max_work_factor(MAX_WORK);
    age::decrypt(&identity, sealed).map(SecretBytes::new).map_err(|error| match error {
        DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
            SealError::WrongPassphrase
        }
        other => SealError::Damaged(words(&other)),
    })
}

fn secret(passphrase: &Passphrase) -> SecretString {
    SecretString::from(passphrase.expose().to_owned())
}

/// age's own words for a work factor it refuses overflow on what a damaged file may claim.
pub(crate) fn words(error: &DecryptError) -> String {
    match error {
        DecryptError::ExcessiveWork { required, .. } => format!("it asks for 2^{required} rounds of scrypt"),
        other => other.to_string(),
    }
}

/// [`Seal`] by age: what it writes, `age --decrypt` opens too.
#[derive(Debug, Clone, Copy, Default)]
pub struct AgeSeal {
    work: Option<u8>,
}

impl AgeSeal {
    /// With scrypt's work as a power of two, instead of about a second on this machine.
    pub fn with_work(work: u8) -> Self {
        Self { work: Some(work) }
    }
}

#[async_trait]
impl Seal for AgeSeal {
    async fn seal(&self, content: SecretBytes, passphrase: Passphrase) -> Result<Vec<u8>, SealError> {
        let work = self.work;
        run(move || {
            seal(content.expose(), &passphrase, work).map_err(|error| SealError::Failed(error.to_string()))
        })
        .await
    }

    async fn open(&self, sealed: Vec<u8>, passphrase: Passphrase) -> Result<SecretBytes, SealError> {
        run(move || open(&sealed, &passphrase)).await
    }
}

/// scrypt blocks for a second.
async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SealError> + Send + 'static,
) -> Result<T, SealError> {
    let (sender, answer) = tokio::sync::oneshot::channel();
    on_a_thread("seal", move || {
        let _ = sender.send(work());
    })
    .map_err(SealError::Failed)?;
    answer.await.map_err(|_| SealError::Failed("its thread ended".to_owned()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(text.to_owned())
    }

    #[test]
    fn only_the_passphrase_opens_and_only_what_is_whole() {
        let content = b"canary".repeat(20_000);
        let sealed = seal(&content, &passphrase("right"), Some(2)).unwrap();
        assert!(
            sealed.starts_with(b"age-encryption.org/v1\n")
                && !sealed.windows(6).any(|part| part == b"canary")
        );
        assert_eq!(open(&sealed, &passphrase("right")).unwrap().expose(), content);
        assert_eq!(open(&sealed, &passphrase("wrong")).unwrap_err(), SealError::WrongPassphrase);
        for length in [10, 100, sealed.len() / 2, sealed.len() - 1] {
            let cut = open(&sealed[..length], &passphrase("right")).unwrap_err();
            assert!(matches!(cut, SealError::Damaged(_)), "{length}: {cut}");
        }
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(matches!(open(&changed, &passphrase("right")), Err(SealError::Damaged(_))));
    }

    #[test]
    fn a_file_that_asks_for_more_memory_than_any_has_is_refused_at_once() {
        let sealed = seal(b"x", &passphrase("right"), Some(2)).unwrap();
        let text = String::from_utf8_lossy(&sealed);
        let line = text.lines().find(|line| line.starts_with("-> scrypt")).unwrap();
        let dear = format!("{} 30", line.rsplit_once(' ').unwrap().0);
        let at = text.find(line).unwrap();
        let changed = [&sealed[..at], dear.as_bytes(), &sealed[at + line.len()..]].concat();
        assert!(matches!(open(&changed, &passphrase("right")), Err(SealError::Damaged(_))));
    }
}
