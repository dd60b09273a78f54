//! Who must not send.

use super::row::{Row, UNREAD};
use crate::advice::{self, Advice};
use crate::domain::Class;
use crate::store::stops::{self, Stopped};
use crate::store::{Error, Store};

/// Who must not send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limits {
    /// Those with a breaker that is open, each in a sentence with the lane that opens it; and how many only wait as they
    /// were asked to.
    Stopped(Vec<(String, Advice)>, usize),
    /// Why it was not looked at.
    NotRun(&'static str),
}

/// Who is stopped now.
pub(super) async fn look_at_limits(store: &Store) -> Limits {
    let Ok(stopped) = store.read::<_, Error, _>(|tx| Box::pin(stops::list_by_the_wall(tx))).await else {
        return Limits::NotRun(UNREAD);
    };
    let now = store.now().0;
    let standing = stopped.into_iter().filter(|stop| stop.is_breaker || stop.until > now);
    let (open, waits): (Vec<_>, Vec<_>) = standing.partition(|stop| stop.is_breaker);
    Limits::Stopped(open.iter().map(said_of).collect(), waits.len())
}

/// Who is stopped and why, and what to do.
pub(super) fn said_of(stop: &Stopped) -> (String, Advice) {
    let advice =
        if stop.class == Class::Network { advice::doctor::unreachable() } else { advice::doctor::stopped(&stop.lane) };
    (format!("{} is stopped ({}: {})", stop.subject, stop.class, stop.reason), advice)
}

pub(super) fn limits(seen: &Limits) -> Row {
    match seen {
        Limits::NotRun(why) => Row::not_run("limits", why),
        Limits::Stopped(open, waits) => match (open.as_slice(), waits) {
            ([], 0) => Row::well("limits", "nobody is stopped"),
            ([], waits) => Row::well("limits", format!("{waits} wait as they were asked to")),
            ([(first, advice), rest @ ..], _) => {
                let more = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
                Row::ill("limits", format!("{first}{more}"), advice.clone())
            }
        },
    }
}
