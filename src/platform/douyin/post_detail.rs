//! One post with all that its page shows.

use std::borrow::Cow;

use super::ask::{Base, Endpoint, Method, Place, Query, Site, refuse_other};
use super::read::{Clean, Count, Flag, HashtagIds, HashtagNames, Id, NestedBitRates, Text, Time, Urls, UrlsInPlace, record};
use crate::domain::Class;
use crate::wire::json::Value;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Which.
    pub aweme_id: &'a str,
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "post_detail",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/aweme/detail/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("aweme_id", self.aweme_id);
    }

    /// A post that is deleted, private or under review is answered without it, with the reason in `filter_detail`
    /// (protocol notes, section 4, 2026-11). The site answers `null` without a reason to a request that it does not like
    /// as well, so that says nothing about the post.
    fn judge(&self, root: Value<'_>) -> Option<(Class, String)> {
        let post = root.get("aweme_detail");
        if !post.is_nothing() {
            return refuse_other("post", post.get("aweme_id"), self.aweme_id);
        }
        let filter = root.get("filter_detail");
        let said = |name: &str| filter.get(name).text().filter(|text| !text.is_empty()).map(Cow::into_owned);
        let (reason, notices) = (said("filter_reason"), [said("notice"), said("detail_msg")]);
        let shown = notices.iter().flatten().chain(&reason).next();
        let Some(shown) = shown.map(|text| text.chars().filter(|c| !c.is_control()).take(120).collect::<String>()) else {
            return Some((Class::Schema, "it sends no post and no reason for that".to_owned()));
        };
        let texts: Vec<&str> = reason.iter().chain(notices.iter().flatten()).map(String::as_str).collect();
        Some((class_of(&texts), format!("the post is not shown: {shown}")))
    }
}

/// What the reasons of a missing post mean. One that names a permission decides before one that names a deletion: the
/// site has a notice that names both. An unknown reason, such as a busy server, says nothing about the post.
fn class_of(reasons: &[&str]) -> Class {
    let says = |words: &[&str]| reasons.iter().any(|reason| words.iter().any(|word| reason.contains(word)));
    if says(&["self_see", "friend_see", "private", "permission", "review", "audit", "权限", "私密", "隐私", "审核"]) {
        return Class::Private;
    }
    if says(&["delete", "not_exist", "not exist", "删除", "不存在", "不见了", "失效"]) {
        return Class::Gone;
    }
    Class::Schema
}

