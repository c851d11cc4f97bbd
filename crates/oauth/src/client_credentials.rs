//! The client credentials grant (RFC 6749 §4.4): the client speaks for itself, and nobody signs in.

use crate::error::OAuthError;
use crate::token::{TokenEndpoint, TokenSet};

impl TokenEndpoint<'_> {
    /// A token for the client itself. A refresh token in the answer is not kept: §4.4.3 says there should be none, and
    /// the same question gives the next access token.
    ///
    /// # Errors
    /// [`OAuthError`].
    pub async fn client_credentials(&self, scope: Option<&str>) -> Result<TokenSet, OAuthError> {
        let mut fields = vec![("grant_type", "client_credentials")];
        fields.extend(scope.map(|scope| ("scope", scope)));
        let tokens = self.grant(&fields).await?;
        Ok(TokenSet { refresh_token: None, ..tokens })
    }
}
