//! Every recipe of this build: what `radard doctor` tries, and what a new one is added to.

use super::abogus::Abogus;
use super::fingerprint::Fingerprint;
use super::ms_token::MsToken;
use super::scheme::{Scheme, Version};
use super::shop::Shop;
use super::user_sign::UserSign;
use super::verify_fp::VerifyFp;
use super::webcast_stub::WebcastStub;
use super::xbogus::Xbogus;

/// Every recipe of this build, and whether its example holds.
pub const SCHEMES: [(Version, fn() -> bool); 8] = [
    entry::<Abogus>(),
    entry::<Xbogus>(),
    entry::<Fingerprint>(),
    entry::<MsToken>(),
    entry::<VerifyFp>(),
    entry::<WebcastStub>(),
    entry::<UserSign>(),
    entry::<Shop>(),
];

const fn entry<S: Scheme>() -> (Version, fn() -> bool) {
    (S::VERSION, S::holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_example_holds_under_a_name_of_its_own() {
        let mut names: Vec<_> = SCHEMES.iter().map(|(version, _)| version.to_string()).collect();
        for (version, holds) in SCHEMES {
            assert!(holds(), "{version}");
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SCHEMES.len());
    }
}
