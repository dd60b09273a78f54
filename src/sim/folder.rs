//! A config folder that leads to the simulated platforms, with a page that says how to use it.

use super::platform::Part;
use super::running::Running;

/// How the settings begin that were written here: nothing else is ever replaced.
pub const MARK: &str = "# Written by `radard sim --write`";

/// How the page for people begins.
pub const TITLE: &str = "# Simulated platforms";

/// The files of the folder `dir`, by name: settings, targets, and a page for people.
pub fn files(running: &Running, dir: &str) -> [(&'static str, String); 3] {
    let shell = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let radard = format!("radard --config {} --data {}", shell(dir), shell(&format!("{dir}/data")));
    let parts = running.folder_parts(&radard);
    let page = page(running, dir, &radard, &parts);
    [("radard.toml", settings(running, &parts)), ("queue.toml", queue(&parts)), ("README.md", page)]
}

/// What the platforms wrote, one behind the other.
fn all(parts: &[Part], text: fn(&Part) -> &str) -> String {
    parts.iter().map(text).collect()
}

fn all_ends(parts: &[Part]) -> Vec<&'static str> {
    parts.iter().flat_map(|part| part.ends.iter().copied()).collect()
}

fn settings(running: &Running, parts: &[Part]) -> String {
    let (config, more) = (running.config_toml(), all(parts, |part| &part.settings));
    format!("{MARK}: these settings lead to the simulated platforms, as long as that runs.\n\n{config}{more}")
}

fn queue(parts: &[Part]) -> String {
    let targets = all(parts, |part| &part.queue);
    format!("{MARK}: what is kept up to date. `radard plan` tells what a change would do.\n{targets}")
}

fn page(running: &Running, dir: &str, radard: &str, parts: &[Part]) -> String {
    let control = &running.control;
    let imports = all(parts, |part| &part.imports);
    let logins = parts.iter().filter_map(|part| part.logins.as_deref()).collect::<Vec<_>>().join(" ");
    let (chapters, happens) = (all(parts, |part| &part.chapters), all(parts, |part| &part.happens));
    let ends = [all_ends(parts), vec!["/proxy"]].concat().join(", ");
    let first = running.first();
    format!(
        "{TITLE}\n\n\
         `radard sim --write` wrote these files to {dir}. They work while that command runs; after a new start write them \
         again.\n\n\
         ## Try radard on them\n\n\
         ```sh\n\
         {radard} check\n\
         {radard} secrets init\n\
         {imports}\
         {radard} run\n\
         ```\n\n\
         `run` prints a link to the dashboard and stays. In another terminal `target list` shows what is crawled:\n\n\
         ```sh\n\
         {radard} target list\n\
         ```\n\n\
         ## Logins\n\n\
         {logins}\n\n\
         {chapters}\
         ## Let something happen\n\n\
         The control address is {control}.\n\n\
         ```sh\n\
         # Everything that is known here\n\
         curl {control}/state\n\
         # The requests that arrived\n\
         curl '{control}/ledger?platform={first}'\n\
         {happens}\
         # A proxy answers every request with a page; until DELETE\n\
         curl -H 'content-type: application/json' -d '{{\"status\": 404}}' {control}/proxy\n\
         # Nobody can be reached; until DELETE\n\
         curl -H 'content-type: application/json' -d '{{}}' {control}/outage\n\
         # Refusals of class rate ask for a wait of a minute\n\
         curl -H 'content-type: application/json' -d '{{\"seconds\": 60}}' {control}/wait\n\
         # No fault any more; the same with {ends} and /outage\n\
         curl -X DELETE {control}/fault\n\
         ```\n"
    )
}
