//! The `Cookie` and `Set-Cookie` headers, as far as a client must understand them.
//!
//! Values are kept byte for byte, never decoded. A header that no browser would send is refused by name, and the
//! refusal never repeats a value: it may be a login.

/// No browser sends a longer one.
const LONGEST: usize = 64 << 10;
/// Nor more of them.
const MOST: usize = 1000;

/// A header that is no cookie header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCookie {
    /// It is longer than 64 KiB.
    #[error("it is longer than 64 KiB")]
    TooLong,
    /// It holds more than 1000 cookies.
    #[error("it holds more than 1000 cookies")]
    TooMany,
    /// It holds what no header may hold.
    #[error("it holds something else than printable ASCII at byte {0}")]
    NotAscii(usize),
    /// Nothing stands in it.
    #[error("no cookie stands in it")]
    Empty,
}

/// The names and values of a `Cookie` header, in their order; one without `=` has an empty name.
///
/// ```
/// use radard::wire::cookie::read;
/// assert_eq!(read("ttwid=1%7Cx; flag; a=b=c").unwrap(), [("ttwid", "1%7Cx"), ("", "flag"), ("a", "b=c")]);
/// assert!(read("ttwid=\n").is_err());
/// ```
pub fn read(header: &str) -> Result<Vec<(&str, &str)>, BadCookie> {
    if header.len() > LONGEST {
        return Err(BadCookie::TooLong);
    }
    if let Some(at) = header.bytes().position(|byte| !matches!(byte, b' '..=b'~' | b'\t')) {
        return Err(BadCookie::NotAscii(at));
    }
    let pairs = header.split(';').map(str::trim_ascii).filter(|pair| !pair.is_empty());
    let cookies: Vec<_> = pairs.map(name_and_value).take(MOST + 1).collect();
    match cookies.len() {
        0 => Err(BadCookie::Empty),
        count if count > MOST => Err(BadCookie::TooMany),
        _ => Ok(cookies),
    }
}

/// The value of `name` in a `Cookie` header; of several the first, as servers read it.
pub fn find<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    read(header).ok()?.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The name and the value that a `Set-Cookie` header sets; nothing when it takes the cookie away or is none.
///
/// ```
/// use radard::wire::cookie::read_set;
/// assert_eq!(read_set("ttwid=abc; Path=/; HttpOnly"), Some(("ttwid", "abc")));
/// assert_eq!(read_set("ttwid=; Path=/"), None);
/// assert_eq!(read_set("ttwid=abc; Max-Age=0"), None);
/// ```
pub fn read_set(header: &str) -> Option<(&str, &str)> {
    let first = header.split(';').next()?;
    let fit = header.len() <= LONGEST && first.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let (name, value) = first.split_once('=').filter(|_| fit)?;
    let (name, value) = (name.trim_ascii(), value.trim_ascii());
    let is_taken = |attribute: &str| {
        let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        let age = value.trim_ascii();
        name.trim_ascii().eq_ignore_ascii_case("max-age") && (age.starts_with('-') || age == "0")
    };
    let stays = !header.split(';').skip(1).any(is_taken);
    (stays && !name.is_empty() && !value.is_empty()).then_some((name, value))
}

fn name_and_value(pair: &str) -> (&str, &str) {
    pair.split_once('=').map_or(("", pair), |(name, value)| (name.trim_ascii_end(), value.trim_ascii_start()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_refusal_has_its_name() {
        assert_eq!(read(&"a".repeat(LONGEST + 1)), Err(BadCookie::TooLong));
        assert_eq!(read(&"a=b;".repeat(MOST + 1)), Err(BadCookie::TooMany));
        for (header, at) in [("a=\0", 2), ("a=é", 2), ("a=b\r\nhost: x", 3)] {
            assert_eq!(read(header), Err(BadCookie::NotAscii(at)), "{header:?}");
        }
        for header in ["", " ", ";;", " ; "] {
            assert_eq!(read(header), Err(BadCookie::Empty), "{header:?}");
        }
    }

    #[test]
    fn one_cookie_is_found_among_many() {
        let header = "s_v_web_id=verify_x; ttwid=1%7Ca; ttwid=other; msToken=a-b==";
        assert_eq!(
            (find(header, "ttwid"), find(header, "msToken"), find(header, "x")),
            (Some("1%7Ca"), Some("a-b=="), None)
        );
    }

    proptest! {
        #[test]
        fn what_was_written_reads_back(
            pairs in prop::collection::vec(("[!#-:<>-~&&[^=]]{1,9}", "[!-:<-~]{0,9}"), 1..20),
        ) {
            let header = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
            let read: Vec<_> = read(&header).unwrap().into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
            prop_assert_eq!(read, pairs);
        }

        #[test]
        fn no_header_breaks_it(header in any::<String>()) {
            let _ = (read(&header), read_set(&header), find(&header, "ttwid"));
        }
    }
}
