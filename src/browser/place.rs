//! Where a browser comes from, how it is to look, and where it shows itself.

use std::path::PathBuf;

use super::find::Programs;
use crate::domain::Display;

/// Where it shows itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Shown {
    /// Nowhere.
    #[default]
    Nowhere,
    /// On a display of its own that nobody sees.
    ToNobody,
    /// On this one; nothing when there is none.
    On(Option<Display>),
}

/// How a browser is to look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// Where it shows itself.
    pub shown: Shown,
    /// Whether it runs as root, where a Chromium has no sandbox.
    pub is_root: bool,
}

/// Where a browser comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What is started here, or found running elsewhere.
    pub place: Place,
    /// How it is to look.
    pub look: Look,
    /// Where it is written down what was opened.
    pub folder: PathBuf,
}

/// Who drives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A driver of our own.
    Here(Programs),
    /// A driver or a grid that runs already, at this URL; its browser is a Chromium.
    There(String),
}
