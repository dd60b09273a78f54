//! Works and people as the site writes them down, with the fields that a page of it has.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::address::{mark_of, shape};
use super::cast::{Creator, Work};

/// How long an address of a file is good, in seconds; it changes by the hour.
const GOOD: u64 = 6 * 60 * 60;
/// How many works are kept as they were written.
const KEPT: usize = 8192;
const TALK: [&str; 8] = [
    "今天做了一道菜，大家来尝尝",
    "别太帅了！现场版🎵",
    "周末去哪儿？跟我走",
    "一分钟学会，简单又好吃",
    "说说我的看法…你怎么看",
    "雨天的街头 live",
    "新车到店，第一眼",
    "猫又把杯子打翻了😹",
];
const TAGS: [&str; 6] = ["美食", "旅行", "音乐", "日常", "现场版", "萌宠"];

/// Where files are, and until when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Files<'a> {
    /// The site as the asker calls it.
    pub(super) base: &'a str,
    /// Now, in Unix seconds.
    pub(super) now: u64,
    /// What their signatures follow from.
    pub(super) seed: u64,
}

impl Files<'_> {
    fn url(&self, name: &str, mirror: u8) -> String {
        let until = (self.now / 3600) * 3600 + GOOD;
        let mark = mark_of(self.seed, name, until);
        format!("{}/media/{name}?x-expires={until:x}&x-signature={mark}&mirror={mirror}", self.base)
    }

    /// An address for each of two machines.
    pub(super) fn urls(&self, name: &str) -> Value {
        json!({"uri": name, "url_list": [self.url(name, 1), self.url(name, 2)]})
    }
}

/// Works as they were written in this hour.
#[derive(Debug, Default)]
pub(super) struct Written(Mutex<(u64, HashMap<u64, Arc<str>>)>);

impl Written {
    /// The text of a work.
    pub(super) fn work(&self, work: &Work<'_>, files: &Files<'_>) -> Arc<str> {
        let (id, hour) = (work.id(), files.now / 3600);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 != hour || kept.1.len() >= KEPT {
            *kept = (hour, HashMap::new());
        }
        kept.1.entry(id).or_insert_with(|| show_work(work, files).to_string().into()).clone()
    }
}

/// A work, with all that its page needs.
fn show_work(work: &Work<'_>, files: &Files<'_>) -> Value {
    let Work { creator, index } = *work;
    let id = work.id().to_string();
    let (desc, tag) = (creator.dice.choose(30_000 + index, &TALK), creator.dice.choose(40_000 + index, &TAGS));
    let desc = format!("{desc} #{tag} 第{index}期");
    let count = |which: u64, below: u64| work.number(which, below);
    let pictures = || (1..=3).map(|nth| image(work, nth, files)).collect::<Vec<_>>();
    let duration = if work.is_album() { 0 } else { duration(work) };
    let parts = [
        json!({
            "aweme_id": id, "aweme_type": if work.is_album() { 68 } else { 0 }, "create_time": work.made(),
            "caption": desc, "desc": desc, "item_title": "", "region": "CN", "group_id": id, "group_id_str": id,
            "comment_gid": work.id(), "duration": duration, "media_type": if work.is_album() { 2 } else { 4 },
        }),
        json!({
            "is_ads": false, "is_story": 0, "is_24_story": 0, "is_top": u8::from(work.is_pinned()), "position": null,
            "city": "510100", "seo_info": {"seo_ocr_content": ""}, "fall_card_struct": {"recommend_reason": "你关注的人"},
            "images": work.is_album().then(pictures), "mix_info": mix(work), "author": author(creator, files),
            "music": music(work, files), "video": video(work, files),
            "text_extra": [{"hashtag_id": format!("16{:08}", count(6, 100_000_000)), "hashtag_name": tag, "type": 1}],
        }),
        json!({
            "aweme_control": {"can_comment": true, "can_forward": true, "can_share": true, "can_show_comment": true},
            "video_control": {"allow_douplus": true, "download_setting": 0, "allow_share": true},
            "status": {
                "part_see": 0, "private_status": u8::from(work.is_private()), "is_delete": work.is_deleted(),
                "is_prohibited": index % 53 == 13, "allow_share": true, "in_reviewing": false,
            },
            "statistics": {
                "admire_count": count(2, 9), "collect_count": count(3, 4000), "comment_count": comments(work),
                "digg_count": count(4, 90_000) + work.liked_since(), "share_count": count(5, 2000), "play_count": 0, "exposure_count": 0,
                "live_watch_count": 0,
            },
        }),
    ];
    joined(parts)
}

/// Objects as one.
fn joined(parts: impl IntoIterator<Item = Value>) -> Value {
    let fields =
        parts.into_iter().filter_map(|part| if let Value::Object(fields) = part { Some(fields) } else { None });
    Value::Object(fields.flatten().collect())
}

fn duration(work: &Work<'_>) -> u64 {
    15_000 + work.number(1, 45_000)
}

fn author(creator: &Creator, files: &Files<'_>) -> Value {
    json!({
        "uid": creator.uid, "sec_uid": creator.sec_uid, "nickname": creator.nickname, "short_id": "0",
        "unique_id": format!("dy{}", creator.uid), "signature": signature(creator), "follow_status": 0,
        "avatar_thumb": files.urls(&format!("a{}.jpeg", creator.index)),
        "avatar_larger": files.urls(&format!("A{}.jpeg", creator.index)),
    })
}

