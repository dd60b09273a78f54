//! A value that cannot be shown by accident.
//!
//! There is no `Display`, no `Serialize`, and `Debug` prints three dots. Whoever needs the value says so with
//! [`Secret::reveal`], a word that is easy to search for.

use std::fmt;

/// Holds a value that must never reach a log, an error, a page or an argument list.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Gives the value out, for the one act that needs it.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_as_three_dots() {
        assert_eq!(format!("{:?}", Some(Secret::new("cookie"))), "Some(…)");
    }
}
