//! Where the browser comes from that works for profiles.

use std::path::PathBuf;

use crate::base::Plan;
use crate::browser::{Guise, Look, Place, Programs, Shown, Source};
use crate::config::{Browser, Profile, Screen};
use crate::domain::Display;

/// What this machine gives to browsers.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// Where drivers write down what they leave.
    pub folder: PathBuf,
    /// The display that the environment names.
    pub seat: Option<Display>,
}

impl Ground {
    /// Of the machine that `plan` is for.
    pub fn of(plan: &Plan) -> Self {
        Self { folder: plan.places.browsers(), seat: plan.seat.clone() }
    }
}

/// The browser that the settings name: one that runs already, or a driver of our own; shown where they say.
pub fn source_of(settings: &Browser, ground: Ground) -> Source {
    let shown = match settings.display {
        Screen::Headless => Shown::Nowhere,
        Screen::Xvfb => Shown::ToNobody,
        Screen::Seat => Shown::On(ground.seat.clone()),
    };
    shown_on(settings, shown, ground)
}

/// The same, shown where somebody says.
pub fn shown_on(settings: &Browser, shown: Shown, Ground { folder, .. }: Ground) -> Source {
    let programs = Programs { binary: settings.binary.clone(), driver: settings.driver.clone() };
    let place = settings.webdriver.clone().map_or(Place::Here(programs), Place::There);
    Source { place, look: Look { shown, is_root: rustix::process::geteuid().is_root() }, folder }
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
