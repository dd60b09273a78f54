//! Which directories a command works on: what was given, else what systemd gives, else what lies here, else the
//! places of the system.
//!
//! Pure: the environment and the question whether something exists are handed in. An empty variable counts as unset,
//! and a relative `XDG_STATE_HOME` is ignored, as its specification asks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::daemon::Places;

/// Where a configuration is looked for first.
const HERE: &str = "config";
/// Where it is looked for next.
const SYSTEM: &str = "/etc/radard";

/// Why no directory can be named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoPlace {
    /// The directory that was asked for is not there.
    #[error("there is no configuration directory `{}`", .0.display())]
    Config(PathBuf),
    /// Nothing says where data live.
    #[error("cannot tell where the data directory is: neither STATE_DIRECTORY nor XDG_STATE_HOME nor HOME is set")]
    Data,
}

impl NoPlace {
    /// What to do about it.
    pub(super) fn advice(&self) -> String {
        match self {
            Self::Config(dir) => format!("run `radard init {}`, or give --config another directory", dir.display()),
            Self::Data => "give --data a directory".to_owned(),
        }
    }
}

/// What the command line says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Given<'a> {
    /// The configuration directory.
    pub(super) config: Option<&'a Path>,
    /// The data directory.
    pub(super) data: Option<&'a Path>,
}

/// The directories, by the rules above.
pub(super) fn find(
    given: Given<'_>,
    env: &BTreeMap<String, String>,
    exists: impl Fn(&Path) -> bool,
) -> Result<Places, NoPlace> {
    let here = Path::new(HERE);
    let config = match given.config {
        Some(dir) if !exists(dir) => return Err(NoPlace::Config(dir.to_owned())),
        Some(dir) => dir.to_owned(),
        None if exists(here) => here.to_owned(),
        None => PathBuf::from(SYSTEM),
    };
    let data = match given.data {
        Some(dir) => dir.to_owned(),
        None => default_data(&config, env)?,
    };
    Ok(Places { config, data })
}

fn default_data(config: &Path, env: &BTreeMap<String, String>) -> Result<PathBuf, NoPlace> {
    let set = |name: &str| env.get(name).map(String::as_str).filter(|value| !value.is_empty());
    if let Some(state) = set("STATE_DIRECTORY").and_then(|list| list.split(':').find(|dir| !dir.is_empty())) {
        return Ok(PathBuf::from(state));
    }
    if config.strip_prefix(".").unwrap_or(config) == Path::new(HERE) {
        return Ok(PathBuf::from("data"));
    }
    let absolute = |name| set(name).map(PathBuf::from).filter(|dir| dir.is_absolute());
    let home = || absolute("HOME").map(|home| home.join(".local/state"));
    absolute("XDG_STATE_HOME").or_else(home).map(|dir| dir.join("radard")).ok_or(NoPlace::Data)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is given, what is set, what exists; and the two directories.
    type Line<'a> = ([Option<&'a str>; 2], &'a [(&'a str, &'a str)], &'a [&'a str], (&'a str, &'a str));

    /// What is found in a world where only `there` exists.
    fn found(given: [Option<&str>; 2], env: &[(&str, &str)], there: &[&str]) -> Result<(String, String), NoPlace> {
        let [config, data] = given.map(|dir| dir.map(Path::new));
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let exists = |dir: &Path| there.iter().any(|known| Path::new(known) == dir);
        let places = find(Given { config, data }, &env, exists)?;
        Ok((places.config.display().to_string(), places.data.display().to_string()))
    }

    #[test]
    fn the_directories_follow_the_table() {
        let xdg = ("XDG_STATE_HOME", "/x");
        let home = ("HOME", "/home/ana");
        let state = ("STATE_DIRECTORY", "/var/lib/radard:/var/lib/other");
        let table: &[Line<'_>] = &[
            ([None, None], &[], &["config"], ("config", "data")),
            ([None, None], &[xdg, home], &["config"], ("config", "data")),
            ([None, None], &[state, xdg], &["config"], ("config", "/var/lib/radard")),
            ([None, None], &[state], &[], ("/etc/radard", "/var/lib/radard")),
            ([None, None], &[xdg, home], &[], ("/etc/radard", "/x/radard")),
            ([None, None], &[("XDG_STATE_HOME", "rel"), home], &[], ("/etc/radard", "/home/ana/.local/state/radard")),
            ([None, None], &[("STATE_DIRECTORY", ""), home], &[], ("/etc/radard", "/home/ana/.local/state/radard")),
            ([Some("./config"), None], &[home], &["./config"], ("./config", "data")),
            ([Some("/c"), None], &[xdg], &["/c", "config"], ("/c", "/x/radard")),
            ([Some("/c"), Some("/d")], &[state], &["/c"], ("/c", "/d")),
            ([None, Some("d")], &[], &[], ("/etc/radard", "d")),
        ];
        for (given, env, there, (config, data)) in table {
            let wanted = Ok(((*config).to_owned(), (*data).to_owned()));
            assert_eq!(found(*given, env, there), wanted, "{given:?} {env:?}");
        }
    }

    #[test]
    fn what_was_named_must_exist() {
        assert_eq!(found([Some("/c"), None], &[], &[]), Err(NoPlace::Config("/c".into())));
        assert_eq!(found([None, None], &[("XDG_STATE_HOME", "rel")], &[]), Err(NoPlace::Data));
    }
}
