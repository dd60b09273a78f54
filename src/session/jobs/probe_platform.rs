//! Asks one platform whether the way to it is open. Asking twice is asking twice: nothing is changed anywhere.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::config::{Config, Current};
use crate::domain::{Miss, Platform};
use crate::net::Ways;
use crate::pace::Sending;
use crate::platform::probe;
use crate::queue::{Job, Lease, OpenTo, Settled};

/// Probe `platform`, as a guest or as the account of `profile`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbePlatform {
    platform: Platform,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
}

/// What a probe needs.
#[derive(Clone)]
pub struct Tools {
    /// The ways out.
    pub ways: Ways,
    /// Where the platforms are.
    pub current: Current,
}

impl Job for ProbePlatform {
    const KIND: &'static str = "probe_platform";
    const OPEN_TO: OpenTo = OpenTo::Scripts;
    type Tools = Tools;

    fn lane(&self) -> String {
        self.profile.as_ref().map_or_else(|| format!("{}/probe", self.platform), |name| format!("{name}/probe"))
    }

    async fn run(self, tools: &Tools, _lease: &Lease) -> Result<Settled, Miss> {
        let sending = Sending { lane: self.lane(), endpoint: format!("{}.probe", self.platform), ..Sending::default() };
        let net = tools.ways.of(self.profile.as_deref(), sending)?;
        let seen = probe(&net, base(&tools.current.now(), self.platform), self.platform).await?;
        Ok(Settled::Done(json!({"platform": self.platform, "now": seen.now, "seq": seen.seq})))
    }
}

fn base(config: &Config, platform: Platform) -> &str {
    match platform {
        Platform::Douyin => &config.douyin.base,
        Platform::CreativeRadar => &config.platform.creative_radar_base,
        Platform::Tiktok => &config.platform.tiktok_api,
        Platform::TiktokShop => &config.platform.tiktok_shop_api,
        Platform::Tikapi => &config.platform.tikapi_base,
    }
}
