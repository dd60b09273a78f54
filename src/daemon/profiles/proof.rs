//! Asks a platform in the name of a profile whether somebody is logged in.

use crate::ambient::Ambient;
use crate::config::{Profile, host_of};
use crate::daemon::fetch::Fetcher;
use crate::daemon::live::Live;
use crate::daemon::ways::Ways;
use crate::domain::{Class, Platform, Secret};
use crate::observe::Metrics;
use crate::pace::Sending;
use crate::platform::creative_radar::{self, Asker};
use crate::session::{Login, rules};

/// How a question ended that did not end well.
pub(in crate::daemon) type Doubt = (Class, String);

/// A cheap handle; clones share what it needs.
#[derive(Clone)]
pub(in crate::daemon) struct Prover {
    pub(in crate::daemon) fetcher: Fetcher,
    pub(in crate::daemon) ways: Ways,
    pub(in crate::daemon) live: Live,
    pub(in crate::daemon) ambient: Ambient,
    pub(in crate::daemon) metrics: Metrics,
}

impl Prover {
    /// Whether `login` is one.
    pub(super) async fn prove(&self, profile: &Profile, login: &Login) -> Result<(), Doubt> {
        let Some(cookies) = self.cookies(profile, login) else {
            return Err((Class::Auth, "none of its cookies goes to the platform".to_owned()));
        };
        let ended = match profile.platform {
            Platform::Douyin => self.fetcher.prove(profile, cookies).await,
            Platform::CreativeRadar => self.prove_radar(profile, (login, &cookies)).await,
            other => Err((Class::Local, format!("nobody logs in to {other} with a browser"))),
        };
        ended.map_err(|(class, why)| (class, why.chars().take(300).collect()))
    }

    /// The cookies of a login as its platform is sent them.
    pub(in crate::daemon) fn cookies(&self, profile: &Profile, login: &Login) -> Option<Secret<String>> {
        login.cookies((rules(profile.platform)?, self.host(profile.platform)), self.ambient.clock.now())
    }

    /// The host of the platform as the settings have it.
    pub(super) fn host(&self, platform: Platform) -> String {
        host_of(&self.base(platform)).to_owned()
    }

    /// The base of the platform.
    pub(super) fn base(&self, platform: Platform) -> String {
        let now = self.live.now();
        match platform {
            Platform::Douyin => now.douyin.base.clone(),
            _ => now.platform.creative_radar_base.clone(),
        }
    }

    async fn prove_radar(&self, profile: &Profile, (login, cookies): (&Login, &Secret<String>)) -> Result<(), Doubt> {
        let lane = format!("{}/proof", profile.name);
        let sending = Sending { lane, endpoint: "creative_radar.proof".to_owned(), ..Sending::default() };
        let client = self.ways.of(Some(&profile.name), sending).map_err(|miss| (miss.class, miss.error))?;
        let asker = Asker { cookies, headers: &login.headers, client: &client };
        let proved = creative_radar::prove(&self.base(profile.platform), &asker, self.ambient.clock.now()).await;
        proved.map_err(|refusal| (refusal.class, refusal.message))
    }
}
