//! How the database grows: looked at day by day, told as what the disk will need.

use super::row::{Row, UNREAD};
use super::store::Disk;
use crate::advice;
use crate::domain::amount::{counted, roughly_size};
use crate::store::crawl::grown::{self, BYTES};
use crate::store::crawl::prune::DAY;
use crate::store::{Error, Store};

/// Growth is told from so many days at most.
const DAYS: i64 = 30;
/// With less than this many days of room a person should do something.
const SOON: i64 = 14;

/// How the database grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Growth {
    /// Nobody could look, and why.
    NotRun(&'static str),
    /// It was looked at on one day at most.
    Young,
    /// It was looked at on so many days that lie so far apart.
    Known {
        /// Days between the first look and the last.
        days: i64,
        /// How large it is.
        bytes: i64,
        /// By how much it grows in a day.
        daily: i64,
        /// Whether it lies on the disk under the data directory, and not on a server.
        is_here: bool,
        /// Rows of each sort that come in a day, of those that do.
        rows: Vec<(String, i64)>,
    },
}

/// What was noted day by day.
pub(super) async fn look(store: &Store) -> Growth {
    let from = store.now().0.div_euclid(DAY) - DAYS;
    let read = store.read::<_, Error, _>(move |tx| Box::pin(async move { grown::since(tx, from).await }));
    match read.await {
        Ok(noted) => of(&noted, !store.is_shared()),
        Err(_) => Growth::NotRun(UNREAD),
    }
}

/// From what was noted: day, of what, how much.
fn of(noted: &[(i64, String, i64)], is_here: bool) -> Growth {
    let ends = |what: &str| {
        let mut of = noted.iter().filter(|(_, named, _)| named == what);
        let (first, _, less) = of.clone().next()?;
        let (last, _, more) = of.next_back()?;
        (last > first).then(|| (last - first, *more, (more - less) / (last - first)))
    };
    let Some((days, bytes, daily)) = ends(BYTES) else { return Growth::Young };
    let rows = grown::NAMES.iter().filter_map(|name| Some((*name, ends(name)?.2)));
    let rows = rows.filter(|(_, daily)| *daily > 0).map(|(name, daily)| (name.to_owned(), daily)).collect();
    Growth::Known { days, bytes, daily, is_here, rows }
}

/// Whether the disk is large enough for it.
pub(super) fn judge(growth: &Growth, disk: &Disk) -> Row {
    let (days, bytes, daily, is_here, rows) = match growth {
        Growth::NotRun(why) => return Row::not_run("growth", why),
        Growth::Young => return Row::well("growth", "known from its second day on"),
        Growth::Known { days, bytes, daily, is_here, rows } => (*days, *bytes, *daily, *is_here, rows),
    };
    let size = |bytes: i64| roughly_size(u64::try_from(bytes).unwrap_or(0));
    let each: Vec<_> = rows.iter().map(|(name, daily)| format!("{name} {daily}")).collect();
    let each = if each.is_empty() { String::new() } else { format!(" ({})", each.join(", ")) };
    let so_far = format!("{} and {} more a day over {}{each}", size(bytes), size(daily.max(0)), counted(days, "day"));
    let room = match disk {
        Disk::Room(free, total, mark) if is_here && daily > 0 => {
            i64::try_from(free.saturating_sub(mark.of(*total))).map(|room| room / daily).ok()
        }
        _ => None,
    };
    match room {
        Some(room) if room < SOON => Row::ill(
            "growth",
            format!("{so_far}: there is room for {} of that", counted(room, "day")),
            advice::doctor::growth(),
        ),
        Some(room) => Row::well("growth", format!("{so_far}: there is room for {} of that", counted(room, "day"))),
        None => Row::well("growth", so_far),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LowWater;

    fn noted(rows: &[(i64, &str, i64)]) -> Growth {
        let rows: Vec<_> = rows.iter().map(|(day, what, amount)| (*day, (*what).to_owned(), *amount)).collect();
        of(&rows, true)
    }

    #[test]
    fn what_grows_is_told_by_the_day_and_measured_against_the_room() {
        let disk = Disk::Room(3 << 30, 100 << 30, LowWater { bytes: 2 << 30, percent: 0 });
        let judged = |growth: &Growth| judge(growth, &disk);
        assert_eq!(noted(&[]), Growth::Young);
        assert_eq!(judged(&noted(&[(7, "bytes", 5), (7, "posts", 5)])).detail, "known from its second day on");
        let slow = noted(&[
            (10, "bytes", 100 << 20),
            (10, "posts", 1000),
            (10, "raw", 5),
            (15, "bytes", 110 << 20),
            (20, "bytes", 200 << 20),
            (20, "posts", 3000),
            (20, "raw", 5),
        ]);
        let row = judged(&slow);
        assert_eq!(row.ok, Some(true));
        assert_eq!(
            row.detail,
            "200.0 MiB and 10.0 MiB more a day over 10 days (posts 200): there is room for 102 days of that"
        );
        let fast = judged(&noted(&[(1, "bytes", 0), (2, "bytes", 200 << 20)]));
        assert!(fast.ok == Some(false) && fast.detail.ends_with("there is room for 5 days of that"), "{}", fast.detail);
        let mut elsewhere = noted(&[(1, "bytes", 0), (2, "bytes", 200 << 20)]);
        if let Growth::Known { is_here, .. } = &mut elsewhere {
            *is_here = false;
        }
        let row = judged(&elsewhere);
        assert!(
            row.ok == Some(true) && !row.detail.contains("room"),
            "the disk of a server is not ours: {}",
            row.detail
        );
        let shrinks = judged(&noted(&[(1, "bytes", 9 << 20), (2, "bytes", 8 << 20)]));
        assert!(
            shrinks.ok == Some(true) && shrinks.detail.starts_with("8.0 MiB and 0 B more a day"),
            "{}",
            shrinks.detail
        );
    }
}
