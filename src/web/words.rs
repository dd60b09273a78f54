//! The words of pages. Each page has its own, beside its code: a key and its text, in each language.
//!
//! A page asks for `t.key`, so a missing text does not compile, and the compiler warns about a text that no page uses.
//! A second language is a second text on each line; the macro then refuses a line without it.

/// Makes the struct `Words` of the file it stands in: a field for each line.
macro_rules! words {
    ($($key:ident: $en:literal;)*) => {
        /// The words of this page in one language.
        pub(in crate::web) struct Words {
            $(pub(in crate::web) $key: &'static str,)*
        }

        const EN: Words = Words { $($key: $en,)* };
        $(const _: () = assert!(!$en.is_empty(), concat!(stringify!($key), " says nothing"));)*

        impl Words {
            /// The words in `language`.
            pub(in crate::web) const fn of(language: $crate::config::Language) -> &'static Self {
                match language {
                    $crate::config::Language::En => &EN,
                }
            }
        }
    };
}

pub(super) use words;

/// Puts `value` where `text` has `{n}`.
pub(super) fn fill(text: &str, value: &impl ToString) -> String {
    text.replace("{n}", &value.to_string())
}
