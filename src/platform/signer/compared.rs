//! How our signature compares with that of a page.

/// The result of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// No page signed anything: why.
    Skipped(String),
    /// All fields are the same but for the time, random values and the size of the window.
    Same,
    /// These fields differ, or the page's signature cannot be read: why.
    Differs(Vec<String>),
}

impl Compared {
    /// From the names of the fields that differ.
    pub fn of(different: Vec<String>) -> Self {
        if different.is_empty() { Self::Same } else { Self::Differs(different) }
    }

    /// There is no browser to ask.
    pub fn no_browser() -> Self {
        Self::Skipped("there is no browser".to_owned())
    }
}
