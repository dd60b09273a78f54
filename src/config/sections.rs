//! The sections and all their keys: the one list from which everything about settings comes.
//!
//! To add a key, write its entry here (sentence, name, `Live` or `Restart`, kind, default, field) and the same lines
//! into `config/radard.toml`. A room imports its own section and no other. `Live` promises that the room looks at the
//! current configuration each time it acts; what is built once from a value is `Restart`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::forms::{
    ADDRESS, BASE_URL, CRON, DATABASE, DRIVER_OR_NONE, HOST, HOST_AND_PORT, HOST_OR_ALL, LOW_WATER, MODE, NAME_OR_NONE,
    PATH, SOCKET_URL, WINDOW, WORD, ZONE,
};
use super::key::{Key, Reload, Waiting, section};
use super::kind::Kind;
use super::size::LowWater;
use super::value::{Values, words};
pub use crate::domain::Language;
use crate::domain::Secret;

section! {
    /// What people reach with a browser.
    Web {
        /// Address and port of the pages and the API for people.
        "web.listen" Restart Kind::Text(ADDRESS), "127.0.0.1:7878" => listen: SocketAddr;
        /// Further host names under which a browser may call the pages, besides the address itself and localhost.
        "web.hosts" Live Kind::List(HOST), "[]" => hosts: Vec<String>;
        /// Language of pages and advice.
        "web.language" Live Kind::Choice(Language::NAMES, &["zh-CN"]), "en" => language: Language;
    }
}

section! {
    /// The database.
    Store {
        /// A postgres:// URL without a password; empty means SQLite in DATA/radard.db.
        "store.url" Restart Kind::Text(DATABASE), "" => url: Option<Secret<String>>;
        /// Connections held open for reading on SQLite, for everything on PostgreSQL.
        "store.connections" Restart Kind::Count(1, 256), "8" => connections: usize;
        /// Size in MiB of SQLite's write-ahead log above which it is cut back and reported.
        "store.wal_limit_mib" Live Kind::Count(1, 65_536), "64" => wal_limit_mib: u64;
    }
}

section! {
    /// Secrets at rest.
    Vault {
        /// File of the key that seals secrets, a relative one below the data directory; empty means DATA/vault.key.
        "vault.key_file" Restart Kind::Text(PATH), "" => key_file: Option<PathBuf>;
    }
}

section! {
    /// This process among others.
    Node {
        /// Name of this process among those that share a database; empty means one made once in the data directory.
        "node.id" Restart Kind::Text(NAME_OR_NONE), "" => id: Option<String>;
    }
}

section! {
    /// The durable queue.
    Queue {
        /// Jobs that run at the same time.
        "queue.workers" Restart Kind::Count(1, 1024), "16" => workers: usize;
        /// How long a worker holds a job without a sign of life before another may take it.
        "queue.lease" Live Kind::Span("1s", "1h"), "60s" => lease: Duration;
        /// How often jobs whose worker has died are looked for.
        "queue.sweep" Live Kind::Span("100ms", "1h"), "15s" => sweep: Duration;
        /// Wait after the first failure of a job; each further failure doubles it.
        "queue.backoff_base" Live Kind::Span("10ms", "1h"), "5s" => backoff_base: Duration;
        /// Longest wait between two attempts.
        "queue.backoff_cap" Live Kind::Span("10ms", "7d"), "1h" => backoff_cap: Duration;
        /// How long a job that fails without spending attempts, such as in an outage, is retried before it is dead.
        "queue.retry_for" Live Kind::Span("1s", "3650d"), "72h" => retry_for: Duration;
        /// How long finished jobs and their keys are kept.
        "queue.keep_done" Live Kind::Span("1s", "3650d"), "14d" => keep_done: Duration;
        /// How long dead jobs are kept.
        "queue.keep_dead" Live Kind::Span("1s", "3650d"), "90d" => keep_dead: Duration;
        /// How often PostgreSQL is asked for jobs that other processes have added.
        "queue.poll" Live Kind::Span("10ms", "1m"), "2s" => poll: Duration;
        /// Crashes without progress in between after which a job is dead.
        "queue.poison_crashes" Live Kind::Count(1, 1000), "3" => poison_crashes: usize;
        /// How far back crashes of a job count.
        "queue.poison_window" Live Kind::Span("1s", "3650d"), "72h" => poison_window: Duration;
        /// Largest payload of a job in KiB.
        "queue.body_limit_kib" Live Kind::Count(1, 16_384), "256" => body_limit_kib: usize;
    }
}

