//! What of ours holds a request back before it is sent. No site refused anything then.

/// Why a request has to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// This limit has no free slot.
    Limit(Box<str>),
    /// The account sent a request a moment ago.
    Gap,
    /// It is a quiet hour.
    Quiet,
    /// An answer of the site stopped the account.
    Stop,
}

impl Held {
    /// The word that stands in JSON.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Limit(_) => "limit",
            Self::Gap => "gap",
            Self::Quiet => "quiet",
            Self::Stop => "stop",
        }
    }

    /// The limit that has no free slot.
    pub fn limit(&self) -> Option<&str> {
        match self {
            Self::Limit(name) => Some(name),
            Self::Gap | Self::Quiet | Self::Stop => None,
        }
    }

    /// Whether the site caused the wait.
    pub const fn is_of_site(&self) -> bool {
        match self {
            Self::Stop => true,
            Self::Limit(_) | Self::Gap | Self::Quiet => false,
        }
    }
}
