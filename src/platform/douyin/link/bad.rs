//! Why a text gives no id, each reason by its name.

use super::kind::Kind;
use crate::advice::{self, Advice};
use crate::domain::Class;
use crate::net::Refusal;

/// No id.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BadLink {
    /// No link stands in the text.
    #[error("there is no link in it")]
    NoUrl,
    /// The link is not one of the platform's.
    #[error("`{0}` is no host of Douyin")]
    BadHost(String),
    /// There is an id where one belongs, and it is none.
    #[error("`{shown}` is no id of a {kind}")]
    BadId {
        /// What was looked for.
        kind: Kind,
        /// What stood there, shortened.
        shown: String,
    },
    /// There is no such id in the link.
    #[error("there is no id of a {0} in it")]
    NotFound(Kind),
    /// There is no id of anything in the link.
    #[error("there is no id in it")]
    Nothing,
    /// The link is a short one, and nobody may ask where it leads.
    #[error("it is a short link, which says nothing before it is asked where it leads")]
    NeedsRedirect,
    /// The link names one broadcast and not the room.
    #[error("`{0}` names one broadcast, not the room")]
    RoomIdGiven(String),
    /// A short link leads on and on.
    #[error("it leads on after {0} redirects")]
    TooManyRedirects(usize),
    /// A short link could not be asked.
    #[error("{}", .0.message)]
    Unanswered(Refusal),
    /// Something broke before the link was read.
    #[error("it was not read: something broke here, which the log tells")]
    Unread,
    /// A short link leads nowhere.
    #[error("it answers {0} and leads nowhere")]
    LeadsNowhere(u16),
}

impl BadLink {
    /// The name of the reason, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoUrl => "no_url",
            Self::BadHost(_) => "bad_host",
            Self::BadId { .. } => "bad_id",
            Self::NotFound(_) | Self::Nothing => "not_found",
            Self::NeedsRedirect => "needs_redirect",
            Self::RoomIdGiven(_) => "room_id_given",
            Self::TooManyRedirects(_) => "too_many_redirects",
            Self::Unanswered(_) => "unanswered",
            Self::Unread => "unread",
            Self::LeadsNowhere(_) => "leads_nowhere",
        }
    }

    /// How the attempt ended.
    pub const fn class(&self) -> Class {
        match self {
            Self::Unanswered(refusal) => refusal.class,
            Self::Unread => Class::Local,
            _ => Class::Schema,
        }
    }

    /// What a person can do about it.
    pub fn advice(&self) -> Advice {
        match self {
            Self::NoUrl => advice::platform::link(),
            Self::BadHost(_) => advice::platform::host(),
            Self::BadId { .. } | Self::Nothing => advice::platform::copy_link(),
            Self::NotFound(kind) => advice::platform::link_of(kind),
            Self::Unread => advice::platform::unread(),
            Self::NeedsRedirect => advice::platform::redirect(),
            Self::RoomIdGiven(_) => advice::platform::open_room(),
            Self::TooManyRedirects(_) | Self::Unanswered(_) | Self::LeadsNowhere(_) => advice::platform::open_link(),
        }
    }
}
