//! Creators, those whom they follow, those who follow them, and what people say below works.

use serde_json::{Value, json};

use super::asked::{Asked, HIDDEN, NO_LOGIN, Told, WRONG, fields};
use super::cast::{Creator, OWNER, Work};
use super::show::{comments, show_person, show_profile};
use super::works::{FOLDERS, page};

/// When the newest follower came, in Unix seconds.
const FOLLOWED_AT: u64 = 1_779_200_000;
const SAID: [&str; 6] = ["太好看了👍", "学到了，谢谢", "哈哈哈哈", "这是在哪里？", "第一！", "想吃[馋]"];

fn following(creator: &Creator) -> u64 {
    creator.dice.below(11, 40)
}

/// The numbers of those who follow a creator, the newest first.
fn followers(creator: &Creator) -> Vec<u64> {
    creator.followed_by(25 + creator.dice.below(12, 160))
}

/// A creator's own page.
pub(super) fn profile(asked: &Asked<'_>) -> Told {
    let creator = asked.creator()?;
    let user =
        show_profile(creator, following(creator), u64::try_from(followers(creator).len()).unwrap_or(0), &asked.files);
    Ok(format!("\"user\":{user}"))
}

/// Those who follow someone, or whom someone follows; the newest first, by seconds or by places.
fn relations(asked: &Asked<'_>, name: &str, mut order: Vec<u64>, step: u64) -> Told {
    let (creator, count) = (asked.creator()?, asked.count()?);
    if creator.is_closed() {
        return Err(HIDDEN);
    }
    let (offset, min, max) = (asked.number("offset")?, asked.number("min_time")?, asked.number("max_time")?);
    let when = |nth: u64| creator.came(nth).unwrap_or_else(|| FOLLOWED_AT - nth.min(FOLLOWED_AT / 600) * 600);
    order.truncate(usize::try_from(asked.shown(u64::try_from(order.len()).unwrap_or(0))).unwrap_or(0));
    let all = order.len();
    let source = asked.number("source_type")?;
    if source == 3 {
        order.reverse();
        order.retain(|nth| min == 0 || when(*nth) > min);
    } else if source == 1 {
        order.retain(|nth| max == 0 || when(*nth) < max);
    } else if source == 2 {
        order.clear();
    } else {
        order.drain(..usize::try_from(offset).unwrap_or(all).min(all)).for_each(drop);
    }
    let count = usize::try_from(count).unwrap_or(0);
    let taken = order.get(..count.min(order.len())).unwrap_or_default();
    let people = taken.iter().filter_map(|nth| asked.cast.creator(creator.index + 1 + nth * step));
    // There are fewer creators than followers: whoever comes again is somebody else of the same kind.
    let people: Vec<Value> =
        people.zip(taken).map(|(person, nth)| someone(show_person(person, &asked.files), *nth)).collect();
    let times = || taken.iter().map(|nth| when(*nth));
    let more = json!({
        "has_more": order.len() > count, "total": all, "mix_count": 0, "status_msg": "", "myself_user_id": "0",
        "offset": if matches!(source, 1 | 3) { 0 } else { offset + u64::try_from(taken.len()).unwrap_or(0) },
        "max_time": times().max().unwrap_or(0), "min_time": times().min().unwrap_or(0),
    });
    Ok(format!("\"{name}\":{}{}", Value::from(people), fields(&more)))
}

