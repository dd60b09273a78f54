//! A value that cannot be shown by accident.
//!
//! There is no `Display`, no `Serialize`, and `Debug` prints three dots. Whoever needs the value says so with
//! [`Secret::reveal`], a word that is easy to search for. The memory is wiped when the value goes, and two secrets are
//! compared in a time that tells nothing about where they differ.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// Holds a value that must never reach a log, an error, a page or an argument list.
#[derive(Clone)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Hides `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Gives the value out, for the one act that needs it.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize + AsRef<[u8]>> PartialEq for Secret<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ref().ct_eq(other.0.as_ref()).into()
    }
}

impl<T: Zeroize + AsRef<[u8]>> Eq for Secret<T> {}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    #[test]
    fn a_secret_prints_as_three_dots() {
        assert_eq!(format!("{:?}", Some(Secret::new("cookie".to_owned()))), "Some(…)");
    }

    #[test]
    fn secrets_are_equal_when_all_their_bytes_are() {
        let secret = |text: &str| Secret::new(text.to_owned());
        assert_eq!(secret("cookie"), secret("cookie"));
        for other in ["cookiE", "cooki", "cookies", ""] {
            assert_ne!(secret("cookie"), secret(other));
        }
    }

    #[test]
    fn a_secret_is_wiped_when_it_goes() {
        struct Told(Rc<Cell<u32>>);
        impl Zeroize for Told {
            fn zeroize(&mut self) {
                self.0.set(self.0.get() + 1);
            }
        }
        let wiped = Rc::new(Cell::new(0));
        drop(Secret::new(Told(wiped.clone())));
        assert_eq!(wiped.get(), 1);
    }
}
