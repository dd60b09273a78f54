//! Asks one platform whether the way to it is open. Asking twice is asking twice: nothing is changed anywhere.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::config::Config;
use crate::daemon::live::Live;
use crate::net::Client;
use crate::pace::{Pace, Sending};
use crate::platform::{Platform, probe};
use crate::queue::{Job, Lease, Miss, Settled};

/// Probe `platform`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::daemon) struct ProbePlatform {
    platform: Platform,
}

/// What a probe needs.
#[derive(Clone)]
pub(in crate::daemon) struct Tools {
    /// The way out.
    pub(in crate::daemon) net: Client,
    /// The limits on it.
    pub(in crate::daemon) pace: Pace,
    /// Where the platforms are.
    pub(in crate::daemon) live: Live,
}

impl Job for ProbePlatform {
    const KIND: &'static str = "probe_platform";
    type Tools = Tools;

    fn lane(&self) -> String {
        format!("{}/probe", self.platform)
    }

    async fn run(self, tools: &Tools, _lease: &Lease) -> Result<Settled, Miss> {
        let sending = Sending { lane: self.lane(), endpoint: format!("{}.probe", self.platform), ..Sending::default() };
        let net = tools.net.paced(&tools.pace, sending);
        let seen = probe(&net, base(&tools.live.now(), self.platform), self.platform).await?;
        Ok(Settled::Done(json!({"platform": self.platform, "now": seen.now, "seq": seen.seq})))
    }
}

fn base(config: &Config, platform: Platform) -> &str {
    match platform {
        Platform::Douyin => &config.platform.douyin_base,
        Platform::CreativeRadar => &config.platform.creative_radar_base,
        Platform::Tiktok => &config.platform.tiktok_api,
        Platform::TiktokShop => &config.platform.tiktok_shop_api,
        Platform::Tikapi => &config.platform.tikapi_base,
    }
}
