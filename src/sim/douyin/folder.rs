//! What the simulated Douyin adds to the folder that `radard sim --write` writes: a profile, targets and creators to see.

use std::fmt::Write as _;

use super::state::Douyin;
use crate::sim::platform::Part;

/// How many creators are shown to people.
const SHOWN: usize = 10;
/// How many creators are targets.
const TARGETS: usize = 3;

pub(super) fn part(site: &Douyin, control: &str, radard: &str) -> Part {
    let (login, creators): (_, Vec<_>) = (site.cast.login(), site.cast.names().collect());
    Part {
        settings: "\n[profile.main]\nplatform = \"douyin\"\n".to_owned(),
        queue: queue(&creators),
        imports: format!("printf '%s' '{login}' | {radard} profile import main -\n"),
        logins: Some(format!("Douyin knows one login: `{login}`.")),
        chapters: chapter(&creators, control),
        happens: format!(
            "# Creators post, and people follow and leave; until DELETE\n\
             curl -X POST {control}/live\n\
             # Each fifth page of posts shows a sign of risk; until DELETE\n\
             curl -H 'content-type: application/json' -d '{{\"spec\": \"douyin.user_post.risk@every=5\"}}' {control}/fault\n"
        ),
        ends: &["/live"],
    }
}

fn link(creator: &str) -> String {
    format!("https://www.douyin.com/user/{creator}")
}

fn queue(creators: &[String]) -> String {
    let mut text = "\n[defaults]\nprofile = \"main\"\nevery = \"10m\"\n".to_owned();
    for (n, id) in creators.iter().take(TARGETS).enumerate() {
        let take = if n == 0 { "\"profile\", \"posts\", \"followers\"" } else { "\"profile\", \"posts\"" };
        let (name, url) = (n + 1, link(id));
        let _infallible = write!(text, "\n[[target]]\nname = \"creator-{name}\"\nurl = \"{url}\"\ntake = [{take}]\n");
    }
    text
}

fn chapter(creators: &[String], control: &str) -> String {
    let shown: Vec<_> = creators.iter().take(SHOWN).map(|id| format!("- {}", link(id))).collect();
    let more = creators.len().saturating_sub(SHOWN);
    format!(
        "## Creators\n\n\
         Each has posts, followers, comments and a live room. The id is the last part of the link.\n\n\
         {}\n\n\
         `{control}/state` names {more} more, and short links.\n\n",
        shown.join("\n")
    )
}
