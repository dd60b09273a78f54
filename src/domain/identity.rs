//! Who a browser says it is: one object for each profile, and every request of that profile agrees with it.
//!
//! A site compares what it is told in many places: the header, a dozen parameters, the fingerprint, the address. What
//! does not fit together is what gives a program away, so nothing of it is chosen twice. Only a user agent that is
//! understood makes an identity; the values of a guest are those of a common browser on a common system.

/// A browser, its system, its screen, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Identity {
    /// The header that every request carries.
    pub user_agent: String,
    /// The browser: its name and version.
    pub browser: Named,
    /// What draws its pages.
    pub engine: Named,
    /// The system it runs on.
    pub os: Named,
    /// What the browser calls that system.
    pub platform: String,
    /// The language of its pages.
    pub language: String,
    /// Width and height of its screen.
    pub screen: (u32, u32),
    /// Processor cores.
    pub cores: u32,
    /// Memory in GiB.
    pub memory: u32,
    /// Sizes of window and screen, as a page sees them.
    pub fingerprint: String,
    /// Its time zone.
    pub timezone: String,
}

/// A name with a version.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Named {
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
}

impl Named {
    fn new(name: &str, version: &str) -> Self {
        Self { name: name.to_owned(), version: version.to_owned() }
    }
}

/// What a profile says of itself; what it leaves out is as a guest's.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told<'a> {
    /// The user agent.
    pub user_agent: Option<&'a str>,
    /// The language.
    pub language: Option<&'a str>,
    /// The time zone.
    pub timezone: Option<&'a str>,
}

/// A user agent that no identity can be made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAgent {
    /// It is not what a browser would send.
    #[error("it is not printable ASCII of 20 to 512 characters")]
    Form,
    /// The browser is none of those that are understood.
    #[error("it names neither Chrome, Edge, Opera, Firefox nor Safari with a version")]
    Browser,
    /// The system is none of those that are understood.
    #[error("it names neither Windows, macOS, Linux, Android nor iOS")]
    System,
}

/// The user agent of a guest.
pub const GUEST_AGENT: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0";

impl Identity {
    /// The identity of what was `told`; `fingerprint` draws one for this system and a screen of this size.
    pub fn of(told: Told<'_>, fingerprint: impl FnOnce(&str, (u32, u32)) -> String) -> Result<Self, NotAnAgent> {
        let user_agent = told.user_agent.unwrap_or(GUEST_AGENT);
        let Parts { browser, engine, os, platform } = read(user_agent)?;
        let screen = if matches!(os.name.as_str(), "Android" | "iOS") { (412, 915) } else { (1920, 1080) };
        Ok(Self {
            fingerprint: fingerprint(platform, screen),
            user_agent: user_agent.to_owned(),
            browser,
            engine,
            os,
            platform: platform.to_owned(),
            language: told.language.unwrap_or("zh-CN").to_owned(),
            screen,
            cores: 12,
            memory: 8,
            timezone: told.timezone.unwrap_or("Asia/Hong_Kong").to_owned(),
        })
    }
}

/// Whether an identity can be made from `user_agent`.
pub fn check_agent(user_agent: &str) -> Result<(), NotAnAgent> {
    read(user_agent).map(drop)
}

struct Parts {
    browser: Named,
    engine: Named,
    os: Named,
    platform: &'static str,
}

/// The browsers by the mark that gives each away, those that carry the marks of others first; and their engines.
const BROWSERS: [(&str, &str, &str); 6] = [
    ("Edg/", "Edge", "Blink"),
    ("OPR/", "Opera", "Blink"),
    ("Firefox/", "Firefox", "Gecko"),
    ("CriOS/", "Chrome", "WebKit"),
    ("Chrome/", "Chrome", "Blink"),
    ("Version/", "Safari", "WebKit"),
];

fn read(user_agent: &str) -> Result<Parts, NotAnAgent> {
    if !(20..=512).contains(&user_agent.len()) || !user_agent.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(NotAnAgent::Form);
    }
    let found = BROWSERS.iter().find_map(|(mark, name, engine)| Some((version(user_agent, mark)?, *name, *engine)));
    let (browser, name, engine) = found.ok_or(NotAnAgent::Browser)?;
    let drawn_by = match engine {
        "Blink" => version(user_agent, "Chrome/"),
        "WebKit" => version(user_agent, "AppleWebKit/"),
        _ => Some(browser),
    };
    let (os, platform) = system(user_agent).ok_or(NotAnAgent::System)?;
    let engine = Named::new(engine, drawn_by.unwrap_or(browser));
    Ok(Parts { browser: Named::new(name, browser), engine, os, platform })
}