section! {
    /// The running service as a whole.
    Daemon {
        /// How long a stop may take in all; jobs that run have all of it but the last quarter, at most 5 s.
        "daemon.drain" Live Kind::Span("0s", "10m"), "30s" => drain: Duration;
        /// Whether a saved file is applied by itself; a SIGHUP always applies it.
        "daemon.reload_on_save" Restart Kind::Flag, "true" => reload_on_save: bool;
    }
}

section! {
    /// The disk that holds the data directory.
    Disk {
        /// Free space below which new work is refused: an amount, a share, or both for the larger of the two.
        "disk.low_water" Live Kind::Text(LOW_WATER), "1GiB,5%" => low_water: LowWater;
        /// Space held back so that the queue can still be written on a full disk.
        "disk.reserve" Live Kind::Size("1MiB", "64GiB"), "16MiB" => reserve: u64;
    }
}

section! {
    /// Logs.
    Log {
        /// Form of the log; auto means journald under systemd, console on a terminal, json otherwise.
        "log.format" Restart Kind::Choice(Format::NAMES, &[]), "auto" => format: Format;
        /// Least severity that is logged.
        "log.level" Live Kind::Choice(&["error", "warn", "info", "debug", "trace"], &[]), "info" => level: tracing::Level;
    }
}

section! {
    /// Downloaded files.
    Media {
        /// Folder of the library, a relative one below the data directory; empty means DATA/media.
        "media.dir" Restart Kind::Text(PATH), "" => dir: Option<PathBuf>;
        /// Permissions of the folders in the library.
        "media.mode" Live Kind::Text(MODE), "0750" => mode: u32;
        /// Group that owns the library, by name or number; empty leaves it as it is.
        "media.group" Live Kind::Text(NAME_OR_NONE), "" => group: Option<String>;
        /// Largest file that is downloaded.
        "media.max_bytes" Live Kind::Size("1KiB", "16TiB"), "4GiB" => max_bytes: u64;
    }
}

section! {
    /// Logins that were captured.
    Session {
        /// Folder of the profiles, each with its state.json; empty means ./sessions beside ./config, else DATA/sessions.
        "session.dir" Restart Kind::Text(PATH), "" => dir: Option<PathBuf>;
    }
}

section! {
    /// The browser that captures them.
    Browser {
        /// The browser; empty looks for Chromium, then for Firefox.
        "browser.binary" Live Kind::Text(PATH), "" => binary: Option<PathBuf>;
        /// Its driver; empty looks for the one that fits.
        "browser.driver" Live Kind::Text(PATH), "" => driver: Option<PathBuf>;
        /// A driver or a grid that runs already, such as radard-browser.service; empty starts a driver when one is needed.
        "browser.webdriver" Live Kind::Text(DRIVER_OR_NONE), "" => webdriver: Option<String>;
        /// Where it shows itself: nowhere, on a display of its own that nobody sees (Debian: xvfb), or on the one of DISPLAY.
        "browser.display" Live Kind::Choice(Screen::NAMES, &[]), "headless" => display: Screen;
        /// By what can be seen in a page it is known that it shows a challenge, as CSS selectors.
        "browser.challenge" Live Kind::List(WORD), "[\"[id^=captcha]\", \".captcha_verify_container\", \".captcha-verify-container\", \"#secsdk-captcha-drag-wrapper\", \"iframe[src*=captcha]\"]" => challenge: Vec<String>;
        /// How long a browser stays open after its last use.
        "browser.idle" Live Kind::Span("0s", "1h"), "5s" => idle: Duration;
    }
}

