//! How our signature compares with that of a page.

/// The result of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// No page signed anything: why.
    Skipped(String),
    /// The fields that differ, or why the page's signature cannot be read; empty when both sign alike. Time, random values
    /// and the size of the window are not compared.
    Differs(Vec<String>),
}

impl Compared {
    /// There is no browser to ask.
    pub fn no_browser() -> Self {
        Self::Skipped("there is no browser".to_owned())
    }
}
