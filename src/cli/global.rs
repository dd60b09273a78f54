//! The flags that every command takes.

use std::path::{Path, PathBuf};

const DATA: &str = "Data directory [default: $STATE_DIRECTORY, else ./data beside ./config, /var/lib/radard with /etc/radard, else $XDG_STATE_HOME/radard]";

/// Flags that may stand before or after the command.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Options of all commands")]
pub(super) struct Global {
    /// Configuration directory [default: ./config if only you can write there, else /etc/radard]
    #[arg(short, long, value_name = "DIR", global = true)]
    pub(super) config: Option<PathBuf>,
    /// Where data are.
    #[arg(long, value_name = "DIR", global = true, help = DATA)]
    pub(super) data: Option<PathBuf>,
    /// Set any key of radard.toml, such as queue.workers=4; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", global = true, value_parser = parse_setting)]
    pub(super) settings: Vec<(String, String)>,
    /// Write one JSON object to stdout, and nothing else there
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Say only what was asked for
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Log more to stderr; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Plain text.
    #[arg(long, global = true, help = "No colours; NO_COLOR in the environment does the same")]
    pub(super) no_color: bool,
}

impl Global {
    /// The settings that the flags make, in the order in which they count.
    pub(super) fn flags(&self) -> Vec<(String, String)> {
        let level = self.level().map(|level| ("log.level".to_owned(), level.to_owned()));
        level.into_iter().chain(self.settings.iter().cloned()).collect()
    }

    /// The options that say where the folders are, as they were given.
    pub(super) fn folders(&self) -> String {
        let given = [("--config", &self.config), ("--data", &self.data)];
        let given = given.into_iter().filter_map(|(name, dir)| Some(format!("{name} {}", quoted(dir.as_deref()?))));
        given.collect::<Vec<_>>().join(" ")
    }

    /// The least level that is logged, when a flag names one.
    pub(super) const fn level(&self) -> Option<&'static str> {
        match (self.quiet, self.verbose) {
            (true, _) => Some("warn"),
            (false, 0) => None,
            (false, 1) => Some("debug"),
            (false, _) => Some("trace"),
        }
    }
}

/// A path as a shell reads it back.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte));
    if is_plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

fn parse_setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("a key, an equals sign and a value are wanted".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_beats_the_level_that_a_flag_stands_for() {
        let setting = parse_setting("log.level=error").unwrap();
        let global = Global { verbose: 1, settings: vec![setting], ..Global::default() };
        let text: Vec<_> = global.flags().into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(text, ["log.level=debug", "log.level=error"]);
    }

    #[test]
    fn a_value_may_hold_an_equals_sign() {
        assert_eq!(parse_setting("a.b=c=d"), Ok(("a.b".to_owned(), "c=d".to_owned())));
        for wrong in ["a.b", "=c", " =c"] {
            assert!(parse_setting(wrong).is_err(), "{wrong}");
        }
    }
}
