//! `radard profile login`: a browser at the platform's page, where a person logs in; what it holds then is taken in.
//!
//! The browser runs here and not in the daemon: it is the person's own, on their display. On a server without one, the
//! code that the page shows is shown in the terminal and kept as a picture, to be scanned from there.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use serde_json::Value;

use super::hand::{Patience, host_of_platform, in_use, known, platform, put, take_in};
use crate::advice;
use crate::browser::{Browser, Code, Page, Place, Programs, Shown};
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out::Answer;
use crate::config::{Config, Profile};
use crate::domain::{Display, Platform, Secret};
use crate::session::{Ground, Rules, guise_of, login_of, rules, shown_on};

/// How often the browser is looked at.
const LOOK: Duration = Duration::from_millis(700);
/// How long after a login that was none yet.
const AGAIN: Duration = Duration::from_secs(5);
/// Light modules around a code, without which no camera finds it.
const QUIET: usize = 3;

/// What `login` is told.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct LogIn {
    /// Which profile, as in the settings
    name: String,
    /// For which platform, when the profile is not in the settings
    #[arg(long, value_name = "NAME", value_parser = platform())]
    platform: Option<Platform>,
    /// Show the code of the page here instead of a window
    #[arg(long)]
    qr: bool,
    /// Keep the code, or the page without one, as a picture in this file too
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// How long to wait for the person, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    wait: u64,
}

impl LogIn {
    /// Waits for a person, and takes their login in.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let places = desk.places()?;
        let config = desk.checked(&places)?.config;
        let profile = known(desk, &config, &self.name, self.platform).await?;
        let rules = rules_of(&profile)?;
        let display = if self.qr { None } else { Some(display(desk)?) };
        let failed = |trouble: crate::browser::Trouble| {
            let class = trouble.class();
            Failure::new(trouble.to_string()).advise(trouble.advice()).exit(Exit::of_answer(502, Some(class)))
        };
        let is_shown = display.is_some();
        let shown = display.map_or(Shown::Nowhere, |display| Shown::On(Some(display)));
        let mut source = shown_on(&config.browser, shown, Ground { folder: places.browsers(), seat: None });
        if is_shown && let Place::There(_) = source.place {
            // A person looks at a display of theirs, which one that runs elsewhere does not have.
            source.place =
                Place::Here(Programs { binary: config.browser.binary.clone(), driver: config.browser.driver.clone() });
        }
        let browser = Browser::open(&source, &desk.ambient.clock).await.map_err(failed)?;
        let waited = tokio::select! {
            waited = self.wait_for(desk, &browser, &config, &profile, rules) => waited,
            _ = tokio::signal::ctrl_c() => Err(Failure::new("interrupted: no login was saved").exit(Exit::Interrupted)),
        };
        browser.close().await;
        waited.map(in_use)
    }

    async fn wait_for(
        &self,
        desk: &Desk,
        browser: &Browser,
        config: &Config,
        profile: &Profile,
        rules: &Rules,
    ) -> Result<Value, Failure> {
        let failed = |trouble: crate::browser::Trouble| Failure::new(trouble.to_string()).advise(trouble.advice());
        let base = base_of(config, profile.platform);
        let page = Page::open(browser, guise_of(profile)).await.map_err(failed)?;
        page.go(base).await.map_err(failed)?;
        desk.out.say(&format!("waiting for somebody to log in at {base}, for {} s", self.wait));
        let clock = &desk.ambient.clock;
        let until = clock.steady() + Duration::from_secs(self.wait);
        let (mut shown, mut refused) = (None, Vec::new());
        while clock.steady() < until {
            let cookies = page.cookies().await.map_err(failed)?;
            let host = host_of_platform(config, profile.platform);
            let domains = [rules.domains, &[host]].concat();
            let login = login_of(cookies.clone(), base, Vec::new(), &domains);
            let marks: Vec<_> = login.marks(rules).map(|cookie| (cookie.name.clone(), cookie.value.clone())).collect();
            // Some are set before all is done: it is a login once it proves to be one, and until then the window stays.
            if !marks.is_empty() && marks != refused {
                let stored = page.stored(base.trim_end_matches('/')).await.map_err(failed)?;
                let login = login_of(cookies, base, stored, &domains);
                match take_in(desk, profile, "login", &login, Patience::default()).await {
                    Err(failure) if failure.code() == Exit::Login => {
                        desk.out.say(&format!("not yet: {}", failure.what()));
                        refused = marks;
                        clock.sleep(AGAIN).await;
                    }
                    ended => return ended,
                }
            }
            if self.qr {
                let code = page.code().await.map_err(failed)?;
                if code.is_some() && code != shown {
                    show(desk, code.as_ref());
                    self.keep_picture(&page).await;
                    shown = code;
                }
            }
            clock.sleep(LOOK).await;
        }
        self.keep_picture(&page).await;
        let failure = Failure::new(format!("nobody logged in at {base} within {} s", self.wait)).exit(Exit::Login);
        Err(failure.advise(if self.qr && shown.is_none() { advice::cli::no_code() } else { advice::cli::scan_again() }))
    }

    /// Keeps what the page looks like, for a person who cannot see it.
    async fn keep_picture(&self, page: &Page) {
        let Some(file) = &self.picture else { return };
        let Ok(picture) = page.picture().await else { return };
        let bytes = STANDARD.decode(picture).unwrap_or_default();
        let _told_by_its_absence = put(file, &Secret::new(bytes));
    }
}

