//! Lists of works: by their maker, by those who liked or kept them, in a mix, like another, found by a word.

use serde_json::{Value, json};

use super::age::HOUR;
use super::asked::{Asked, HIDDEN, NO_LOGIN, Told, WRONG, fields};
use super::cast::{Creator, OWNER, Work};
use super::change::Lost;

/// How far into the past a guest may look.
const GUESTS_SEE: u64 = 200;
/// When the newest was liked or kept, in Unix seconds.
const KEPT_AT: u64 = 1_779_100_000;
/// How many works the owner keeps.
const COLLECTED: u64 = 93;
/// The folders of the owner, and how many works each has.
pub(super) const FOLDERS: [(&str, &str, u64); 3] = [
    ("7300000000000000101", "想学的菜", 31),
    ("7300000000000000102", "旅行灵感✈️", 7),
    ("7300000000000000103", "空", 0),
];
/// How many works are like another.
const ALIKE: u64 = 60;

/// The works of a creator, from `max_cursor` into the past.
pub(super) fn posts(asked: &Asked<'_>) -> Told {
    let (creator, count, cursor) = (asked.creator()?, asked.count()?, asked.number("max_cursor")?);
    if creator.is_closed() {
        return Err(HIDDEN);
    }
    let from = before(creator, cursor);
    if !asked.is_owner && creator.works - from > GUESTS_SEE {
        return Err(NO_LOGIN);
    }
    // The newest come first, so a list that is cut short ends before the oldest.
    let last = creator.works - asked.shown(creator.works);
    let from = from.max(last);
    let to = from.saturating_sub(count).max(last);
    let pinned = (cursor == 0 && last <= 2).then(|| creator.work(2));
    let pinned = pinned.filter(|work| work.is_pinned() && creator.works > 2);
    let listed = (to..from).rev().map(|index| creator.work(index)).filter(Work::is_shown);
    let listed: Vec<Work<'_>> = pinned.into_iter().chain(listed.filter(|work| !work.is_pinned())).collect();
    // After the last page there is one more place, where nothing is: some ask for it.
    let next = if creator.works == 0 { 0 } else { creator.work(to).made() * 1000 };
    let (listed, next, more) = match asked.lost.filter(|_| cursor != 0) {
        None | Some(Lost::Nothing | Lost::Half | Lost::Others) => (listed, next, to > last),
        Some(Lost::Standing) => (listed, cursor, true),
        Some(Lost::Backward) => (listed, cursor + 24 * HOUR * 1000, true),
        Some(Lost::Empty) => (Vec::new(), cursor - 1000, true),
    };
    let first = listed.first().map_or(0, |work| work.made() * 1000);
    let more = json!({
        "max_cursor": next, "min_cursor": first, "has_more": u8::from(more), "time_list": [], "log_pb": {"impr_id": "0"},
        "locate_item_cursor": null,
    });
    Ok(asked.works(listed.into_iter(), &more))
}

