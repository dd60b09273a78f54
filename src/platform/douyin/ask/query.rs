//! Parameters in their order, and the text they become.

use std::fmt::{self, Display, Write as _};

/// A query that must not be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadQuery {
    /// A value holds what must be percent-encoded first. The value is not repeated: it may be a token.
    #[error("the parameter `{name}` holds {what} at byte {at}: percent-encode it first")]
    Raw {
        /// The parameter.
        name: &'static str,
        /// What stands there.
        what: &'static str,
        /// Where.
        at: usize,
    },
}

/// Text that is ready for a query: percent-encoded, upper-case digits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Encoded(String);

impl Encoded {
    /// A person's words; a slash may stay.
    ///
    /// ```
    /// use radard::platform::douyin::Encoded;
    /// assert_eq!(Encoded::text("美食 探店/a&b").to_string(), "%E7%BE%8E%E9%A3%9F%20%E6%8E%A2%E5%BA%97/a%26b");
    /// ```
    pub fn text(text: &str) -> Self {
        Self(encode(text, b"-._~/"))
    }

    /// A value of which nothing but letters, digits and `-._~` may stay.
    pub fn strictly(text: &str) -> Self {
        Self(encode(text, b"-._~"))
    }

    /// What was encoded already, or needs no encoding; the query looks at it again.
    pub fn ready(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Display for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn encode(text: &str, stay: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || stay.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _never_fails = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Parameters in the order in which they are sent.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(&'static str, String)>);

impl fmt::Debug for Query {
    /// Among the values is a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl Query {
    /// Adds a parameter, or changes it where it stands.
    pub fn put(&mut self, name: &'static str, value: impl Display) {
        let value = value.to_string();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// The text that is signed and sent.
    pub fn text(&self) -> Result<String, BadQuery> {
        let mut text = String::with_capacity(self.0.iter().map(|(name, value)| name.len() + value.len() + 2).sum());
        for (name, value) in &self.0 {
            if let Some((at, byte)) = value.bytes().enumerate().find(|(_, byte)| !may_stand(*byte)) {
                let what = if byte.is_ascii_graphic() { "`&` or `#`" } else { "a byte that is no printable ASCII" };
                return Err(BadQuery::Raw { name, what, at });
            }
            if !text.is_empty() {
                text.push('&');
            }
            let _never_fails = write!(text, "{name}={value}");
        }
        Ok(text)
    }
}

/// Whether a byte may stand in a value as it is: what begins the next parameter, or ends the query, may not.
const fn may_stand(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'&' | b'#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_of_the_same_name_changes_in_its_place() {
        let mut query = Query::default();
        query.put("a", 1);
        query.put("b", "x==");
        query.put("a", 2);
        assert_eq!(query.text().unwrap(), "a=2&b=x==");
    }

    #[test]
    fn what_would_begin_another_parameter_is_refused_without_its_value() {
        for value in ["a&sec_user_id=b", "a#", "q w", "美", "a\n", "\u{7f}"] {
            let mut query = Query::default();
            query.put("keyword", value);
            let refused = query.text().unwrap_err().to_string();
            assert!(refused.starts_with("the parameter `keyword` holds ") && !refused.contains(value), "{refused}");
            query.put("keyword", Encoded::text(value));
            assert!(query.text().is_ok(), "{value:?}");
        }
    }
}
