//! The macro that lists the sentences of a room.
//!
//! A second language is an entry `zh: "…"` beside `en: "…"`. Then no key without it compiles, and no text that names an
//! argument which its key does not have.

/// Makes a function of each key: it takes the arguments that the texts name, and gives an [`Advice`].
macro_rules! sentences {
    (@key $key:ident () $en:literal) => {
        #[doc = $en]
        pub(crate) const fn $key() -> $crate::domain::Advice {
            $crate::domain::Advice::of_catalogue(std::borrow::Cow::Borrowed($en))
        }
    };
    (@key $key:ident ($($arg:ident: $type:ty),+) $en:literal) => {
        #[doc = $en]
        pub(crate) fn $key($($arg: $type),+) -> $crate::domain::Advice {
            $crate::domain::Advice::of_catalogue(std::borrow::Cow::Owned(format!($en)))
        }
    };
    ($($key:ident ($($arg:ident: $type:ty),*) { en: $en:literal })+) => {
        $($crate::advice::sentence::sentences! { @key $key ($($arg: $type),*) $en })+

        /// Every key with its texts, one for each language.
        #[cfg(test)]
        pub(crate) const KEYS: &[(&str, &[&str])] = &[$((stringify!($key), &[$en])),+];
    };
}

pub(super) use sentences;