/// Number `nth` of the people who are like this one.
fn someone(mut person: Value, nth: u64) -> Value {
    if let Some(fields) = person.as_object_mut().filter(|_| nth >= 40) {
        let of = |name: &str, fields: &serde_json::Map<String, Value>| {
            fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let (sec_uid, uid) = (of("sec_uid", fields), of("uid", fields));
        fields.insert("sec_uid".to_owned(), Value::from(format!("{sec_uid}{nth}")));
        fields.insert("uid".to_owned(), Value::from(format!("{uid}{nth}")));
    }
    person
}

/// Those whom someone follows.
pub(super) fn followed(asked: &Asked<'_>) -> Told {
    let all = (0..following(asked.creator()?)).collect();
    relations(asked, "followings", all, 1)
}

/// Those who follow someone.
pub(super) fn follow(asked: &Asked<'_>) -> Told {
    let all = followers(asked.creator()?);
    relations(asked, "followers", all, 5)
}

/// What people say below a work.
pub(super) fn comment_list(asked: &Asked<'_>) -> Told {
    let work = asked.asked_work().filter(Work::is_shown).ok_or(WRONG)?;
    let (range, more) = page(asked, comments(&work))?;
    let said: Vec<Value> = range.map(|nth| comment(asked, work.id(), nth, None)).collect();
    Ok(format!("\"comments\":{}{}", Value::from(said), fields(&more)))
}

/// What people answer to a comment.
pub(super) fn replies(asked: &Asked<'_>) -> Told {
    let work = asked.cast.work(asked.text("item_id")).ok_or(WRONG)?;
    let comment_id: u64 = asked.number("comment_id")?;
    let nth = comment_id.checked_sub(work.id()).filter(|nth| *nth < comments(&work)).ok_or(WRONG)?;
    let (range, more) = page(asked, nth % 8)?;
    let said: Vec<Value> =
        range.map(|reply| comment(asked, work.id(), 1000 + nth * 10 + reply, Some(comment_id))).collect();
    Ok(format!("\"comments\":{}{}", Value::from(said), fields(&more)))
}

fn comment(asked: &Asked<'_>, work: u64, nth: u64, reply_to: Option<u64>) -> Value {
    let who = asked.cast.creator(work + nth * 3);
    let (user, said) =
        who.map_or((Value::Null, ""), |who| (show_person(who, &asked.files), who.dice.choose(work + nth, &SAID)));
    json!({
        "cid": (work + nth).to_string(), "aweme_id": work.to_string(), "text": format!("{said} {nth}"),
        "create_time": 1_779_000_000 + nth * 60, "digg_count": nth * 7 % 100, "is_hot": nth == 0, "can_share": true,
        "item_comment_total": 0, "user": user, "reply_id": reply_to.map_or("0".to_owned(), |id| id.to_string()),
        "reply_to_reply_id": "0", "reply_comment_total": if reply_to.is_none() { nth % 8 } else { 0 },
        "reply_comment": null,
    })
}

/// The folders of the owner.
pub(super) fn folders(asked: &Asked<'_>) -> Told {
    let all = u64::try_from(FOLDERS.len()).unwrap_or(0);
    let (range, more) = page(asked, all)?;
    let owner = asked.cast.creator(OWNER).ok_or(WRONG)?;
    let show = |(id, name, count): &(&str, &str, u64)| {
        json!({
            "app_id": 1128, "collects_cover": asked.files.urls("f1-900.bin"), "collects_id": id.parse::<u64>().unwrap_or(0),
            "collects_id_str": id, "collects_name": name, "create_time": 1_770_000_000, "follow_status": 0,
            "followed_count": 0, "is_normal_status": true, "item_type": 2, "last_collect_time": 1_779_000_000, "play_count": 0,
            "states": 0, "status": 1, "system_type": 0, "total_number": count, "user_id": owner.uid.parse::<u64>().unwrap_or(0),
            "user_info": {"nickname": owner.nickname, "uid": owner.uid},
        })
    };
    let skip = usize::try_from(range.start).unwrap_or(0);
    let list: Vec<Value> =
        FOLDERS.iter().skip(skip).take(usize::try_from(range.end - range.start).unwrap_or(0)).map(show).collect();
    Ok(format!("\"collects_list\":{},\"total_number\":{all}{}", Value::from(list), fields(&more)))
}

/// The music that the owner keeps.
pub(super) fn music(asked: &Asked<'_>) -> Told {
    let (range, more) = page(asked, 25)?;
    let owner = asked.cast.creator(OWNER).ok_or(WRONG)?;
    let show = |nth: u64| {
        let id = 7_100_000_000_000_900_000 + nth;
        json!({
            "album": "", "audition_duration": 30, "duration": 180 + nth, "author": owner.nickname, "collect_stat": 1,
            "music_status": 1, "cover_hd": asked.files.urls(&format!("n{id}-3000.bin")), "id": id, "mid": id.to_string(),
            "is_commerce_music": false, "is_original": false, "is_original_sound": nth.is_multiple_of(2), "lyric_type": 1,
            "lyric_url": "", "play_url": asked.files.urls(&format!("m{id}-9000.bin")), "title": format!("第{nth}首 🎵"),
            "strong_beat_url": asked.files.urls(&format!("s{id}-500.bin")), "owner_nickname": owner.nickname,
            "owner_id": owner.uid, "sec_uid": owner.sec_uid,
        })
    };
    let list: Vec<Value> = range.map(show).collect();
    Ok(format!("\"mc_list\":{},\"msg\":\"\"{}", Value::from(list), fields(&more)))
}

/// Words that go on as what was typed.
pub(super) fn suggestions(asked: &Asked<'_>) -> Told {
    let typed = asked.text("query");
    if typed.is_empty() {
        return Err(WRONG);
    }
    let words: Vec<Value> = ["", "做法", "教程", "歌曲", "推荐", "价格", "图片", "大全"]
        .into_iter()
        .zip(0_u64..asked.count()?)
        .map(|(more, at)| json!({"id": (6_500_000_000_000_000_000 + at).to_string(), "word": format!("{typed}{more}")}))
        .collect();
    Ok(format!("\"msg\":\"success\",\"data\":[{}]", json!({"type": "suggest", "words": words})))
}

/// A play that somebody reports. The site counts it and believes it.
pub(super) fn stats(asked: &Asked<'_>) -> Told {
    if !asked.is_owner {
        return Err(NO_LOGIN);
    }
    asked.cast.work(asked.text("item_id")).ok_or(WRONG)?;
    Ok("\"status_msg\":\"\"".to_owned())
}
