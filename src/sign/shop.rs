//! The signature of TikTok Shop's open API: a keyed digest over path, sorted parameters and body.
//!
//! Exactly what is sent is signed: values are the decoded ones, the body is its bytes, and only a multipart body is left
//! out. The text that is digested holds the app's secret, so it is wiped and never printed.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::hex::hex;
use super::scheme::{Scheme, Version};
use crate::domain::Secret;

/// The signer.
#[derive(Debug)]
pub struct Shop;

/// All that goes into one signature.
#[derive(Debug, Clone, Copy)]
pub struct ShopInput<'a> {
    /// The secret of the app.
    pub app_secret: &'a Secret<String>,
    /// The path of the request.
    pub path: &'a str,
    /// Its parameters, decoded, in any order.
    pub query: &'a [(String, String)],
    /// Its content type.
    pub content_type: &'a str,
    /// The bytes of its body; empty for none.
    pub body: &'a [u8],
}

/// The signature, and the text it is the digest of.
#[derive(Debug)]
pub struct ShopSignature {
    /// The text, secret at both ends.
    pub string_to_sign: Secret<Vec<u8>>,
    /// 64 lower-case digits.
    pub sign: String,
}

/// Parameters that are sent and not signed.
const UNSIGNED: [&str; 2] = ["sign", "access_token"];

impl Scheme for Shop {
    type Input<'a> = ShopInput<'a>;
    type Output = ShopSignature;

    const VERSION: Version = Version::new("shop", 1);

    fn sign(input: &ShopInput<'_>) -> ShopSignature {
        let mut pairs: Vec<_> = input.query.iter().filter(|(name, _)| !UNSIGNED.contains(&name.as_str())).collect();
        pairs.sort_unstable_by_key(|(name, _)| name.as_bytes());
        let media_type = input.content_type.split(';').next().unwrap_or_default().trim();
        let body = if media_type.eq_ignore_ascii_case("multipart/form-data") { &[] } else { input.body };
        let secret = input.app_secret.reveal().as_bytes();
        let parameters = pairs.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
        let parts: Vec<&[u8]> =
            [secret, input.path.as_bytes()].into_iter().chain(parameters).chain([body, secret]).collect();
        // Whole at once: a vector that grows leaves copies of the secret behind.
        let text = parts.concat();
        ShopSignature { sign: digest(secret, &text), string_to_sign: Secret::new(text) }
    }

    fn holds() -> bool {
        let app_secret = Secret::new("e59af819cc".to_owned());
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let query = [pair("timestamp", "1623812664"), pair("app_key", "29a39d"), pair("sign", "0")];
        let path = "/authorization/202309/shops";
        let input =
            ShopInput { app_secret: &app_secret, path, query: &query, content_type: "application/json", body: &[] };
        Self::sign(&input).sign == "b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8"
    }
}

/// The keyed digest; a key may have any length.
fn digest(key: &[u8], text: &[u8]) -> String {
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| hex(&mac.chain_update(text).finalize().into_bytes()))
        .unwrap_or_default()
}
