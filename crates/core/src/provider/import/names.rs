//! What other programs call things.

/// What a key of a document means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A text, at this place of the format.
    Text(&'static str),
    /// A URL, or the part after the server's base.
    Address(&'static str),
    /// The server's base.
    Base,
    /// Scopes: a list, or a text with something between them.
    Scopes,
    /// A list of texts.
    Texts(&'static str),
    /// Parameters by name.
    Params(&'static str),
    /// A switch: when it is so, the place says the word. The other way is the default.
    Switch(bool, &'static str, &'static str),
    /// Where the client proves itself.
    ClientAuthentication,
    /// JavaScript.
    Script(&'static str),
    /// These values are the RFC's own, and need no word.
    Standard(&'static [&'static str]),
    /// A table that belongs to the one it is in.
    Nested,
    /// A secret.
    Secret,
    /// A client's or a connection's own.
    Connection,
}

/// Upper and lower case, hyphens and underscores do not matter.
pub(super) fn meaning(key: &str) -> Option<Meaning> {
    use Meaning::{
        Address, Base, ClientAuthentication, Connection, Nested, Params, Scopes, Script, Secret, Standard,
        Switch, Text, Texts,
    };
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    Some(match plain.to_ascii_lowercase().as_str() {
        "id" | "slug" | "providerid" => Text("id"),
        "name" | "displayname" | "title" => Text("name"),
        "description" => Text("description"),
        "category" => Text("category"),
        "aliases" => Texts("aliases"),
        "docs" | "documentation" | "docsurl" | "documentationurl" => Text("links.docs"),
        "authorizeuri"
        | "authorizeurl"
        | "authorizeendpoint"
        | "authorizationuri"
        | "authorizationurl"
        | "authorizationendpoint" => Address("server.authorization_endpoint"),
        "tokenuri" | "tokenurl" | "tokenendpoint" => Address("server.token_endpoint"),
        "revokeuri" | "revokeurl" | "revocationurl" | "revocationendpoint" => {
            Address("server.revocation_endpoint")
        }
        "introspectionurl" | "introspectionendpoint" => Address("server.introspection_endpoint"),
        "deviceauthorizationurl" | "deviceauthorizationendpoint" => {
            Address("server.device_authorization_endpoint")
        }
        "userinfouri" | "userinfourl" | "userinfoendpoint" => Address("server.userinfo_endpoint"),
        "jwksuri" | "jwksurl" => Address("server.jwks_uri"),
        "discoveryurl" | "discoveryendpoint" | "metadataurl" | "wellknown" => Address("server.metadata_url"),
        "refreshuri" | "refreshurl" | "refreshendpoint" => Address("refresh.endpoint"),
        "issuer" => Address("server.issuer"),
        "server" | "serverurl" => Base,
        "scope" | "scopes" | "defaultscope" | "defaultscopes" => Scopes,
        "scopeseparator" => Text("scopes.separator"),
        "extra" | "extraparams" | "additionalparams" | "authorizationparams" => Params("authorize.params"),
        "tokenparams" => Params("token.params"),
        "refreshparams" => Params("refresh.params"),
        "norefreshtoken" => Switch(true, "refresh.issued", "never"),
        "skippkce" | "disablepkce" => Switch(true, "client.pkce", "never"),
        "pkce" | "usepkce" => Switch(false, "client.pkce", "never"),
        "clientauthlocation" | "authenticationmethod" | "tokenrequestauthmethod" => ClientAuthentication,
        "gettokendata" => Script("scripts.token_request"),
        "getcredentialsfromtokenresponse" => Script("scripts.credentials"),
        "refreshcredentials" => Script("scripts.refresh"),
        "test" => Script("scripts.test"),
        "type" | "authmode" | "authtype" => Standard(&["oauth2", "oauth"]),
        "granttype" | "flow" => Standard(&["authorizationcode", "authorization_code"]),
        "responsetype" => Standard(&["code"]),
        "auth" | "authentication" | "oauth" | "oauth2" | "config" => Nested,
        "clientsecret" | "secret" | "accesstoken" | "refreshtoken" | "idtoken" | "apikey" | "privatekey"
        | "password" | "passphrase" => Secret,
        "clientid" | "redirecturi" | "redirecturl" | "callbackurl" | "secretid" | "tokensecretid"
        | "expiresat" | "tokentype" => Connection,
        _ => return None,
    })
}
