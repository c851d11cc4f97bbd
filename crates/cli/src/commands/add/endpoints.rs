//! A server without metadata: its endpoints by hand, or the common places after asking.

use tokenrack_core::engine::Engine;
use tokenrack_core::problem::Code;
use tokenrack_core::view::Endpoints;

use crate::error::Failure;
use crate::prompt;
use crate::session::Session;

#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "For the URL of a server without metadata")]
pub struct ByHand {
    /// Where a person signs in; with --token-endpoint nothing is discovered
    #[arg(long, value_name = "URL")]
    authorization_endpoint: Option<String>,
    /// Where tokens come from
    #[arg(long, value_name = "URL")]
    token_endpoint: Option<String>,
    /// Where tokens are ended
    #[arg(long, value_name = "URL")]
    revocation_endpoint: Option<String>,
    /// Where the server says what it thinks of a token
    #[arg(long, value_name = "URL")]
    introspection_endpoint: Option<String>,
    /// Where a device code comes from
    #[arg(long, value_name = "URL")]
    device_authorization_endpoint: Option<String>,
    /// Who is connected
    #[arg(long, value_name = "URL")]
    userinfo_endpoint: Option<String>,
    /// The keys of ID tokens
    #[arg(long, value_name = "URL")]
    jwks_uri: Option<String>,
    /// The name that the server gives itself in its answers
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// Where there is no metadata, use URL/oauth2/auth and URL/oauth2/token
    #[arg(long, conflicts_with_all = [
        "authorization_endpoint", "token_endpoint", "revocation_endpoint", "introspection_endpoint",
        "device_authorization_endpoint", "userinfo_endpoint", "jwks_uri", "issuer",
    ])]
    assume_endpoints: bool,
}

impl ByHand {
    /// What the draft says of the server at `provider`. Only where it has no metadata, and only when the person agrees,
    /// the common places are used.
    pub async fn decide(
        self,
        provider: &str,
        engine: &Engine,
        session: &Session,
    ) -> Result<Option<Endpoints>, Failure> {
        let assume = self.assume_endpoints;
        let given = self.given();
        if given != Endpoints::default() {
            return Ok(Some(given));
        }
        if !provider.contains("://") {
            return Ok(None);
        }
        match engine.provider_page(provider).await {
            Ok(_) => Ok(None),
            Err(problem) if problem.code == Code::DiscoveryFailed => {
                let common = Endpoints::common(provider);
                if assume || agreed(provider, &common, session)? {
                    Ok(Some(common))
                } else {
                    Err(problem.into())
                }
            }
            Err(problem) => Err(problem.into()),
        }
    }

    fn given(self) -> Endpoints {
        Endpoints {
            issuer: self.issuer,
            authorization_endpoint: self.authorization_endpoint,
            token_endpoint: self.token_endpoint,
            revocation_endpoint: self.revocation_endpoint,
            introspection_endpoint: self.introspection_endpoint,
            device_authorization_endpoint: self.device_authorization_endpoint,
            userinfo_endpoint: self.userinfo_endpoint,
            jwks_uri: self.jwks_uri,
        }
    }
}

/// Nobody agrees where nobody can be asked.
fn agreed(provider: &str, common: &Endpoints, session: &Session) -> Result<bool, Failure> {
    if session.output.json() {
        return Ok(false);
    }
    let [auth, token] = [&common.authorization_endpoint, &common.token_endpoint]
        .map(|url| url.as_deref().unwrap_or_default());
    prompt::agreed(&format!(
        "There is no metadata at {provider}. Use the common places {auth} and {token}? [y/N] "
    ))
}
