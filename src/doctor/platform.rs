//! The form of the answers of sites.

use std::time::Duration;

use super::row::{Row, UNREAD};
use crate::advice;
use crate::platform::shape::{Gone, Kept};
use crate::session::shapes::{self, said};
use crate::store::Store;

/// What came of late is what came within a month.
const LATE: Duration = Duration::from_hours(30 * 24);

/// The form of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answers {
    /// What those that were looked at have.
    Known(Vec<Known>),
    /// Why they were not looked at.
    NotRun(&'static str),
}

/// What answers of one endpoint have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The endpoint.
    pub endpoint: String,
    /// What is read of them and no longer there.
    pub gone: Vec<Gone>,
    /// What is read of them and never was there.
    pub never: Vec<String>,
    /// The places that came of late.
    pub fresh: Vec<String>,
}

pub(super) async fn look_at_answers(store: &Store) -> Answers {
    let Ok(kept) = shapes::read(store).await else { return Answers::NotRun(UNREAD) };
    let since = store.now().0.saturating_sub(i64::try_from(LATE.as_millis()).unwrap_or(i64::MAX));
    let known = |Kept { endpoint, memory }: Kept| {
        let fresh = memory.fresh().iter().filter(|fresh| fresh.at.0 >= since).map(|fresh| fresh.place.clone());
        let never = memory.never().map(str::to_owned).collect();
        Known { endpoint, gone: memory.gone(), never, fresh: fresh.collect() }
    };
    Answers::Known(kept.into_iter().map(known).collect())
}

pub(super) fn answers(seen: &Answers) -> Row {
    let known = match seen {
        Answers::NotRun(why) => return Row::not_run("answers", why),
        Answers::Known(known) if known.is_empty() => return Row::well("answers", "none was looked at yet"),
        Answers::Known(known) => known,
    };
    let gone: Vec<_> = known.iter().filter(|known| !known.gone.is_empty()).collect();
    if let [first, rest @ ..] = gone.as_slice() {
        let more = if rest.is_empty() { String::new() } else { format!(", and {} more do the like", rest.len()) };
        let detail = format!("`{}` no longer sends {}{more}", first.endpoint, said(&first.gone));
        return Row::ill("answers", detail, advice::doctor::fields_gone());
    }
    let told = |what: &str, places: fn(&Known) -> &[String]| {
        let all: Vec<_> =
            known.iter().flat_map(|of| places(of).iter().map(|place| format!("`{}` {place}", of.endpoint))).collect();
        match all.as_slice() {
            [] => String::new(),
            [one] => format!("; {what}: {one}"),
            [first, rest @ ..] => format!("; {what}: {first} and {} more", rest.len()),
        }
    };
    let (new, never) = (told("new of late", |known| &known.fresh), told("never there", |known| &known.never));
    Row::well("answers", format!("endpoints that send what is read: {}{new}{never}", known.len()))
}
