//! Which directories a command works on: what was given, else what systemd gives, else what lies here, else the
//! places of the system.
//!
//! The caller passes the environment and the checks of the file system. An empty variable counts as unset,
//! and a relative `XDG_STATE_HOME` is ignored, as its specification asks.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::process::{getegid, geteuid};

use crate::advice::{self, Advice};
use crate::config::{Places, SYSTEM_DATA};

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
    pub(super) fn advice(&self) -> Advice {
        match self {
            Self::Config(file) if file.extension().is_some_and(|ending| ending == "toml") => {
                let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
                advice::cli::config_folder(folder.unwrap_or(Path::new(".")).display())
            }
            Self::Config(dir) => advice::cli::init(dir.display()),
            Self::Data => advice::cli::data(),
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

/// The directories of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The directories.
    pub(super) places: Places,
    /// Why `./config` is there and not used.
    pub(super) notice: Option<String>,
}

/// Checks of the file system.
#[derive(Clone, Copy)]
pub(super) struct Checks<'a> {
    /// Whether this is a directory.
    pub(super) is_dir: &'a dyn Fn(&Path) -> bool,
    /// Why somebody else could change this directory, or a file in it.
    pub(super) stranger: &'a dyn Fn(&Path) -> Option<String>,
}

/// The directories, by the rules above.
///
/// Settings can name programs. Those of the current directory are used only if nobody else could have written them.
pub(super) fn find(given: Given<'_>, env: &BTreeMap<String, String>, checks: Checks<'_>) -> Result<Found, NoPlace> {
    let data = |config: &Path| match given.data {
        Some(dir) => Ok(dir.to_owned()),
        None => default_data(config, env),
    };
    let (config, mut notice) = match given.config {
        Some(dir) if !(checks.is_dir)(dir) => return Err(NoPlace::Config(dir.to_owned())),
        Some(dir) => (dir.to_owned(), None),
        None if (checks.is_dir)(Path::new(HERE)) => {
            let data = data(Path::new(HERE))?;
            let stranger = (checks.stranger)(Path::new(HERE));
            let stranger = stranger.or_else(|| (checks.stranger)(&data).filter(|_| (checks.is_dir)(&data)));
            (PathBuf::from(if stranger.is_some() { SYSTEM } else { HERE }), stranger)
        }
        None => (PathBuf::from(SYSTEM), None),
    };
    if let Some(why) = &mut notice {
        *why = format!("`./{HERE}` is not used, because {why}. To use it all the same, give `--config {HERE}`");
    }
    Ok(Found { places: Places { data: data(&config)?, config }, notice })
}

/// Why somebody else could change the directory `dir`, or a file in it.
pub(super) fn stranger(dir: &Path) -> Option<String> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let of_settings = entries.filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
    std::iter::once(dir.to_owned()).chain(of_settings).find_map(|path| {
        let about = std::fs::metadata(&path).ok()?;
        let (us, group, mode) = (geteuid().as_raw(), getegid().as_raw(), about.mode() & 0o7777);
        if about.uid() != us {
            return Some(format!(
                "`{}` belongs to the user {}, and this is the user {us}",
                path.display(),
                about.uid()
            ));
        }
        // Where each user has a group of their own, files are made writable for it.
        let is_own_group = about.gid() == group && group == us;
        let others = if is_own_group { 0o002 } else { 0o022 };
        (mode & others != 0).then(|| format!("others may write to `{}` (mode {mode:04o})", path.display()))
    })
}

fn default_data(config: &Path, env: &BTreeMap<String, String>) -> Result<PathBuf, NoPlace> {
    let set = |name: &str| env.get(name).map(String::as_str).filter(|value| !value.is_empty());
    if let Some(state) = set("STATE_DIRECTORY").and_then(|list| list.split(':').find(|dir| !dir.is_empty())) {
        return Ok(PathBuf::from(state));
    }
    if config.strip_prefix(".").unwrap_or(config) == Path::new(HERE) {
        return Ok(PathBuf::from("data"));
    }
    if config == Path::new(SYSTEM) {
        return Ok(PathBuf::from(SYSTEM_DATA));
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
        let Found { places, notice } = seen(given, env, there, &[])?;
        assert_eq!(notice, None);
        Ok((places.config.display().to_string(), places.data.display().to_string()))
    }

    /// The same where `strange` are directories that others may write to.
    fn seen(
        given: [Option<&str>; 2],
        env: &[(&str, &str)],
        there: &[&str],
        strange: &[&str],
    ) -> Result<Found, NoPlace> {
        let [config, data] = given.map(|dir| dir.map(Path::new));
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let is_dir = |dir: &Path| there.iter().any(|known| Path::new(known) == dir);
        let is_strange = |dir: &Path| strange.iter().any(|known| Path::new(known) == dir);
        let stranger = |dir: &Path| is_strange(dir).then(|| format!("`{}` is everybody's", dir.display()));
        find(Given { config, data }, &env, Checks { is_dir: &is_dir, stranger: &stranger })
    }

    #[test]
    fn what_others_may_write_to_is_not_used_unless_it_was_named() {
        let here = ["config", "data"];
        for (there, strange) in [(&here[..], &["config"][..]), (&here, &["data"])] {
            let found = seen([None, None], &[], there, strange).unwrap();
            assert_eq!(found.places, Places { config: "/etc/radard".into(), data: "/var/lib/radard".into() });
            let said = format!("`./config` is not used, because `{}` is everybody's. To use", strange[0]);
            assert!(found.notice.as_ref().unwrap().starts_with(&said), "{found:?}");
            let named = seen([Some("config"), None], &[], there, strange).unwrap();
            assert_eq!((named.places.config, named.notice), ("config".into(), None));
        }
        let fresh = seen([None, None], &[], &["config"], &["data"]).unwrap();
        assert_eq!(fresh.places.config, Path::new("config"), "data that are not there yet are nobody's");
    }

    #[test]
    fn a_mode_tells_who_else_may_write() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = std::env::temp_dir().join(format!("radard-places-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let file = dir.join("radard.toml");
        std::fs::write(&file, "").unwrap();
        let chmod = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        for (of_dir, of_file, is_safe) in [(0o755, 0o644, true), (0o757, 0o644, false), (0o755, 0o646, false)] {
            chmod(&dir, of_dir);
            chmod(&file, of_file);
            assert_eq!(stranger(&dir).is_none(), is_safe, "{of_dir:o} {of_file:o}: {:?}", stranger(&dir));
        }
        std::fs::remove_dir_all(&dir).unwrap();
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
            ([None, None], &[xdg, home], &[], ("/etc/radard", "/var/lib/radard")),
            ([Some("/c"), None], &[("XDG_STATE_HOME", "rel"), home], &["/c"], ("/c", "/home/ana/.local/state/radard")),
            ([None, None], &[("STATE_DIRECTORY", ""), home], &[], ("/etc/radard", "/var/lib/radard")),
            ([Some("/etc/radard"), None], &[xdg], &["/etc/radard"], ("/etc/radard", "/var/lib/radard")),
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
        assert_eq!(found([Some("/c"), None], &[("XDG_STATE_HOME", "rel")], &["/c"]), Err(NoPlace::Data));
    }
}