/// Digits and points behind `mark`.
fn version<'a>(user_agent: &'a str, mark: &str) -> Option<&'a str> {
    let (_, rest) = user_agent.split_once(mark)?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    rest.get(..end).filter(|version| version.starts_with(|c: char| c.is_ascii_digit()))
}

fn system(user_agent: &str) -> Option<(Named, &'static str)> {
    let numbered = |mark: &str| {
        let (_, rest) = user_agent.split_once(mark)?;
        let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '_')).unwrap_or(rest.len());
        Some(rest.get(..end)?.replace('_', ".")).filter(|version| !version.is_empty())
    };
    let named =
        |name: &str, version: Option<String>| Named { name: name.to_owned(), version: version.unwrap_or_default() };
    if let Some(version) = numbered("Windows NT ") {
        let version = version.trim_end_matches(".0").to_owned();
        return Some((named("Windows", Some(version)), "Win32"));
    }
    for (mark, platform) in [("CPU iPhone OS ", "iPhone"), ("CPU OS ", "iPad")] {
        if let Some(version) = numbered(mark) {
            return Some((named("iOS", Some(version)), platform));
        }
    }
    if let Some(version) = numbered("Mac OS X ") {
        return Some((named("Mac OS", Some(version)), "MacIntel"));
    }
    if user_agent.contains("Android") {
        return Some((named("Android", numbered("Android ")), "Linux armv81"));
    }
    user_agent.contains("Linux x86_64").then(|| (named("Linux", Some("x86_64".to_owned())), "Linux x86_64"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(user_agent: &str, expected: [&str; 7]) {
        let identity = Identity::of(Told { user_agent: Some(user_agent), ..Told::default() }, |_, _| String::new());
        let Identity { browser, engine, os, platform, .. } = identity.unwrap();
        let got = [&browser.name, &browser.version, &engine.name, &engine.version, &os.name, &os.version, &platform];
        assert_eq!(got, expected, "{user_agent}");
    }

    #[test]
    fn a_browser_says_the_same_in_all_places() {
        check(GUEST_AGENT, ["Edge", "130.0.0.0", "Blink", "130.0.0.0", "Windows", "10", "Win32"]);
        check(
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
            ["Chrome", "156.0.0.0", "Blink", "156.0.0.0", "Linux", "x86_64", "Linux x86_64"],
        );
        check(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
            ["Firefox", "128.0", "Gecko", "128.0", "Windows", "10", "Win32"],
        );
        check(
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 \
             Safari/605.1.15",
            ["Safari", "17.4", "WebKit", "605.1.15", "Mac OS", "10.15.7", "MacIntel"],
        );
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
             CriOS/123.0.1 Mobile/15E148 Safari/604.1",
            ["Chrome", "123.0.1", "WebKit", "605.1.15", "iOS", "17.4", "iPhone"],
        );
        check(
            "Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 \
             Mobile/15E148 Safari/604.1",
            ["Safari", "17.4", "WebKit", "605.1.15", "iOS", "17.4", "iPad"],
        );
        check(
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile \
             Safari/537.36",
            ["Chrome", "139.0.0.0", "Blink", "139.0.0.0", "Android", "14", "Linux armv81"],
        );
    }

    #[test]
    fn what_is_not_understood_makes_no_identity() {
        let why = |user_agent: &str| check_agent(user_agent).unwrap_err();
        assert_eq!(why("curl/8"), NotAnAgent::Form);
        assert_eq!(why("Mozilla/5.0 (Windows NT 10.0)\r\nHost: evil Chrome/1"), NotAnAgent::Form);
        assert_eq!(why("Mozilla/5.0 (Windows NT 10.0) Lynx/2.8"), NotAnAgent::Browser);
        assert_eq!(why("Mozilla/5.0 (Windows NT 10.0) Chrome/x"), NotAnAgent::Browser);
        assert_eq!(why("Mozilla/5.0 (PlayStation 5) Chrome/130.0"), NotAnAgent::System);
    }
}
