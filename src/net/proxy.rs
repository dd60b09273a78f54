//! A proxy that requests of one profile go through.
//!
//! The names of hosts go to the proxy as they are, so nobody near this machine learns them. The guard then judges the
//! address of the proxy itself; what the proxy reaches from where it stands is its own matter, except that addresses
//! written out in a URL are judged all the same.

use reqwest::Url;

use super::guard::{Forbidden, Guard, Way};
use crate::domain::Secret;

/// How to speak with a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaks {
    /// `CONNECT`, or the whole URL where nothing is encrypted.
    Http,
    /// SOCKS, version 5.
    Socks5,
}

/// A proxy, and how to sign in there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    pub(super) speaks: Speaks,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) login: Option<(String, Secret<String>)>,
}

/// What stands for a proxy and is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadProxy {
    /// Its address cannot be read.
    #[error("the proxy's address is not http://HOST:PORT or socks5://HOST:PORT")]
    Address,
    /// Its login cannot be read.
    #[error("the proxy's login is not USER:PASSWORD")]
    Login,
}

impl Proxy {
    /// Reads `http://HOST:PORT` or `socks5://HOST:PORT`, and `USER:PASSWORD`.
    pub fn new(address: &str, login: Option<&Secret<String>>) -> Result<Self, BadProxy> {
        let (scheme, rest) = address.split_once("://").ok_or(BadProxy::Address)?;
        let speaks = match scheme {
            "http" => Speaks::Http,
            "socks5" | "socks5h" => Speaks::Socks5,
            _ => return Err(BadProxy::Address),
        };
        // Read as a web address, so that a host means the same here as for the guard.
        let url = Url::parse(&format!("http://{}", rest.trim_end_matches('/'))).map_err(|_| BadProxy::Address)?;
        let bare = url.username().is_empty() && url.password().is_none();
        let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let given = rest.trim_end_matches('/').rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let host = url.host_str().filter(|_| bare && plain).ok_or(BadProxy::Address)?.to_owned();
        let login = login.map(|login| {
            let (user, password) = login.reveal().split_once(':').ok_or(BadProxy::Login)?;
            let short = (1..=255).contains(&user.len()) && (1..=255).contains(&password.len());
            if short { Ok((user.to_owned(), Secret::new(password.to_owned()))) } else { Err(BadProxy::Login) }
        });
        Ok(Self { speaks, host, port: given.ok_or(BadProxy::Address)?, login: login.transpose()? })
    }

    /// Whether `guard` lets it be reached, and how.
    pub(super) fn way(&self, guard: &Guard) -> Result<Way, Forbidden> {
        guard.way_to(&self.host, self.port)
    }

    /// In the words of the library.
    pub(super) fn rule(&self) -> Result<reqwest::Proxy, reqwest::Error> {
        let scheme = match self.speaks {
            Speaks::Http => "http",
            Speaks::Socks5 => "socks5h",
        };
        let bare = format!("{scheme}://{}:{}", self.host, self.port);
        let Ok(mut url) = Url::parse(&bare) else { return reqwest::Proxy::all(bare) };
        if let Some((user, password)) = &self.login {
            // Both can only fail for a URL without a host.
            let _set = url.set_username(user).and_then(|()| url.set_password(Some(password.reveal())));
        }
        reqwest::Proxy::all(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sorts_of_proxies_are_known_and_no_password_stands_in_an_address() {
        let read = |address: &str| Proxy::new(address, None).map(|p| (p.speaks, format!("{}:{}", p.host, p.port)));
        assert_eq!(read("http://proxy.example:3128"), Ok((Speaks::Http, "proxy.example:3128".into())));
        assert_eq!(read("http://proxy.example:80/"), Ok((Speaks::Http, "proxy.example:80".into())));
        assert_eq!(read("socks5://[2606:4700::1]:1080"), Ok((Speaks::Socks5, "[2606:4700::1]:1080".into())));
        assert_eq!(
            read("socks5h://127.1:1080"),
            Ok((Speaks::Socks5, "127.0.0.1:1080".into())),
            "as the guard reads it"
        );
        for bad in ["proxy:1", "https://a:1", "socks4://a:1", "http://a", "http://u:p@a:1", "http://a:1/x", "http://:1"]
        {
            assert_eq!(read(bad), Err(BadProxy::Address), "{bad}");
        }
    }

    #[test]
    fn a_login_is_kept_apart_and_not_shown() {
        let login = Secret::new("me:p@ss:w/rd".to_owned());
        let proxy = Proxy::new("http://proxy.example:3128", Some(&login)).unwrap();
        assert!(proxy.rule().is_ok());
        assert!(!format!("{proxy:?}").contains("w/rd"));
        for bad in ["nobody", ":x", "x:"] {
            let login = Secret::new(bad.to_owned());
            assert_eq!(Proxy::new("http://a.example:1", Some(&login)), Err(BadProxy::Login), "{bad}");
        }
    }
}
