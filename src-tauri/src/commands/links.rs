//! Pages the person's browser opens. The page names which; the address always comes from the catalog, the
//! connection or the documentation.

use std::collections::BTreeMap;

use tauri::State;
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::problem::{Code, Problem};
use tokenrack_core::view::{Draft, ProviderLink};
use url::Url;

use super::Answer;
use crate::face::Face;

/// A page of the connection's provider.
#[tauri::command]
pub(crate) async fn openlink(face: State<'_, Face>, id: ConnectionId, which: ProviderLink) -> Answer<()> {
    let url = face.core()?.engine.provider_link(&id, which)?;
    Ok(open(&face, &url).await?)
}

/// A page of a provider that has no connection yet; variables are filled in.
#[tauri::command]
pub(crate) async fn openprovider(
    face: State<'_, Face>,
    id: String,
    which: ProviderLink,
    vars: BTreeMap<String, String>,
) -> Answer<()> {
    let url =
        face.core()?.engine.draft_link(&Draft { provider: id, vars, ..Draft::default() }, which).await?;
    Ok(open(&face, &url).await?)
}

/// Where a problem is explained.
#[tauri::command]
pub(crate) async fn opendocs(face: State<'_, Face>, code: String) -> Answer<()> {
    let known = Code::ALL.iter().find(|known| known.as_str() == code);
    let known = *known.ok_or_else(|| Problem::new(Code::InvalidInput).because("there is no such code"))?;
    Ok(open(&face, &parse(&Problem::new(known).docs_url())?).await?)
}

fn parse(address: &str) -> Result<Url, Problem> {
    Url::parse(address).map_err(|error| Problem::new(Code::InvalidInput).because(error))
}

/// `https` only, and plain `http` to this machine.
async fn open(face: &Face, url: &Url) -> Result<(), Problem> {
    if !may_open(url) {
        return Err(Code::InsecureUrl.into());
    }
    face.browser.open(url).await.map_err(|words| Problem::new(Code::BrowserFailed).because(words))
}

fn may_open(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) if address.is_loopback() => matches!(url.scheme(), "http" | "https"),
        Some(url::Host::Ipv6(address)) if address.is_loopback() => matches!(url.scheme(), "http" | "https"),
        Some(url::Host::Domain("localhost")) => matches!(url.scheme(), "http" | "https"),
        Some(_) => url.scheme() == "https",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_web_are_opened() {
        let may = |url: &str| may_open(&Url::parse(url).unwrap());
        assert!(
            may("https://github.com/settings/developers")
                && may("http://127.0.0.1:9000/")
                && may("http://[::1]/")
        );
        for url in [
            "http://github.com/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "dev.tokenrack.desktop:/x",
        ] {
            assert!(!may(url), "{url}");
        }
    }

    #[test]
    fn every_problem_has_a_page() {
        assert!(Code::ALL.iter().all(|code| may_open(&parse(&Problem::new(*code).docs_url()).unwrap())));
    }
}
