//! What a person can say about what is wanted, and how.

use crate::platform::douyin::mode::Mode;

/// Flags of `radard fetch`.
#[derive(Debug, clap::Args)]
pub(super) struct Flags {
    /// Links, messages with links in them, or bare ids; none for what belongs to the login
    #[arg(value_name = "URL")]
    pub(super) links: Vec<String>,
    /// The same, as f2 writes it
    #[arg(short = 'u', long = "url", value_name = "URL")]
    pub(super) more: Vec<String>,
    /// f2 takes a cookie here, where every user of this machine can read it
    #[arg(short = 'k', long, hide = true, value_name = "COOKIE")]
    pub(super) cookie: Option<String>,
    /// What is wanted: profile one post like collection collects folder music mix related feed friend follow following
    /// follower comments replies search suggest live following-lives; by the link when it is left out
    #[arg(short = 'M', long, value_name = "MODE")]
    pub(super) mode: Option<Mode>,
    /// List, and download nothing; needed, because `radard fetch` cannot download
    #[arg(long)]
    pub(super) no_media: bool,
    /// Go on where the same command was stopped, behind the last page that it printed
    #[arg(long)]
    pub(super) resume: bool,
    /// At most so many records of each list; 0 means all
    #[arg(short = 'o', long, alias = "max-counts", value_name = "N")]
    pub(super) max: Option<u64>,
    /// So many in a page, 20 at most
    #[arg(short = 's', long, alias = "page-counts", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20))]
    pub(super) page: Option<u32>,
    /// Only what was made on these days, both included, in the time of China: 2026-01-01|2026-01-31
    #[arg(short = 'i', long, value_name = "DAY|DAY")]
    pub(super) interval: Option<String>,
    /// Begin a list of the mode post at the page on which this post stands
    #[arg(long, value_name = "POST")]
    pub(super) from: Option<String>,
    /// As the login of this profile; as a guest when it is left out
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// The words of the modes search and suggest
    #[arg(long, value_name = "WORDS")]
    pub(super) keyword: Option<String>,
    /// The comment of the mode replies
    #[arg(long, value_name = "ID")]
    pub(super) comment: Option<String>,
    /// The folder of the mode folder
    #[arg(long, value_name = "ID")]
    pub(super) folder: Option<String>,
    /// The order of the modes following and follower: 1 newest first, 3 oldest first, 4 as the page has them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4))]
    pub(super) order: Option<u32>,
    /// Each record as the site sent it
    #[arg(long)]
    pub(super) raw: bool,
}
