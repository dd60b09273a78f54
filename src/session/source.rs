//! Where the browser comes from that works for profiles.

use std::path::PathBuf;

use crate::browser::{Display, Guise, Look, Place, Programs, Source};
use crate::config::{Browser, Profile};

/// The browser that the settings name: one that runs already, or a driver of our own; shown on `display`, if anywhere.
pub fn source_of(settings: &Browser, display: Option<Display>, folder: PathBuf) -> Source {
    let programs = Programs { binary: settings.binary.clone(), driver: settings.driver.clone() };
    let place = settings.webdriver.clone().map_or(Place::Here(programs), Place::There);
    Source { place, look: Look { display, is_root: rustix::process::geteuid().is_root() }, folder }
}

/// Who `profile` is to a site.
pub fn guise_of(profile: &Profile) -> Guise<'_> {
    Guise {
        proxy: profile.proxy.as_deref(),
        user_agent: profile.user_agent.as_deref(),
        locale: profile.locale.as_deref(),
        timezone: profile.timezone.as_deref(),
    }
}
