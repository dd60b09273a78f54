//! Lets the page of a browser sign: its own script is always of today.
//!
//! What a page sends is signed by its script on the way out, so a query that the page shall sign is sent by the page. For
//! the danmaku socket the script has a function that can be asked. The pages are the browser's affair and come in
//! through [`Page`].

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use super::way::{Asked, Signer, Signing, Unsigned, Way, What};

/// The signature of a socket has this many characters.
const LENGTH: usize = 16;

/// An answer of a page, when it comes; or why there is none.
pub type PageAnswer<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// What a page shall send, in whose name.
#[derive(Clone, Copy)]
pub struct PageAsk<'a> {
    /// The profile, if it is one's: its proxy is gone by.
    pub profile: Option<&'a str>,
    /// What it calls itself.
    pub user_agent: &'a str,
    /// The cookies, as a header.
    pub cookies: &'a str,
    /// What is asked for, unsigned.
    pub url: &'a str,
}

impl fmt::Debug for PageAsk<'_> {
    /// Cookies are secrets, and a query holds a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageAsk").field("profile", &self.profile).finish_non_exhaustive()
    }
}

/// What came back to a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageReply {
    /// Its status.
    pub status: u16,
    /// Of what type it is.
    pub kind: String,
    /// Its text.
    pub body: String,
    /// The URL that the page asked for, with its signature.
    pub sent: String,
}

/// A page of the site in a browser.
pub trait Page: fmt::Debug + Send + Sync {
    /// Whether one is open, or can be.
    fn is_at_hand(&self) -> bool;

    /// What `byted_acrawler.frontierSign` gives for the stub of a socket.
    fn frontier_sign<'a>(&'a self, stub: &'a str) -> PageAnswer<'a, String>;

    /// What comes back when a page of the site asks, whose script signs what it sends.
    fn fetch<'a>(&'a self, ask: PageAsk<'a>) -> PageAnswer<'a, PageReply>;
}

/// Signs in a page.
#[derive(Debug, Clone)]
pub struct InPage(Arc<dyn Page>);

impl InPage {
    /// By way of `page`.
    pub fn new(page: Arc<dyn Page>) -> Self {
        Self(page)
    }

    async fn way(&self, asked: &Asked<'_>) -> Result<Way, Unsigned> {
        if !self.0.is_at_hand() {
            return Err(Unsigned::NotHere(self.version()));
        }
        let What::Stub(stub) = asked.what else { return Ok(Way::InPage) };
        let failed = |why| Unsigned::Failed { version: self.version(), why };
        let signature = self.0.frontier_sign(stub).await.map_err(failed)?;
        if is_socket_signature(&signature) {
            return Ok(Way::Value(signature));
        }
        Err(failed("the page gave something else than 16 characters of base64".to_owned()))
    }
}

impl Signer for InPage {
    fn version(&self) -> String {
        "page/1".to_owned()
    }

    fn sign<'a>(&'a self, asked: &'a Asked<'a>) -> Signing<'a> {
        Box::pin(self.way(asked))
    }
}

/// Whether `text` looks like the signature of a socket.
pub(super) fn is_socket_signature(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}
