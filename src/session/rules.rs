//! What a login is on each platform: whose its cookies are, and which of them say that somebody is logged in.

use crate::domain::Platform;

/// What a login is.
#[derive(Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whose cookies and whose storage belong to it; the first is meant where nothing is said.
    pub domains: &'static [&'static str],
    /// Names of cookies, one of which anybody has who is logged in.
    pub marks: &'static [&'static str],
    /// The host whose requests carry them.
    pub host: &'static str,
}

const DOUYIN: Rules = Rules {
    domains: &["douyin.com", "iesdouyin.com", "amemv.com"],
    marks: &["sessionid", "sessionid_ss", "sid_guard"],
    host: "www.douyin.com",
};
const CREATIVE_RADAR: Rules = Rules {
    domains: &["tiktok.com"],
    marks: &["sid_tt", "sessionid", "sid_guard_ads", "sessionid_ads"],
    host: "ads.tiktok.com",
};

/// What a login is on `platform`; nothing where nobody logs in with a browser.
pub const fn rules(platform: Platform) -> Option<&'static Rules> {
    match platform {
        Platform::Douyin => Some(&DOUYIN),
        Platform::CreativeRadar => Some(&CREATIVE_RADAR),
        Platform::Tiktok | Platform::TiktokShop | Platform::Tikapi => None,
    }
}
