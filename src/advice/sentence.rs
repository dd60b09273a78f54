//! The macro that lists the sentences of a room.
//!
//! A second language is an entry `zh: "…"` beside `en: "…"`. Then no key without it compiles, and no text that names an
//! argument which its key does not have.

/// The keys of a room, each with its texts, one for each language.
#[cfg(test)]
pub(super) type Keys = &'static [(&'static str, &'static [&'static str])];

/// Makes a function of each key: it takes the arguments that the texts name, and gives an advice.
macro_rules! sentences {
    (@key $key:ident () $en:literal) => {
        pub(crate) const fn $key() -> $crate::domain::Advice {
            $crate::domain::Advice::of_catalogue(std::borrow::Cow::Borrowed($en))
        }
    };
    (@key $key:ident ($($arg:ident: $type:ty),+) $en:literal) => {
        pub(crate) fn $key($($arg: $type),+) -> $crate::domain::Advice {
            $crate::domain::Advice::of_catalogue(std::borrow::Cow::Owned(format!($en)))
        }
    };
    ($($key:ident ($($arg:ident: $type:ty),*) { en: $en:literal })+) => {
        $($crate::advice::sentence::sentences! { @key $key ($($arg: $type),*) $en })+

        #[cfg(test)]
        pub(crate) const KEYS: $crate::advice::sentence::Keys = &[$((stringify!($key), &[$en])),+];
    };
}

pub(super) use sentences;
