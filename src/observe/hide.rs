//! Names that mean a secret, for what is kept or handed on for others to read.
//!
//! The register knows the secrets of this house; an answer of a platform may hold others, which only their names give
//! away. What is hidden leaves its name behind, so that its absence can be seen.

use serde_json::Value;

use super::redact::MARK;

/// Parts of names that mean a secret, or who somebody is.
const WORDS: [&str; 24] = [
    "access_key",
    "api_key",
    "apikey",
    "app_key",
    "auth",
    "bogus",
    "client_key",
    "cookie",
    "credential",
    "csrf",
    "fp",
    "nonce",
    "odin",
    "passport",
    "password",
    "secret",
    "session",
    "sid",
    "sig",
    "ticket",
    "token",
    "ttwid",
    "web_id",
    "webid",
];

/// Whether what is called so is hidden.
pub fn means_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}

/// Hides what stands under such names, however deep.
///
/// ```
/// use radard::observe::hide_secrets;
/// let mut answer = serde_json::json!({"nickname": "li", "access_token": "abc", "list": [{"webid": 7}]});
/// hide_secrets(&mut answer);
/// assert_eq!(answer, serde_json::json!({"nickname": "li", "access_token": "…", "list": [{"webid": "…"}]}));
/// ```
pub fn hide_secrets(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(hide_secrets),
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::Object(_) | Value::Array(_) => hide_secrets(field),
                    Value::String(text) if means_secret(name) && !text.is_empty() => *field = MARK.into(),
                    Value::Number(_) if means_secret(name) => *field = MARK.into(),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}
