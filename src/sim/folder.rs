//! A config folder that leads to the simulated platforms, with a page that says how to use it.

use std::fmt::Write as _;

use super::running::Running;

/// How the settings begin that were written here: nothing else is ever replaced.
pub const MARK: &str = "# Written by `radard sim --write`";

/// How the page for people begins.
pub const TITLE: &str = "# Simulated platforms";

/// How many creators are shown to people.
const SHOWN: usize = 10;
/// How many creators are targets.
const TARGETS: usize = 3;

/// The files of the folder `dir`, by name: settings, targets, and a page for people.
pub fn files(running: &Running, dir: &str) -> [(&'static str, String); 3] {
    [("radard.toml", settings(running)), ("queue.toml", targets(running)), ("README.md", page(running, dir))]
}

fn link(creator: &str) -> String {
    format!("https://www.douyin.com/user/{creator}")
}

fn settings(running: &Running) -> String {
    let config = running.config_toml();
    format!(
        "{MARK}: these settings lead to the simulated platforms, as long as that runs.\n\n{config}\n\
         [profile.main]\nplatform = \"douyin\"\n\n[profile.ads]\nplatform = \"creative_radar\"\n"
    )
}

fn targets(running: &Running) -> String {
    let mut text = format!(
        "{MARK}: what is kept up to date. `radard plan` tells what a change would do.\n\n\
         [defaults]\nprofile = \"main\"\nevery = \"10m\"\n"
    );
    for (n, id) in running.creators().iter().take(TARGETS).enumerate() {
        let take = if n == 0 { "\"profile\", \"posts\", \"followers\"" } else { "\"profile\", \"posts\"" };
        let (name, url) = (n + 1, link(id));
        let _infallible = write!(text, "\n[[target]]\nname = \"creator-{name}\"\nurl = \"{url}\"\ntake = [{take}]\n");
    }
    text
}

fn page(running: &Running, dir: &str) -> String {
    let (control, login, ads) = (&running.control, running.login(), running.ads_login());
    let shell = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let radard = format!("radard --config {} --data {}", shell(dir), shell(&format!("{dir}/data")));
    let creators = running.creators();
    let shown: Vec<_> = creators.iter().take(SHOWN).map(|id| format!("- {}", link(id))).collect();
    let more = creators.len().saturating_sub(SHOWN);
    format!(
        "{TITLE}\n\n\
         `radard sim --write` wrote these files to {dir}. They work while that command runs; after a new start write them \
         again.\n\n\
         ## Try radard on them\n\n\
         ```sh\n\
         {radard} check\n\
         {radard} secrets init\n\
         printf '%s' '{login}' | {radard} profile import main -\n\
         {radard} run\n\
         ```\n\n\
         `run` prints a link to the dashboard and stays. In another terminal `target list` shows what is crawled:\n\n\
         ```sh\n\
         {radard} target list\n\
         ```\n\n\
         ## Logins\n\n\
         Douyin knows one login: `{login}`. TikTok Creative Radar knows one: `{}={}`.\n\n\
         ## Creators\n\n\
         Each has posts, followers, comments and a live room. The id is the last part of the link.\n\n\
         {}\n\n\
         `{control}/state` names {more} more, and short links.\n\n\
         ## Let something happen\n\n\
         The control address is {control}.\n\n\
         ```sh\n\
         # Everything that is known here\n\
         curl {control}/state\n\
         # The requests that arrived\n\
         curl '{control}/ledger?platform=douyin'\n\
         # Creators post, and people follow and leave; until DELETE\n\
         curl -X POST {control}/live\n\
         # Each fifth page of posts shows a sign of risk; until DELETE\n\
         curl -H 'content-type: application/json' -d '{{\"spec\": \"douyin.user_post.risk@every=5\"}}' {control}/fault\n\
         # A proxy answers every request with a page; until DELETE\n\
         curl -H 'content-type: application/json' -d '{{\"status\": 404}}' {control}/proxy\n\
         # Nobody can be reached; until DELETE\n\
         curl -H 'content-type: application/json' -d '{{}}' {control}/outage\n\
         # Refusals of class rate ask for a wait of a minute\n\
         curl -H 'content-type: application/json' -d '{{\"seconds\": 60}}' {control}/wait\n\
         # No fault any more; the same with /live, /proxy and /outage\n\
         curl -X DELETE {control}/fault\n\
         ```\n",
        ads.0,
        ads.1,
        shown.join("\n")
    )
}