record! {
    /// One post, in full.
    Detail at "aweme_detail" {
        api_status_code: Count = "$.status_code";
        aweme_type: Count = "aweme_type";
        aweme_id: Id = "aweme_id";
        nickname: Clean = "author.nickname";
        sec_user_id: Id = "author.sec_uid";
        short_id: Id = "author.short_id";
        uid: Id = "author.uid";
        unique_id: Id = "author.unique_id";
        can_comment: Flag = "aweme_control.can_comment";
        can_forward: Flag = "aweme_control.can_forward";
        can_share: Flag = "aweme_control.can_share";
        can_show_comment: Flag = "aweme_control.can_show_comment";
        comment_gid: Id = "comment_gid";
        create_time: Time = "create_time";
        caption: Clean = "caption";
        desc: Clean = "desc";
        duration: Count = "duration";
        is_ads: Flag = "is_ads";
        is_story: Flag = "is_story";
        is_top: Count = "is_top";
        part_see: Count = "status.part_see";
        private_status: Count = "status.private_status";
        is_delete: Flag = "status.is_delete";
        is_prohibited: Flag = "status.is_prohibited";
        media_type: Count = "media_type";
        mix_desc: Clean = "mix_info.mix_desc";
        mix_create_time: Time = "mix_info.mix_create_time";
        mix_id: Id = "mix_info.mix_id";
        mix_name: Text = "mix_info.mix_name";
        mix_pic_type: Count = "mix_info.mix_pic_type";
        mix_type: Count = "mix_info.mix_type";
        mix_share_url: Text = "mix_info.mix_share_url";
        mix_update_time: Time = "mix_info.mix_update_time";
        is_commerce_music: Flag = "music.is_commerce_music";
        is_original: Flag = "music.is_original";
        is_original_sound: Flag = "music.is_original_sound";
        is_pgc: Flag = "music.is_pgc";
        music_author: Clean = "music.author";
        music_author_deleted: Flag = "music.author_deleted";
        music_duration: Count = "music.duration";
        music_id: Id = "music.id";
        music_mid: Id = "music.mid";
        pgc_author: Clean = "music.matched_pgc_sound.pgc_author";
        pgc_author_title: Clean = "music.matched_pgc_sound.pgc_author_title";
        pgc_music_type: Count = "music.matched_pgc_sound.pgc_music_type";
        music_status: Count = "music.status";
        music_owner_handle: Clean = "music.owner_handle";
        music_owner_id: Id = "music.owner_id";
        music_owner_nickname: Clean = "music.owner_nickname";
        music_play_url: Text = "music.play_url.url_list[0]";
        position: Text = "position";
        region: Text = "region";
        seo_ocr_content: Text = "seo_info.seo_ocr_content";
        allow_douplus: Flag = "video_control.allow_douplus";
        download_setting: Count = "video_control.download_setting";
        allow_share: Flag = "video_control.allow_share";
        admire_count: Count = "statistics.admire_count";
        collect_count: Count = "statistics.collect_count";
        comment_count: Count = "statistics.comment_count";
        digg_count: Count = "statistics.digg_count";
        share_count: Count = "statistics.share_count";
        hashtag_ids: HashtagIds = "text_extra";
        hashtag_names: HashtagNames = "text_extra";
        animated_cover: Text = "video.animated_cover.url_list[0]";
        cover: Text = "video.origin_cover.url_list[0]";
        video_bit_rate: NestedBitRates = "video.bit_rate";
        video_play_addr: Urls = "video.bit_rate[0].play_addr.url_list";
        images: UrlsInPlace<false> = "images";
        images_video: UrlsInPlace<true> = "images";
    }
}

/// What this endpoint answers.
pub type Answer = Detail;

#[cfg(test)]
mod tests {
    use crate::wire::json::{Caps, Json};

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<Class>) {
        let json = Json::parse(text.as_bytes().to_vec(), Caps::default()).unwrap();
        let judged = Request { aweme_id: "1" }.judge(json.root());
        assert_eq!(judged.map(|(class, _)| class), expected, "{text}");
    }

    fn without(filter: &str) -> String {
        format!(r#"{{"status_code":0,"aweme_detail":null,"filter_detail":{filter}}}"#)
    }

    #[test]
    fn a_missing_post_is_deleted_only_where_the_site_says_so() {
        check(r#"{"status_code":0,"aweme_detail":{"aweme_id":"1"}}"#, None);
        check(r#"{"status_code":0,"aweme_detail":{"aweme_id":"2"}}"#, Some(Class::Schema));
        check(r#"{"status_code":0,"aweme_detail":{}}"#, Some(Class::Schema));
        for deleted in [
            r#"{"notice":"作品已删除"}"#,
            r#"{"notice":"作品不存在","filter_reason":"","detail_msg":""}"#,
            r#"{"notice":"抱歉，作品不见了","filter_reason":"status_deleted"}"#,
            r#"{"filter_reason":"status_delete"}"#,
        ] {
            check(&without(deleted), Some(Class::Gone));
        }
        for private in [
            r#"{"notice":"因作品权限或已被删除，无法观看"}"#,
            r#"{"notice":"抱歉，作品不见了","filter_reason":"status_self_see"}"#,
            r#"{"notice":"抱歉，作品不见了","detail_msg":"因作品权限或已被删除，无法观看"}"#,
            r#"{"notice":"作品审核中","filter_reason":"status_reviewing"}"#,
        ] {
            check(&without(private), Some(Class::Private));
        }
        for unknown in [
            "null",
            "{}",
            r#"{"notice":"","filter_reason":"","detail_msg":""}"#,
            r#"{"notice":"网络繁忙，请稍后再试","filter_reason":"tomorrow"}"#,
        ] {
            check(&without(unknown), Some(Class::Schema));
        }
        check(r#"{"status_code":0,"aweme_detail":null}"#, Some(Class::Schema));
        check(r#"{"status_code":0}"#, Some(Class::Schema));
    }
}