section! {
    /// Where requests may go.
    Egress {
        /// Exact host and port pairs in private networks that requests may reach all the same.
        "egress.allow_private" Restart Kind::List(HOST_AND_PORT), "[]" => allow_private: Vec<String>;
        /// Largest answer that is read into memory, unpacked.
        "egress.max_body" Restart Kind::Size("1KiB", "1GiB"), "8MiB" => max_body: u64;
        /// How many times longer than what was sent an unpacked answer of more than 1 MiB may be.
        "egress.max_ratio" Restart Kind::Count(1, 100_000), "200" => max_ratio: u64;
        /// Hosts whose robots.txt is obeyed; "*" means every host.
        "egress.robots" Restart Kind::List(HOST_OR_ALL), "[]" => robots: Vec<String>;
        /// How many of the last answers are kept in DATA/captures, without secrets, for `radard replay`; 0 keeps none.
        "egress.captures" Live Kind::Count(0, 10_000), "0" => captures: usize;
    }
}

section! {
    /// How fast radard goes out.
    Pace {
        /// How much may be asked of a platform on behalf of one account and from one address.
        "pace.tolerance" Live Kind::Choice(Tolerance::NAMES, &[]), "normal" => tolerance: Tolerance;
        /// Hours in which nothing goes out, each such as "23:00-07:00".
        "pace.quiet" Live Kind::List(WINDOW), "[]" => quiet: Vec<String>;
        /// Time zone of those hours.
        "pace.timezone" Live Kind::Text(ZONE), "Asia/Shanghai" => timezone: String;
    }
}

section! {
    /// The upstream platforms.
    Platform {
        /// How long one request to a platform may take.
        "platform.timeout" Live Kind::Span("100ms", "5m"), "20s" => timeout: Duration;
        /// Base of TikTok Creative Radar.
        "platform.creative_radar.base" Restart Kind::Text(BASE_URL), "https://ads.tiktok.com" => creative_radar_base: String;
        /// Base of TikTok's open API.
        "platform.tiktok.api" Restart Kind::Text(BASE_URL), "https://open.tiktokapis.com" => tiktok_api: String;
        /// Base of TikTok Shop's open API.
        "platform.tiktok_shop.api" Restart Kind::Text(BASE_URL), "https://open-api.tiktokglobalshop.com" => tiktok_shop_api: String;
        /// Base of TikAPI.
        "platform.tikapi.base" Restart Kind::Text(BASE_URL), "https://api.tikapi.io" => tikapi_base: String;
    }
}

section! {
    /// Douyin.
    Douyin {
        /// Base of Douyin's pages and of their API.
        "platform.douyin.base" Restart Kind::Text(BASE_URL), "https://www.douyin.com" => base: String;
        /// Base of the live rooms.
        "platform.douyin.live" Restart Kind::Text(BASE_URL), "https://live.douyin.com" => live: String;
        /// Base of the live rooms as the app sees them.
        "platform.douyin.webcast" Restart Kind::Text(BASE_URL), "https://webcast.amemv.com" => webcast: String;
        /// Base of the danmaku socket.
        "platform.douyin.socket" Restart Kind::Text(SOCKET_URL), "wss://webcast5-ws-web-hl.douyin.com" => socket: String;
        /// Base of the short links that people share.
        "platform.douyin.short" Restart Kind::Text(BASE_URL), "https://v.douyin.com" => short: String;
        /// Base of what hands out guest identities.
        "platform.douyin.ttwid" Restart Kind::Text(BASE_URL), "https://ttwid.bytedance.com" => ttwid: String;
        /// Base of what hands out request tokens.
        "platform.douyin.mssdk" Restart Kind::Text(BASE_URL), "https://mssdk.bytedance.com" => mssdk: String;
        /// Base of what hands out browser ids.
        "platform.douyin.webid" Restart Kind::Text(BASE_URL), "https://mcs.zijieapi.com" => webid: String;
        /// How queries are signed.
        "platform.douyin.sign" Live Kind::Choice(Signing::NAMES, &[]), "abogus" => sign: Signing;
        /// A program of yours that signs where radard's own signature is refused, with its arguments; empty means none.
        "platform.douyin.sign_command" Live Kind::List(WORD), "[]" => sign_command: Vec<String>;
    }
}

