//! `user-sign`, the header by which TikTok Creative Radar knows its own page.
//!
//! It binds a browser to a moment and nothing else. The recipe has changed once already: a captured set of headers is
//! checked against it, and where they disagree the captured ones are sent.

use md5::{Digest as _, Md5};

use super::hex::hex;
use super::scheme::{Scheme, Version};

/// The signer.
#[derive(Debug)]
pub struct UserSign;

/// All that goes into one.
#[derive(Debug, Clone, Copy)]
pub struct UserSignInput<'a> {
    /// The header `web-id`, when it is sent.
    pub web_id: Option<&'a str>,
    /// The header `anonymous-user-id`, which counts when there is no `web-id`.
    pub anonymous_user_id: &'a str,
    /// The header `timestamp`, in Unix seconds.
    pub timestamp: u64,
}

impl Scheme for UserSign {
    type Input<'a> = UserSignInput<'a>;
    type Output = String;

    const VERSION: Version = Version::new("user_sign", 1);

    fn sign(input: &UserSignInput<'_>) -> String {
        let middle = input.web_id.filter(|id| !id.is_empty()).unwrap_or(input.anonymous_user_id);
        let digest = Md5::digest(format!("A7B&9z#1G6$2K@8M!3-{middle}-{}", input.timestamp));
        let (first, second) = digest.split_at(8);
        hex(&first.iter().zip(second).map(|(a, b)| a ^ b).collect::<Vec<_>>())
    }

    fn holds() -> bool {
        let anonymous = |anonymous_user_id, timestamp| UserSignInput { web_id: None, anonymous_user_id, timestamp };
        let by_web_id = UserSignInput {
            web_id: Some("7455517281448216080"),
            ..anonymous("3bd2b243-7f55-4a8c-bd17-29f22e4e356f", 1_735_873_979)
        };
        Self::sign(&anonymous("123e4567-e89b-42d3-a456-426614174000", 1_735_689_600)) == "f6972e95e613853d"
            && Self::sign(&anonymous("00000000-0000-4000-8000-000000000000", 1_700_000_000)) == "054c642734558bec"
            && Self::sign(&by_web_id) == "445f42e170cfe7f9"
    }
}
