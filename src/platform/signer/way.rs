//! What a signer is asked, and what it gives.

use std::fmt;
use std::pin::Pin;

use crate::domain::Identity;

/// A request that wants a signature.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The endpoint that it goes to.
    pub endpoint: &'static str,
    /// Who sends it.
    pub identity: &'a Identity,
    /// What is signed.
    pub what: What<'a>,
}

/// What is signed.
#[derive(Clone, Copy)]
pub enum What<'a> {
    /// A query and a body, as they are sent.
    Query(&'a str, &'a str),
    /// The stub of a danmaku socket.
    Stub(&'a str),
}

impl fmt::Debug for What<'_> {
    /// A query holds a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Query(query, body) => write!(f, "Query({} bytes, {} bytes)", query.len(), body.len()),
            Self::Stub(_) => f.write_str("Stub"),
        }
    }
}

/// How a request is sent so that it counts as signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// With a parameter behind the others.
    Parameter(&'static str, String),
    /// With a value whose place the request knows; it is not encoded.
    Value(String),
    /// By the page itself, whose script signs what it sends.
    InPage,
}

/// A signature, and who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The recipe, with its number.
    pub version: String,
    /// What it is.
    pub way: Way,
}

impl Signed {
    /// `query` as it is sent; nothing when the page sends it, or when what was signed is no query.
    ///
    /// ```
    /// use radard::platform::signer::{Signed, Way};
    /// let signed = Signed { version: "abogus/1".into(), way: Way::Parameter("a_bogus", "x/y=".into()) };
    /// assert_eq!(signed.query("aid=6383").as_deref(), Some("aid=6383&a_bogus=x/y="));
    /// ```
    pub fn query(&self, query: &str) -> Option<String> {
        match &self.way {
            Way::Parameter(name, value) => Some(format!("{query}&{name}={value}")),
            Way::Value(_) | Way::InPage => None,
        }
    }
}

/// No signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// This signer does not do such a thing, or cannot now; another may.
    #[error("`{0}` cannot sign this")]
    NotHere(String),
    /// It was asked, and failed.
    #[error("`{version}` could not sign: {why}")]
    Failed {
        /// Which signer.
        version: String,
        /// Why.
        why: String,
    },
    /// Nobody can.
    #[error(
        "nobody can sign for `{0}`: install a browser (Debian: chromium, chromium-driver), or name a program in `platform.douyin.sign_command`"
    )]
    Nobody(&'static str),
}

/// What a signer gives, when it comes to it.
pub type Signing<'a> = Pin<Box<dyn Future<Output = Result<Way, Unsigned>> + Send + 'a>>;

/// One way to sign.
pub trait Signer: fmt::Debug + Send + Sync {
    /// Its recipe, with its number.
    fn version(&self) -> String;

    /// Signs.
    fn sign<'a>(&'a self, asked: &'a Asked<'a>) -> Signing<'a>;
}
