//! The parameters that every request of a page carries. They follow from who calls, and nothing of them is made up
//! here.

use std::fmt;

use super::query::{Encoded, Query};
use crate::domain::Identity;

/// On whose behalf a request is sent.
#[derive(Clone, Copy)]
pub struct Caller<'a> {
    /// Who the browser says it is.
    pub identity: &'a Identity,
    /// Its token, real or made up.
    pub ms_token: &'a str,
    /// Its mark.
    pub verify_fp: &'a str,
}

impl fmt::Debug for Caller<'_> {
    /// Its token is a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Caller({} {})", self.identity.browser.name, self.identity.browser.version)
    }
}

/// Which page asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// The pages of creators and posts.
    Web,
    /// The page of a live room.
    Live,
    /// A live room that was shared from the app.
    Reflow,
    /// What the page of a live room listens to.
    Webcast,
}

impl Base {
    /// The parameters that come first.
    pub fn begin(self, caller: &Caller<'_>) -> Query {
        let mut query = Query::default();
        match self {
            Self::Web => web(&mut query, caller),
            Self::Live => live(&mut query, caller.identity),
            Self::Reflow => reflow(&mut query, caller.verify_fp),
            Self::Webcast => webcast(&mut query, caller.identity),
        }
        query
    }
}

fn web(query: &mut Query, caller: &Caller<'_>) {
    let identity = caller.identity;
    query.put("device_platform", "webapp");
    query.put("aid", 6383);
    query.put("channel", "channel_pc_web");
    query.put("pc_client_type", 1);
    query.put("publish_video_strategy_type", 2);
    query.put("pc_libra_divert", Encoded::text(&identity.os.name));
    query.put("version_code", 290_100);
    query.put("version_name", "29.1.0");
    screen(query, identity);
    query.put("browser_name", &identity.browser.name);
    query.put("browser_version", &identity.browser.version);
    query.put("browser_online", true);
    query.put("engine_name", &identity.engine.name);
    query.put("engine_version", &identity.engine.version);
    query.put("os_name", Encoded::text(&identity.os.name));
    query.put("os_version", &identity.os.version);
    query.put("cpu_core_num", identity.cores);
    query.put("device_memory", identity.memory);
    query.put("platform", "PC");
    query.put("downlink", 10);
    query.put("effective_type", "4g");
    query.put("round_trip_time", 100);
    query.put("msToken", caller.ms_token);
}

fn live(query: &mut Query, identity: &Identity) {
    query.put("aid", 6383);
    query.put("app_name", "douyin_web");
    query.put("live_id", 1);
    query.put("device_platform", "web");
    query.put("language", &identity.language);
    screen(query, identity);
    query.put("browser_name", &identity.browser.name);
    query.put("browser_version", &identity.browser.version);
    query.put("enter_source", "");
    query.put("is_need_double_stream", false);
    query.put("insert_task_id", "");
    query.put("live_reason", "");
}

fn reflow(query: &mut Query, verify_fp: &str) {
    query.put("verifyFp", verify_fp);
    query.put("type_id", 0);
    query.put("live_id", 1);
    query.put("sec_user_id", "");
    query.put("version_code", "99.99.99");
    query.put("app_id", 1128);
    query.put("msToken", "");
}

fn webcast(query: &mut Query, identity: &Identity) {
    // A page takes its user agent apart at the first slash.
    let (name, version) = identity.user_agent.split_once('/').unwrap_or((&identity.user_agent, ""));
    query.put("app_name", "douyin_web");
    query.put("version_code", 180_800);
    query.put("device_platform", "web");
    screen(query, identity);
    query.put("browser_name", name);
    query.put("browser_version", Encoded::strictly(version));
    query.put("browser_online", true);
    query.put("tz_name", Encoded::text(&identity.timezone));
    query.put("host", "https://live.douyin.com");
    query.put("aid", 6383);
    query.put("live_id", 1);
    query.put("did_rule", 3);
    query.put("endpoint", "live_pc");
    query.put("support_wrds", 1);
    query.put("identity", "audience");
    query.put("need_persist_msg_count", 15);
    query.put("insert_task_id", "");
    query.put("live_reason", "");
}

/// What all pages say of screen and browser, in the order in which all of them say it.
fn screen(query: &mut Query, identity: &Identity) {
    let (width, height) = identity.screen;
    query.put("cookie_enabled", true);
    query.put("screen_width", width);
    query.put("screen_height", height);
    query.put("browser_language", &identity.language);
    query.put("browser_platform", Encoded::text(&identity.platform));
}
