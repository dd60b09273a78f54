//! The signature of TikTok Shop's open API.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::given::{line, text};
use super::signed::Signed;
use crate::advice;
use crate::cli::desk::Desk;
use crate::cli::failure::Failure;
use crate::domain::Secret;
use crate::sign::{self, Scheme as _, ShopInput};

/// Inputs of the signature.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Shop {
    /// The secret of the app, better @FILE or -; left out, the credential tiktok-app-secret
    #[arg(long, value_name = "SECRET", allow_hyphen_values = true)]
    app_secret: Option<String>,
    /// The path of the request
    #[arg(long)]
    path: String,
    /// A parameter, decoded, as NAME=VALUE; may be repeated; or all of them as one object in JSON
    #[arg(long, value_name = "NAME=VALUE", allow_hyphen_values = true)]
    query: Vec<String>,
    /// The content type of the request
    #[arg(long, value_name = "TYPE", default_value = "application/json")]
    content_type: String,
    /// The body as it is sent; @FILE, or - for standard input
    #[arg(long, value_name = "TEXT", conflicts_with = "body_base64", allow_hyphen_values = true)]
    body_utf8: Option<String>,
    /// The bytes of the body in base64
    #[arg(long, value_name = "BASE64")]
    body_base64: Option<String>,
    /// The method of the request, which takes no part
    #[arg(long)]
    method: Option<String>,
}

impl Shop {
    pub(super) fn sign(self, desk: &Desk) -> Result<Signed, Failure> {
        let (app_secret, is_shown) = self.secret(desk)?;
        let query = self.query.iter().map(|given| pairs(given)).collect::<Result<Vec<_>, _>>()?.concat();
        let body = match (&self.body_utf8, &self.body_base64) {
            (Some(body), _) => text("--body-utf8", body)?.into_bytes(),
            (None, Some(body)) => STANDARD.decode(body).map_err(|why| {
                Failure::usage(format!("--body-base64 cannot be read: {why}")).advise(advice::cli::base64())
            })?,
            (None, None) => Vec::new(),
        };
        let (path, content_type) = (self.path.as_str(), self.content_type.as_str());
        let input = ShopInput { app_secret: &app_secret, path, query: &query, content_type, body: &body };
        let signed = sign::Shop::sign(&input);
        let mut all = json!({"path": path, "content_type": content_type, "sign": signed.sign});
        // It holds the secret at both ends: it is shown to whoever wrote the secret down beside it.
        if let Some(object) = all.as_object_mut().filter(|_| is_shown) {
            let text = String::from_utf8_lossy(signed.string_to_sign.reveal()).into_owned();
            object.insert("string_to_sign".to_owned(), Value::from(text));
        }
        Ok(Signed { version: sign::Shop::VERSION, main: signed.sign, all })
    }

    /// The secret, and whether it stood in the open.
    fn secret(&self, desk: &Desk) -> Result<(Secret<String>, bool), Failure> {
        if let Some(given) = &self.app_secret {
            let is_shown = given != "-" && !given.starts_with('@');
            return Ok((Secret::new(line("--app-secret", given)?), is_shown));
        }
        let checked = desk.checked(&desk.places()?)?;
        let known = checked.secrets.get("tiktok-app-secret").cloned();
        let absent = || Failure::usage("there is no app secret to sign with").advise(advice::cli::app_secret());
        Ok((known.ok_or_else(absent)?, false))
    }
}

/// `NAME=VALUE`, or the members of an object.
fn pairs(given: &str) -> Result<Vec<(String, String)>, Failure> {
    let wrong = || {
        let what = "--query holds neither NAME=VALUE nor an object of texts";
        Failure::usage(what).advise(advice::cli::query())
    };
    if given.starts_with('{') {
        let object: std::collections::BTreeMap<String, String> = serde_json::from_str(given).map_err(|_| wrong())?;
        return Ok(object.into_iter().collect());
    }
    let (name, value) = given.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(wrong)?;
    Ok(vec![(name.to_owned(), value.to_owned())])
}
