//! A display that windows can be shown on.

use std::path::PathBuf;

/// A display of somebody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Display {
    /// Its name.
    pub name: String,
    /// The file that says who may show something on it, if there is one.
    pub authority: Option<PathBuf>,
}

impl Display {
    /// The one that an environment names: `DISPLAY`, and `XAUTHORITY` or what lies in the home for it.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let set = |name: &str| variable(name).filter(|text| !text.is_empty());
        let name = set("DISPLAY")?;
        let usual = || set("HOME").map(|home| PathBuf::from(home).join(".Xauthority")).filter(|file| file.exists());
        Some(Self { name, authority: set("XAUTHORITY").map(PathBuf::from).or_else(usual) })
    }
}