/// The first work that is not older than `cursor`, in milliseconds; 0 is now.
fn before(creator: &Creator, cursor: u64) -> u64 {
    if cursor == 0 {
        return creator.works;
    }
    let (mut low, mut high) = (0, creator.works);
    while low < high {
        let middle = low.midpoint(high);
        if creator.work(middle).made() * 1000 < cursor {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// What somebody liked.
pub(super) fn likes(asked: &Asked<'_>) -> Told {
    let (creator, count, cursor) = (asked.creator()?, asked.count()?, asked.number("max_cursor")?);
    if creator.hides_likes() {
        return Err(HIDDEN);
    }
    let all = asked.shown(5 + creator.dice.below(6, 60));
    let when = |nth: u64| (KEPT_AT - nth * 3600) * 1000;
    let from = if cursor == 0 { 0 } else { (0..all).find(|nth| when(*nth) < cursor).unwrap_or(all) };
    let to = (from + count).min(all);
    let works = (from..to).filter_map(|nth| asked.cast.any_work(creator.dice, 1000 + nth));
    let more =
        json!({"max_cursor": when(to.saturating_sub(1)), "min_cursor": when(from), "has_more": u8::from(to < all)});
    Ok(asked.works(works, &more))
}

/// What the owner keeps, by microseconds.
pub(super) fn collection(asked: &Asked<'_>) -> Told {
    let (count, cursor) = (asked.count()?, asked.number("cursor")?);
    let when = |nth: u64| (KEPT_AT - nth * 1800) * 1_000_000 + 17;
    let all = asked.shown(COLLECTED);
    let from = if cursor == 0 { 0 } else { (0..all).find(|nth| when(*nth) < cursor).unwrap_or(all) };
    let to = (from + count).min(all);
    let dice = asked.cast.creator(OWNER).ok_or(WRONG)?.dice;
    let works = (from..to).filter_map(|nth| asked.cast.any_work(dice, 2000 + nth));
    Ok(asked.works(works, &json!({"cursor": when(to.saturating_sub(1)), "has_more": u8::from(to < all)})))
}

/// A page of `all` things, from the place that `cursor` says.
pub(super) fn page(asked: &Asked<'_>, all: u64) -> Result<(std::ops::Range<u64>, Value), (i64, &'static str)> {
    let (all, count, cursor) = (asked.shown(all), asked.count()?, asked.number("cursor")?);
    let (from, to) = (cursor.min(all), (cursor + count).min(all));
    Ok((from..to, json!({"cursor": to, "has_more": u8::from(to < all), "total": all})))
}

/// What the owner put into a folder.
pub(super) fn folder(asked: &Asked<'_>) -> Told {
    let (_, _, all) = FOLDERS.iter().find(|(id, ..)| *id == asked.text("collects_id")).ok_or(WRONG)?;
    let (range, more) = page(asked, *all)?;
    let dice = asked.cast.creator(OWNER).ok_or(WRONG)?.dice;
    Ok(asked.works(range.filter_map(|nth| asked.cast.any_work(dice, 3000 + nth)), &more))
}

/// The works of a mix, the first first.
pub(super) fn mix(asked: &Asked<'_>) -> Told {
    let mix = asked.text("mix_id");
    let creator = asked.cast.all.iter().find(|creator| creator.mix().is_some_and(|id| id == mix)).ok_or(WRONG)?;
    let all: Vec<Work<'_>> = (0..creator.works).step_by(5).map(|at| creator.work(at)).filter(Work::is_shown).collect();
    let (range, more) = page(asked, u64::try_from(all.len()).unwrap_or(0))?;
    let works = range.filter_map(|nth| all.get(usize::try_from(nth).ok()?)).copied();
    Ok(asked.works(works, &more))
}

/// Works like another, without those that were shown.
pub(super) fn related(asked: &Asked<'_>) -> Told {
    let (work, count) = (asked.cast.work(asked.text("aweme_id")).ok_or(WRONG)?, asked.count()?);
    let shown: Vec<&str> = asked.text("filterGids").split(',').filter(|id| !id.is_empty()).collect();
    let mut alike: Vec<Work<'_>> =
        (0..ALIKE).filter_map(|nth| asked.cast.any_work(work.creator.dice, work.index + nth * 7)).collect();
    alike.sort_unstable_by_key(Work::id);
    alike.dedup_by_key(|work| work.id());
    alike.retain(|work| !shown.contains(&work.id().to_string().as_str()));
    let count = usize::try_from(count).unwrap_or(0);
    let more = json!({"max_cursor": 0, "min_cursor": 0, "has_more": u8::from(alike.len() > count)});
    Ok(asked.works(alike.into_iter().take(count), &more))
}

/// What the site shows to whoever opens it; it never ends.
pub(super) fn home_feed(asked: &Asked<'_>) -> Told {
    let (count, index) = (asked.count()?, asked.number("refresh_index")?);
    let dice = asked.cast.creator(OWNER).ok_or(WRONG)?.dice;
    let works = (0..count).filter_map(|nth| asked.cast.any_work(dice, 100_000 + index * 50 + nth));
    Ok(asked.works(works, &json!({"has_more": 1, "max_cursor": 0, "min_cursor": 0})))
}

/// What those whom the owner follows have made.
pub(super) fn follow_feed(asked: &Asked<'_>) -> Told {
    let (range, more) = page(asked, 60)?;
    let dice = asked.cast.creator(OWNER).ok_or(WRONG)?.dice;
    let works = range.filter_map(|nth| asked.cast.any_work(dice, 5000 + nth));
    let works: Vec<String> = works.map(|work| format!("{{\"feed_type\":1,\"aweme\":{}}}", asked.work(&work))).collect();
    Ok(format!("\"data\":[{}],\"level\":1{}", works.join(","), fields(&more)))
}

/// What the friends of the owner have made: three pages.
pub(super) fn friend_feed(asked: &Asked<'_>) -> Told {
    let cursor = asked.number("cursor")?;
    let dice = asked.cast.creator(OWNER).ok_or(WRONG)?.dice;
    let next = cursor + 1;
    let works = (0..8).filter_map(|nth| asked.cast.any_work(dice, 6000 + cursor * 8 + nth));
    let works: Vec<String> =
        works.map(|work| format!("{{\"feed_type\":1,\"source\":4,\"aweme\":{}}}", asked.work(&work))).collect();
    let more = json!({
        "cursor": next, "level": 2, "has_more": u8::from(next < 3), "friend_update_count": 0, "toast": "", "status_msg": "",
    });
    Ok(format!("\"data\":[{}]{}", works.join(","), fields(&more)))
}

/// Works of one creator with a word in them.
pub(super) fn home_search(asked: &Asked<'_>) -> Told {
    let (count, offset) = (asked.count()?, asked.number("offset")?);
    let creator = asked.cast.named("", asked.text("from_user")).ok_or(WRONG)?;
    let keyword = asked.text("keyword");
    if keyword.is_empty() || (offset > 0) == asked.text("search_id").is_empty() {
        return Err(WRONG);
    }
    let id = format!("2026{:016x}", creator.dice.below(9, u64::MAX));
    let found = creator.shown_before(creator.works).map(|work| asked.work(&work)).filter(|text| text.contains(keyword));
    let found: Vec<_> = found.collect();
    let (skip, take) = (usize::try_from(offset).unwrap_or(0), usize::try_from(count).unwrap_or(0));
    let page: Vec<String> =
        found.iter().skip(skip).take(take).map(|text| format!("{{\"type\":1,\"item\":{text}}}")).collect();
    let more = json!({
        "cursor": skip + page.len(), "has_more": u8::from(skip + page.len() < found.len()), "status_msg": "",
        "global_doodle_config": {"home_text": "", "keyword": keyword}, "log_pb": {"impr_id": id},
    });
    Ok(format!("\"aweme_list\":[{}]{}", page.join(","), fields(&more)))
}

/// Works of anybody with a word in them.
pub(super) fn search(asked: &Asked<'_>) -> Told {
    let (count, offset) = (asked.count()?, asked.number("offset")?);
    let dice = asked.cast.creator(OWNER).ok_or(WRONG)?.dice;
    let works = (offset..(offset + count).min(45)).filter_map(|nth| asked.cast.any_work(dice, 8000 + nth));
    let works: Vec<String> = works.map(|work| format!("{{\"type\":1,\"aweme_info\":{}}}", asked.work(&work))).collect();
    let more =
        json!({"cursor": offset + count, "has_more": u8::from(offset + count < 45), "log_pb": {"impr_id": "2026"}});
    Ok(format!("\"data\":[{}]{}", works.join(","), fields(&more)))
}

/// One work. One that is deleted or private is answered without it, with the reason.
pub(super) fn detail(asked: &Asked<'_>) -> Told {
    asked.number("aweme_id")?;
    let missing = |reason: &str, notice: &str| {
        let told = json!({"notice": notice, "filter_reason": reason, "detail_msg": notice});
        format!("\"aweme_detail\":null,\"filter_detail\":{told}")
    };
    Ok(match asked.asked_work() {
        None => missing("", "作品不存在"),
        Some(work) if work.is_deleted() => missing("status_deleted", "作品已删除"),
        Some(work) if work.is_private() => missing("status_self_see", "因作品权限或已被删除，无法观看"),
        Some(work) => format!("\"aweme_detail\":{}", asked.work(&work)),
    })
}

/// The page on which a work of a creator stands.
pub(super) fn locate(asked: &Asked<'_>) -> Told {
    let (creator, count) = (asked.creator()?, asked.count()?);
    let work = asked.cast.work(asked.text("locate_item_id")).filter(|work| work.creator == creator).ok_or(WRONG)?;
    let cursor = work.made() * 1000;
    let works = creator.shown_before(work.index + 1).take(usize::try_from(count).unwrap_or(0));
    let more = json!({"max_cursor": cursor, "min_cursor": cursor, "has_more": 1, "locate_item_cursor": cursor});
    Ok(asked.works(works, &more))
}