section! {
    /// What is kept up to date.
    Crawl {
        /// All of a list is read at least this often; between, only what is new.
        "crawl.full_every" Live Kind::Span("1s", "365d"), "7d" => full_every: Duration;
        /// Posts that a list does not show any more and that a round looks up one by one, at most.
        "crawl.most_checks" Live Kind::Count(0, 10_000), "30" => most_checks: usize;
        /// Whether each record is kept as the site sent it, too; packed it takes about a third of its size.
        "crawl.raw" Live Kind::Flag, "false" => raw: bool;
        /// How long posts are kept that were not seen again, with all that hangs on them.
        "crawl.keep_posts" Live Kind::Span("1s", "3650d"), "3650d" => keep_posts: Duration;
        /// How long people are kept who stand nowhere any more.
        "crawl.keep_people" Live Kind::Span("1s", "3650d"), "365d" => keep_people: Duration;
        /// How long it is kept who stood in a list and left it.
        "crawl.keep_gone" Live Kind::Span("1s", "3650d"), "3650d" => keep_gone: Duration;
        /// How long comments are kept that were not seen again.
        "crawl.keep_comments" Live Kind::Span("1s", "3650d"), "3650d" => keep_comments: Duration;
        /// How long the numbers of posts, creators and rooms are kept.
        "crawl.keep_counts" Live Kind::Span("1s", "3650d"), "3650d" => keep_counts: Duration;
        /// After how long one set of numbers a day is left.
        "crawl.thin_counts" Live Kind::Span("1s", "3650d"), "90d" => thin_counts: Duration;
        /// How long records are kept as the site sent them.
        "crawl.keep_raw" Live Kind::Span("1s", "3650d"), "90d" => keep_raw: Duration;
    }
}

section! {
    /// Backups of the database.
    Backup {
        /// When a backup is made: minute, hour, day, month, weekday.
        "backup.at" Live Kind::Text(CRON), "0 4 * * *" => at: String;
        /// Time zone of that line.
        "backup.timezone" Live Kind::Text(ZONE), "Asia/Shanghai" => timezone: String;
        /// How long the newest backup of each day is kept; the newest of all is never deleted.
        "backup.keep" Live Kind::Days("1d", "3650d"), "7d" => keep: Duration;
    }
}

words! {
    /// Where a browser shows itself.
    Screen {
        /// Nowhere.
        "headless" => Headless;
        /// On a display of its own that nobody sees.
        "xvfb" => Xvfb;
        /// On the display that the environment names.
        "seat" => Seat;
    }
}

words! {
    /// The forms of the log.
    Format {
        /// Chosen by where stderr goes.
        "auto" => Auto;
        /// Lines for a person at a terminal.
        "console" => Console;
        /// One JSON object per line.
        "json" => Json;
        /// The journal's own protocol.
        "journald" => Journald;
    }
}

words! {
    /// How much may be asked of a platform.
    Tolerance {
        /// As a person who looks around.
        "careful" => Careful;
        /// As a person who is at work.
        "normal" => Normal;
        /// As much as platforms usually let pass.
        "eager" => Eager;
    }
}

words! {
    /// How queries to Douyin are signed.
    Signing {
        /// As its pages do since 2024.
        "abogus" => Abogus;
        /// As its pages did before.
        "xbogus" => Xbogus;
        /// By the page itself, in a browser: slow, and always as of today.
        "page" => Page;
    }
}

words! {
    /// What a limit counts by.
    KeyedBy {
        /// The account on whose behalf a request is sent.
        "account" => Account;
        /// The token that it carries.
        "token" => Token;
        /// The address it leaves from.
        "address" => Address;
        /// The class of endpoints it goes to.
        "endpoint" => Endpoint;
    }
}

/// A limit: never more than so many in any span so long, for each of what it counts by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaceRule {
    /// Its name, unique among the entries.
    pub name: String,
    /// The classes of endpoints that it concerns, with all that begin with `CLASS.`; none means all.
    pub on: Vec<String>,
    /// How many.
    pub at_most: u32,
    /// In how long a span.
    pub per: Duration,
    /// For each of what.
    pub keyed_by: KeyedBy,
}

