//! From links and flags to what is asked.

use super::flags::Flags;
use crate::advice;
use crate::cli::desk::Desk;
use crate::cli::failure::Failure;
use crate::cli::house;
use crate::platform::douyin::link::{Kind, Link, Resolver, links};
use crate::platform::douyin::mode::{Mode, Order};

/// What is asked, and the link that says so.
pub(super) struct Wanted {
    /// The link, or what stands in its place.
    pub(super) link: String,
    /// What is asked; or why nothing is.
    pub(super) order: Result<Order, Failure>,
}

/// All that `fetch` wants, in the order in which it was written.
pub(super) async fn of(fetch: &Flags, desk: &Desk) -> Result<Vec<Wanted>, Failure> {
    let about_nothing = fetch.mode.filter(|mode| mode.about().is_empty());
    if let Some(mode) = about_nothing {
        let order = finished(fetch, Order::new(mode, fetch.folder.clone().unwrap_or_default()));
        return Ok(vec![Wanted { link: mode.to_string(), order: checked(order) }]);
    }
    if fetch.links.is_empty() && fetch.more.is_empty() {
        return Err(Failure::usage("there is nothing to fetch").advise(advice::cli::link_or_mode()));
    }
    let mut wanted = Vec::new();
    for text in fetch.links.iter().chain(&fetch.more) {
        let found = links(text);
        if found.is_empty() {
            let order = match fetch.mode.or_else(|| mode_of_id(text)) {
                Some(mode) => checked(finished(fetch, Order::new(mode, text.trim()))),
                None => Err(unclear(text)),
            };
            wanted.push(Wanted { link: text.clone(), order });
            continue;
        }
        let asks = found.iter().any(|url| Link::parse(url).is_ok_and(|link| link.short_code().is_some()));
        for url in found {
            let order = by_link(fetch, desk, url, asks).await;
            wanted.push(Wanted { link: url.to_owned(), order });
        }
    }
    Ok(wanted)
}

/// What a link of a kind is asked for; of several kinds that a mode takes, the first that the link names.
async fn by_link(fetch: &Flags, desk: &Desk, url: &str, asks: bool) -> Result<Order, Failure> {
    let kinds = fetch.mode.map_or_else(|| vec![None], |mode| mode.about().iter().map(|kind| Some(*kind)).collect());
    let mut worst = None;
    for want in kinds {
        let resolver = Resolver::new(want);
        let resolver = if asks { house::asking(desk, resolver)? } else { resolver };
        match resolver.one(url).await {
            Ok(found) => {
                let mode = fetch.mode.unwrap_or_else(|| Mode::of(found.kind));
                return checked(finished(fetch, Order::new(mode, found.id)));
            }
            Err(bad) => worst = worst.or(Some(bad)),
        }
    }
    Err(worst.map_or_else(
        || Failure::usage("this mode is about no link"),
        |bad| Failure::usage(bad.to_string()).advise(bad.advice()),
    ))
}

/// What is no link, and no id that can be of one thing only.
fn unclear(text: &str) -> Failure {
    let (kinds, text) = (Kind::of_id(text.trim()), crate::cli::table::clean(text));
    if kinds.is_empty() {
        return Failure::usage(format!("`{text}` is no link and no id")).advise(advice::cli::link_or_mode_of_id());
    }
    let called: Vec<_> = kinds.iter().map(|kind| kind.called()).collect();
    let modes: Vec<_> = kinds.iter().map(|kind| format!("--mode {} ({})", Mode::of(*kind), kind.called())).collect();
    let failure = Failure::usage(format!("`{text}` is an id that can be of {}", called.join(" or ")));
    failure.advise(advice::cli::link_or_id(&modes.join(" or ")))
}

/// The mode that a bare id is meant for, when only one is.
fn mode_of_id(text: &str) -> Option<Mode> {
    Kind::User.is_of(text.trim()).then_some(Mode::Post)
}

fn finished(fetch: &Flags, order: Order) -> Order {
    Order {
        comment: fetch.comment.clone().unwrap_or_default(),
        keyword: fetch.keyword.clone().unwrap_or_default(),
        from: fetch.from.clone().unwrap_or_default(),
        source_type: fetch.order,
        ..order
    }
}

fn checked(order: Order) -> Result<Order, Failure> {
    let bad = order.check().err();
    bad.map_or(Ok(order), |bad| Err(Failure::usage(bad.to_string()).advise(advice::session::fetch_help())))
}