fn mix(work: &Work<'_>) -> Value {
    let Some(id) = work.creator.mix().filter(|_| work.index.is_multiple_of(5)) else { return Value::Null };
    json!({
        "mix_id": id, "mix_name": format!("{}的合集", work.creator.nickname), "desc": "一集一集慢慢看",
        "mix_desc": "一集一集慢慢看", "create_time": work.made(), "mix_create_time": work.made(), "mix_pic_type": 2,
        "mix_type": 0, "mix_share_url": "", "mix_update_time": work.made(),
        "statis": {"current_episode": work.index / 5 + 1},
    })
}

fn music(work: &Work<'_>, files: &Files<'_>) -> Value {
    let Work { creator, index } = *work;
    let id = 7_100_000_000_000_000_000 + creator.index * 1000 + index % 17;
    let known = json!({"pgc_author": "群星", "pgc_author_title": "群星-原声", "pgc_music_type": 2});
    json!({
        "id": id, "id_str": id.to_string(), "mid": id.to_string(), "title": format!("@{}创作的原声", creator.nickname),
        "author": creator.nickname, "author_deleted": false, "duration": 30, "status": 1, "is_commerce_music": false,
        "is_original": false, "is_original_sound": true, "is_pgc": false, "owner_handle": format!("dy{}", creator.uid),
        "owner_id": creator.uid, "owner_nickname": creator.nickname, "sec_uid": creator.sec_uid,
        "matched_pgc_sound": index.is_multiple_of(4).then_some(known), "play_url": files.urls(&format!("m{id}s30.mp3")),
    })
}

fn video(work: &Work<'_>, files: &Files<'_>) -> Value {
    let id = work.id();
    let lasts = duration(work);
    let encoding = |(rate, height): (u64, u64)| {
        let mut place = files.urls(&format!("v{id}x{height}d{lasts}.mp4"));
        if let Some(place) = place.as_object_mut() {
            let (width, height) = shape(height);
            place.insert("width".to_owned(), width.into());
            place.insert("height".to_owned(), height.into());
        }
        json!({
            "gear_name": format!("normal_{height}_0"), "quality_type": height / 10, "bit_rate": rate, "FPS": 30,
            "is_h265": u8::from(height == 1080), "format": "mp4", "play_addr": place,
        })
    };
    let encodings = [(1_800_000, 1080), (900_000, 720)].into_iter().filter(|_| !work.is_album()).map(encoding);
    json!({
        "duration": lasts, "width": shape(720).0, "height": 720, "ratio": "720p",
        "cover": files.urls(&format!("c{id}.jpeg")), "origin_cover": files.urls(&format!("o{id}.jpeg")),
        "dynamic_cover": files.urls(&format!("d{id}.webp")), "animated_cover": files.urls(&format!("g{id}.webp")),
        "play_addr": files.urls(&format!("v{id}x720d{lasts}.mp4")), "bit_rate": encodings.collect::<Vec<_>>(),
    })
}

fn image(work: &Work<'_>, nth: u64, files: &Files<'_>) -> Value {
    let id = work.id();
    let mut image = files.urls(&format!("i{id}n{nth}.webp"));
    let moves = work.is_moving() && nth != 2;
    if let (true, Some(fields)) = (moves, image.as_object_mut()) {
        fields.insert("video".to_owned(), json!({"play_addr": files.urls(&format!("l{id}n{nth}d3000.mp4"))}));
    }
    image
}

fn signature(creator: &Creator) -> String {
    format!("{}，每天更新 📷\n合作请私信", creator.dice.choose(5, &TALK))
}

/// How many comments a work has.
pub(super) fn comments(work: &Work<'_>) -> u64 {
    work.number(7, 60)
}

/// Someone, as the lists of people write them down.
pub(super) fn show_person(creator: &Creator, files: &Files<'_>) -> Value {
    let more = json!({
        "aweme_control": {"can_comment": true, "can_forward": true, "can_share": true, "can_show_comment": true},
        "aweme_count": creator.shown_before(creator.works).count(), "create_time": 0, "is_block": false,
        "cover_url": [files.urls(&format!("b{}.jpeg", creator.index))], "is_blocked": false,
        "is_gov_media_vip": false, "is_mix_user": false, "is_phone_binded": false, "is_top": 0, "is_verified": true,
        "is_star": creator.index.is_multiple_of(9), "language": "zh-Hans", "relation_label": "",
        "avatar_large": files.urls(&format!("A{}.jpeg", creator.index)),
    });
    let on_air = creator.is_on_air() && creator.room().is_some();
    let last = json!({
        "room_id": if on_air { creator.broadcast() } else { "0".into() }, "secret": u8::from(creator.is_closed()),
        "city": "成都", "country": "中国", "gender": 1 + creator.index % 2,
        "following_list_secondary_information_struct": {
            "secondary_information_priority": 1, "secondary_information_text": format!("{} 个作品", creator.works),
        },
    });
    joined([author(creator, files), more, last])
}

/// Someone, as their own page writes them down.
pub(super) fn show_profile(creator: &Creator, following: u64, followers: u64, files: &Files<'_>) -> Value {
    let more = json!({
        "favoriting_count": 5 + creator.dice.below(6, 60), "follower_count": followers, "following_count": following,
        "ip_location": "IP属地：四川", "is_ban": creator.is_banned(), "live_status": u8::from(creator.is_on_air()),
        "mix_count": u8::from(creator.mix().is_some()), "mplatform_followers_count": followers,
        "school_name": null, "total_favorited": creator.dice.below(8, 9_000_000), "user_age": 20 + creator.index % 30,
    });
    joined([show_person(creator, files), more])
}