/// A job that comes by the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Its name, unique among the entries.
    pub name: String,
    /// The kind of job.
    pub kind: String,
    /// What the job is given.
    pub payload: serde_json::Value,
    /// The cron line, which [`super::parse_cron`] reads.
    pub at: String,
    /// The time zone of that line, which [`super::parse_zone`] knows.
    pub timezone: String,
    /// What happens with the times that passed while radard was down.
    pub late: Late,
    /// Whether it is held back.
    pub paused: bool,
}

words! {
    /// What happens with the times that passed while radard was down.
    Late {
        /// One job makes up for all of them.
        "once" => Once;
        /// They are let go.
        "skip" => Skip;
    }
}

/// A stored login of one account on one platform, as far as the settings know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// The platform that it is for.
    pub platform: crate::domain::Platform,
    /// The proxy that its requests go through.
    pub proxy: Option<String>,
    /// The language of its browser.
    pub locale: Option<String>,
    /// The time zone of its browser.
    pub timezone: Option<String>,
    /// The user agent of its browser.
    pub user_agent: Option<String>,
}

impl Profile {
    /// One of which nothing more is said.
    pub fn new(name: &str, platform: crate::domain::Platform) -> Self {
        Self { name: name.to_owned(), platform, proxy: None, locale: None, timezone: None, user_agent: None }
    }
}

/// What there may be any number of.
pub(super) struct Lists {
    pub(super) schedules: Vec<Schedule>,
    pub(super) pace_rules: Vec<PaceRule>,
    pub(super) profiles: Vec<Profile>,
}

/// Writes [`Config`] from its sections.
macro_rules! config {
    ($($(#[doc = $doc:literal])+ $field:ident: $section:ident;)+) => {
        /// Everything that is set, checked and typed.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Config {
            $($(#[doc = $doc])+ pub $field: $section,)+
            /// Jobs that come by the calendar.
            pub schedules: Vec<Schedule>,
            /// Limits besides those of `pace.tolerance`.
            pub pace_rules: Vec<PaceRule>,
            /// Stored logins, by name.
            pub profiles: Vec<Profile>,
        }

        const SECTIONS: &[&[Key]] = &[$($section::KEYS),+];

        impl Config {
            /// The typed values, or the key whose value this build cannot hold.
            pub(super) fn build(values: &Values, lists: Lists) -> Result<Self, &'static str> {
                let Lists { schedules, pace_rules, profiles } = lists;
                Ok(Self { $($field: $section::build(values)?,)+ schedules, pace_rules, profiles })
            }

            /// `new`, with the old values of the keys that wait for a restart.
            pub(super) fn turn(&self, new: Self, waiting: &mut Waiting) -> Self {
                let Self { schedules, pace_rules, profiles, .. } = new;
                Self { $($field: self.$field.reload(new.$field, waiting),)+ schedules, pace_rules, profiles }
            }
        }
    };
}

config! {
    /// What people reach with a browser.
    web: Web;
    /// The database.
    store: Store;
    /// Secrets at rest.
    vault: Vault;
    /// This process among others.
    node: Node;
    /// The durable queue.
    queue: Queue;
    /// The running service as a whole.
    daemon: Daemon;
    /// The disk that holds the data directory.
    disk: Disk;
    /// Logs.
    log: Log;
    /// Downloaded files.
    media: Media;
    /// Logins that were captured.
    session: Session;
    /// The browser that captures them.
    browser: Browser;
    /// Where requests may go.
    egress: Egress;
    /// How fast radard goes out.
    pace: Pace;
    /// The upstream platforms.
    platform: Platform;
    /// Douyin.
    douyin: Douyin;
    /// What is kept up to date.
    crawl: Crawl;
    /// Backups of the database.
    backup: Backup;
}

/// All keys, in the order of the reference file.
pub fn keys() -> impl Iterator<Item = &'static Key> {
    SECTIONS.iter().copied().flatten()
}