/// Shows a code on stderr, so that stdout stays for the answer.
fn show(desk: &Desk, code: Option<&Code>) {
    let Some(code) = code else { return };
    desk.out.say(&drawn(&code.with_quiet(QUIET), std::io::stderr().is_terminal()));
    desk.out.say("scan it with the app of the platform");
}

fn rules_of(profile: &Profile) -> Result<&'static Rules, Failure> {
    rules(profile.platform).ok_or_else(|| {
        let what = format!("nobody logs in to {} with a browser", profile.platform);
        Failure::usage(what).advise(advice::session::platforms())
    })
}

fn base_of(config: &Config, platform: Platform) -> &str {
    if platform == Platform::Douyin { &config.douyin.base } else { &config.platform.creative_radar_base }
}

/// The display of whoever asks.
fn display(desk: &Desk) -> Result<Display, Failure> {
    let env = desk.env();
    Display::of(|name| env.get(name).cloned()).ok_or_else(|| {
        let failure = Failure::usage("there is no display here on which a browser could show itself");
        failure.advise(advice::cli::display())
    })
}

/// Two rows of modules in one line. On a terminal the colours are set, so that it is dark on light whatever its own are.
fn drawn(rows: &[Vec<bool>], is_terminal: bool) -> String {
    let pair = |two: &[Vec<bool>]| {
        let line: String = (0..rows.len())
            .map(|x| {
                let dark = |row: Option<&Vec<bool>>| row.and_then(|row| row.get(x)).copied().unwrap_or(false);
                // Blocks are light, as most terminals are dark.
                match (dark(two.first()), dark(two.get(1))) {
                    (false, false) => '█',
                    (false, true) => '▀',
                    (true, false) => '▄',
                    (true, true) => ' ',
                }
            })
            .collect();
        if is_terminal { format!("\u{1b}[38;5;231;48;5;16m{line}\u{1b}[0m") } else { line }
    };
    rows.chunks(2).map(pair).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_rows_are_one_line_and_light_is_drawn() {
        let rows = [vec![true, false, false], vec![true, true, false], vec![false, true, true]];
        assert_eq!(drawn(&rows, false), " ▀█\n█▄▄");
        assert!(drawn(&rows, true).starts_with("\u{1b}[38;5;231;48;5;16m "));
    }
}
