//! One post with all that its page shows.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
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

    /// A post that is no more is answered without it, mostly with a notice.
    fn judge(root: Value<'_>) -> Option<(Class, String)> {
        let notice = root.get("filter_detail").get("notice").text();
        let notice = notice.filter(|notice| !notice.is_empty()).unwrap_or("no reason is given".into());
        root.get("aweme_detail").is_nothing().then(|| (Class::Gone, format!("the post is not shown: {notice}")))
    }
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
