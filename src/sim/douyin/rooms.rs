//! Live rooms: by their number, by their broadcast, by who is in them.

use serde_json::{Value, json};

use super::asked::{Asked, Told, WRONG, fields};
use super::cast::Creator;
use super::show::show_person;

const QUALITIES: [&str; 4] = ["FULL_HD1", "HD1", "SD2", "SD1"];

fn streams(asked: &Asked<'_>, creator: &Creator) -> Value {
    let named = |ending: &str| {
        let url = |quality: &&str| {
            (
                (*quality).to_owned(),
                Value::from(format!("{}/live/{}_{quality}.{ending}", asked.files.base, creator.broadcast())),
            )
        };
        Value::Object(QUALITIES.iter().map(url).collect())
    };
    json!({
        "flv_pull_url": named("flv"), "hls_pull_url_map": named("m3u8"), "default_resolution": "FULL_HD1",
        "resolution_name": {"FULL_HD1": "原画", "HD1": "超清", "SD2": "高清", "SD1": "标清", "AUTO": "自动"},
        "stream_orientation": 1,
    })
}

fn room(asked: &Asked<'_>, creator: &Creator) -> Value {
    let mut owner = show_person(creator, &asked.files);
    if let Some(fields) = owner.as_object_mut() {
        let follow = json!({"follow_status": 0, "following_count": 3, "follower_count": 1200});
        fields.insert("id_str".to_owned(), Value::from(creator.uid.as_str()));
        fields.insert("follow_info".to_owned(), follow);
        fields.insert("web_rid".to_owned(), Value::from(creator.room().unwrap_or_default()));
        fields.insert("verified".to_owned(), Value::from(true));
    }
    let broadcast = creator.broadcast();
    json!({
        "id": broadcast.parse::<u64>().unwrap_or(0), "id_str": broadcast, "status": if creator.is_on_air() { 2 } else { 4 },
        "title": format!("{}的直播间", creator.nickname), "cover": asked.files.urls(&format!("r{}-4000.bin", creator.index)),
        "stats": {"user_count_str": "1千+", "total_user_str": "3万+", "like_count_str": "12万", "like_count": 120_000},
        "stream_url": streams(asked, creator), "owner": owner, "has_commerce_goods": false, "live_room_mode": 0,
        "mosaic_status": 0, "room_auth": {"Chat": true, "Gift": true, "Digg": true, "Share": true},
        "partition_road_map": {"partition": {"id_str": "1", "title": "生活"}, "sub_partition": {"id_str": "2", "title": "美食"}},
        "user_count": 1234, "create_time": 1_779_000_000, "finish_time": 0, "stream_id": broadcast.parse::<u64>().unwrap_or(0),
    })
}

/// A room by its number.
pub(super) fn enter(asked: &Asked<'_>) -> Told {
    let rid = asked.text("web_rid");
    let creator = asked.cast.all.iter().find(|creator| creator.room().is_some_and(|room| room == rid)).ok_or(WRONG)?;
    let data = json!({
        "data": [room(asked, creator)], "enter_room_id": creator.broadcast(), "qrcode_url": "",
        "user": show_person(creator, &asked.files), "room_status": if creator.is_on_air() { 0 } else { 2 },
    });
    Ok(format!("\"data\":{data}"))
}

/// A room by its broadcast.
pub(super) fn reflow(asked: &Asked<'_>) -> Told {
    let id = asked.text("room_id");
    let creator =
        asked.cast.all.iter().find(|creator| creator.room().is_some() && creator.broadcast() == id).ok_or(WRONG)?;
    Ok(format!("\"data\":{}", json!({"room": room(asked, creator), "user": show_person(creator, &asked.files)})))
}

/// Whether someone is on air.
pub(super) fn status(asked: &Asked<'_>) -> Told {
    let creator = asked.cast.named("", asked.text("user_ids")).ok_or(WRONG)?;
    let id = creator.broadcast();
    let live = json!([{
        "scene_id": 254, "user_live": [{
            "live_status": u8::from(creator.is_on_air()), "room_id": id.parse::<u64>().unwrap_or(0), "room_id_str": id,
            "user_id": creator.uid.parse::<u64>().unwrap_or(0), "user_id_str": creator.uid,
        }],
    }]);
    Ok(format!("\"data\":{live}"))
}

/// The rooms on air of those whom the owner follows.
pub(super) fn followed(asked: &Asked<'_>) -> Told {
    if asked.text("scene") != "aweme_pc_follow_top" {
        return Err(WRONG);
    }
    let on_air = asked.cast.all.iter().filter(|creator| creator.is_on_air() && creator.room().is_some());
    let rooms: Vec<Value> = on_air
        .map(|creator| {
            json!({
                "web_rid": creator.room(), "uniq_id": creator.uid, "cover_type": 0, "is_recommend": 0, "tag_name": "", "title_type": 1,
                "room": room(asked, creator),
            })
        })
        .collect();
    Ok(format!("\"data\":{}", json!({"data": rooms, "message": ""})))
}

/// Where a listener begins.
pub(super) fn begin(asked: &Asked<'_>) -> Told {
    let id = asked.text("room_id");
    let creator =
        asked.cast.all.iter().find(|creator| creator.broadcast() == id && creator.is_on_air()).ok_or(WRONG)?;
    let now = asked.files.now * 1000;
    let more = json!({
        "cursor": format!("t-{now}_r-1_d-1_u-1"), "internal_ext": format!("internal_src:dim|wss_push_room_id:{id}|first_req_ms:{now}"),
        "extra": {"cursor": format!("t-{now}_r-1_d-1_u-1"), "now": now},
    });
    let common = json!([{"common": {"is_show_msg": true, "msg_id": 1, "room_id": creator.broadcast().parse::<u64>().unwrap_or(0)}}]);
    Ok(format!("\"data\":{common}{}", fields(&more)))
}
