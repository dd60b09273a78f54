//! Asks a platform in the name of a profile whether somebody is logged in.

use crate::ambient::Ambient;
use crate::config::{Current, Profile, host_of};
use crate::domain::{Class, Miss, Platform, Secret};
use crate::net::{Client, Ways};
use crate::observe::Metrics;
use crate::pace::{Rank, Sending};
use crate::platform::creative_radar::{self, Asker};
use crate::session::fetch::Fetcher;
use crate::session::login::Login;
use crate::session::rules::rules;

/// The longest that is kept of why a question did not end well.
const LONGEST: usize = 300;

/// A cheap handle; clones share what it needs.
#[derive(Clone)]
pub struct Prover {
    /// Asks Douyin.
    pub fetcher: Fetcher,
    /// The ways out.
    pub ways: Ways,
    /// The settings.
    pub current: Current,
    /// Time and chance.
    pub ambient: Ambient,
    /// The numbers.
    pub metrics: Metrics,
    /// On whose behalf platforms are asked.
    pub rank: Rank,
}

impl Prover {
    /// Whether `login` is one; else why not, or why nobody could be asked.
    pub(super) async fn prove(&self, profile: &Profile, login: &Login) -> Result<(), Miss> {
        let Some(cookies) = self.cookies(profile, login) else {
            return Err(Miss::new(Class::Auth, "none of its cookies goes to the platform"));
        };
        let ended = match profile.platform {
            Platform::Douyin => self.fetcher.prove(profile, cookies, self.rank).await,
            Platform::CreativeRadar => self.prove_radar(profile, login, &cookies).await,
            other => Err(Miss::new(Class::Local, format!("nobody logs in to {other} with a browser"))),
        };
        ended.map_err(|miss| Miss { error: miss.error.chars().take(LONGEST).collect(), ..miss })
    }

    /// Whether a login of `profile` could be proved now, as far as our own limits go; if not, the next free slot is kept
    /// for whoever asks.
    pub(super) async fn look(&self, profile: &Profile) -> Result<(), Miss> {
        Ok(self.way(profile, "proof")?.look().await?)
    }

    /// Lets `visit` go to a page in the name of `profile` when what holds for every request lets it.
    pub(super) async fn visiting<T>(
        &self,
        profile: &Profile,
        url: &str,
        visit: impl Future<Output = T>,
    ) -> Result<T, Miss> {
        let client = self.way(profile, "capture")?;
        Ok(client.fetch_by(url, async { Ok(visit.await) }).await?)
    }

    /// The cookies of a login as its platform is sent them.
    pub fn cookies(&self, profile: &Profile, login: &Login) -> Option<Secret<String>> {
        login.cookies(rules(profile.platform)?, &self.host(profile.platform), self.ambient.clock.now())
    }

    /// The host of the platform as the settings have it.
    pub(super) fn host(&self, platform: Platform) -> String {
        host_of(&self.base(platform)).to_owned()
    }

    /// The base of the platform.
    pub(super) fn base(&self, platform: Platform) -> String {
        let now = self.current.now();
        match platform {
            Platform::Douyin => now.douyin.base.clone(),
            _ => now.platform.creative_radar_base.clone(),
        }
    }

    async fn prove_radar(&self, profile: &Profile, login: &Login, cookies: &Secret<String>) -> Result<(), Miss> {
        let client = self.way(profile, "proof")?;
        let asker = Asker { cookies, headers: &login.headers, client: &client };
        Ok(creative_radar::prove(&self.base(profile.platform), &asker, self.ambient.clock.now()).await?)
    }

    /// The client for the platform of a profile; its limits count the requests as `what`.
    fn way(&self, profile: &Profile, what: &str) -> Result<Client, Miss> {
        let (lane, endpoint) = (format!("{}/{what}", profile.name), format!("{}.{what}", profile.platform));
        let way = self.ways.of(Some(&profile.name), Sending { lane, endpoint, ..Sending::default() })?;
        Ok(way.ranked(self.rank))
    }
}
