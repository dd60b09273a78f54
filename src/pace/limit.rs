//! Which limits a request falls under.
//!
//! A rule counts by what the server counts by: the account, the token, our address, the class of endpoints. A rule
//! without endpoint classes concerns every request that has what it counts by.

use std::time::Duration;

use crate::config::{Config, KeyedBy, PaceRule, Tolerance};
use crate::domain::Platform;
use crate::store::pace_lanes::Counted;

/// What a tolerance lets go to a platform: so many requests a minute for an account and from an address, and the gap
/// between two for an account.
const fn numbers(tolerance: Tolerance) -> (u32, u32, Duration) {
    match tolerance {
        Tolerance::Careful => (6, 30, Duration::from_secs(4)),
        Tolerance::Normal => (15, 90, Duration::from_millis(1500)),
        Tolerance::Eager => (40, 240, Duration::from_millis(500)),
    }
}

/// The gap between two requests for one account.
pub(super) const fn gap(tolerance: Tolerance) -> Duration {
    numbers(tolerance).2
}

/// The rules that the settings ask for: those of the tolerance, then those that stand there.
pub(super) fn rules(config: &Config) -> Vec<PaceRule> {
    let (account, address, _) = numbers(config.pace.tolerance);
    let own = Platform::NAMES.into_iter().flat_map(|platform| {
        [(account, KeyedBy::Account), (address, KeyedBy::Address)].map(|(at_most, keyed_by)| PaceRule {
            // No name in the settings has a blank. It stays when the tolerance changes, so that what was sent counts on.
            name: format!("tolerance of {platform}"),
            on: vec![platform.to_owned()],
            at_most,
            per: Duration::from_mins(1),
            keyed_by,
        })
    });
    own.chain(config.pace_rules.iter().cloned()).collect()
}

/// What is about to be sent, by everything that a server may count by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Sending {
    /// The lane of the job that sends it.
    pub lane: String,
    /// The class of endpoints, dotted: `tiktok.publish`.
    pub endpoint: String,
    /// The account.
    pub account: Option<String>,
    /// The token, by a name of ours and never by itself.
    pub token: Option<String>,
    /// The address it leaves from: a proxy's name, or nothing for our own.
    pub address: Option<String>,
    /// The host that it goes to, with its port; the client fills it in.
    pub host: Option<String>,
}

impl From<Counted> for Sending {
    fn from(Counted { lane, endpoint, account, token, address }: Counted) -> Self {
        Self { lane, endpoint, account, token, address, host: None }
    }
}

impl From<Sending> for Counted {
    fn from(Sending { lane, endpoint, account, token, address, host: _ }: Sending) -> Self {
        Self { lane, endpoint, account, token, address }
    }
}

impl Sending {
    /// Whose endpoints these are: a platform by its word, or what stands for one.
    pub fn site(&self) -> &str {
        self.endpoint.split_once('.').map_or(&self.endpoint, |(site, _)| site)
    }

    /// The same, to `host`.
    #[must_use]
    pub fn at(&self, host: &str) -> Self {
        Self { host: Some(host.to_owned()), ..self.clone() }
    }

    /// Whether a platform is asked; anything else is known by its host.
    pub fn is_to_platform(&self) -> bool {
        Platform::NAMES.contains(&self.site())
    }

    /// Whether a forecast is made for its lane: hosts of files come and go.
    pub(super) fn is_counted(&self) -> bool {
        self.host.is_none() || self.is_to_platform()
    }

    /// The account, if a platform is asked on its behalf.
    pub(super) fn account_of_platform(&self) -> Option<&str> {
        self.account.as_deref().filter(|_| self.is_to_platform())
    }

    fn key(&self, by: KeyedBy) -> Option<&str> {
        match by {
            KeyedBy::Account => self.account.as_deref(),
            KeyedBy::Token => self.token.as_deref(),
            KeyedBy::Address => Some(self.address.as_deref().unwrap_or("own")),
            KeyedBy::Endpoint => Some(&self.endpoint),
        }
    }
}

/// A limit as one request meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The rule and the key it counts by, which is its name in the store.
    pub(super) name: String,
    pub(super) rule: String,
    pub(super) at_most: u32,
    pub(super) per: Duration,
}

/// The limits that `sending` falls under, in the order in which they are locked.
pub(super) fn lines(rules: &[PaceRule], sending: &Sending) -> Vec<Line> {
    let mut lines: Vec<Line> = rules.iter().filter_map(|rule| line(rule, sending)).collect();
    lines.sort_by(|a, b| a.name.cmp(&b.name));
    lines
}

fn line(rule: &PaceRule, sending: &Sending) -> Option<Line> {
    let concerns = |class: &String| {
        sending.endpoint.strip_prefix(class.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    if !rule.on.is_empty() && !rule.on.iter().any(concerns) {
        return None;
    }
    let key = sending.key(rule.keyed_by)?;
    let name = format!("{}/{}:{key}", rule.name, rule.keyed_by.as_str());
    Some(Line { name, rule: rule.name.clone(), at_most: rule.at_most, per: rule.per })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::init_files;
    use crate::domain::time::write_duration;

    #[test]
    fn the_reference_tells_the_numbers_of_each_tolerance() {
        let reference = init_files().iter().find(|(name, _)| *name == "radard.toml").unwrap().1;
        for tolerance in [Tolerance::Careful, Tolerance::Normal, Tolerance::Eager] {
            let (account, address, gap) = numbers(tolerance);
            let (word, gap) = (tolerance.as_str(), write_duration(gap));
            let told = format!("#   {word}: {account} for an account and {gap} apart, {address} from an address\n");
            assert!(reference.contains(&told), "{told}");
        }
    }

    fn rule(name: &str, on: &[&str], keyed_by: KeyedBy) -> PaceRule {
        let on = on.iter().map(|class| (*class).to_owned()).collect();
        PaceRule { name: name.to_owned(), on, at_most: 6, per: Duration::from_mins(1), keyed_by }
    }

    #[test]
    fn a_request_falls_under_the_rules_of_its_class_that_count_by_what_it_has() {
        let rules = [
            rule("posts", &["tiktok.publish"], KeyedBy::Token),
            rule("day", &["tiktok"], KeyedBy::Account),
            rule("all", &[], KeyedBy::Address),
            rule("class", &["douyin", "tiktok"], KeyedBy::Endpoint),
        ];
        let names = |sending: &Sending| lines(&rules, sending).into_iter().map(|l| l.name).collect::<Vec<_>>();
        let post = Sending {
            lane: "any".into(),
            endpoint: "tiktok.publish.video".into(),
            account: Some("main".into()),
            token: Some("t1".into()),
            ..Sending::default()
        };
        let expected = ["all/address:own", "class/endpoint:tiktok.publish.video", "day/account:main", "posts/token:t1"];
        assert_eq!(names(&post), expected);
        let guest = Sending { endpoint: "tiktok.read".into(), address: Some("proxy-2".into()), ..Sending::default() };
        assert_eq!(names(&guest), ["all/address:proxy-2", "class/endpoint:tiktok.read"]);
        let near = Sending { endpoint: "tiktok.publisher".into(), token: Some("t1".into()), ..Sending::default() };
        assert_eq!(names(&near), ["all/address:own", "class/endpoint:tiktok.publisher"], "a class is a whole word");
    }
}
