//! Lists of the simulated site, walked through to their ends and through every way in which a page can fail.

use std::collections::BTreeSet;
use std::num::NonZeroU64;
use std::time::Duration;

use radard::domain::Class;
use radard::domain::interval::Interval;
use radard::net::{Ask, Refusal, Want};
use radard::platform::douyin::list::{Ended, Listing, Progress, Walk, Wants};
use radard::platform::douyin::{
    Encoded, follow_feed, following_user_live, friend_feed, home_post_search, live_im_fetch, locate_post, post_comment,
    post_comment_reply, post_detail, post_feed, post_related, post_search, suggest_word, user_collection,
    user_collects, user_collects_video, user_follower, user_following, user_like, user_live, user_live_by_room,
    user_live_status, user_mix, user_music_collection, user_post, user_profile,
};

use crate::kit::{Site, World};

impl Site {
    /// Walks to the end; gives the ids, in their order, and where the walk stood.
    async fn all<L: Listing>(&self, request: L, wants: Wants) -> Result<(Vec<String>, Progress), Refusal> {
        let mut walk = Walk::new(request, wants);
        let mut ids = Vec::new();
        while let Some(leaf) = walk.next(&self.douyin, &self.owner).await? {
            let before = ids.len();
            ids.extend(leaf.keys());
            assert_eq!(ids.len() - before, leaf.taken.len(), "each has an id");
        }
        Ok((ids, walk.progress().clone()))
    }
}

fn distinct(ids: &[String]) -> usize {
    ids.iter().collect::<BTreeSet<_>>().len()
}

#[test]
fn three_thousand_posts_come_once_each_and_in_their_order() {
    World::run(&[], async |world| {
        let site = Site::of(world);
        let (ids, progress) = site.all(user_post::Request::first(&site.creators[0]), Wants::default()).await.unwrap();
        // 3,240 were made; every 37th is deleted, every 41st is shown to nobody.
        let shown = (0..3240).filter(|index| index % 37 != 9 && index % 41 != 11).count();
        assert_eq!((ids.len(), distinct(&ids)), (shown, shown));
        assert!(ids.iter().rev().is_sorted(), "the newest first");
        assert_eq!((progress.pages, progress.ended), (162, Some(Ended::Whole)));
    });
}

#[test]
fn pages_without_posts_are_gone_through_and_a_pinned_post_ends_nothing() {
    World::run(&[], async |world| {
        let site = Site::of(world);
        let (ids, progress) = site.all(user_post::Request::first(&site.creators[6]), Wants::default()).await.unwrap();
        let shown = (0..180).filter(|index| !(40..110).contains(index) && index % 37 != 9 && index % 41 != 11).count();
        assert_eq!((ids.len(), progress.pages), (shown, 9), "the oldest are behind three pages of nothing");
        let (pinned, _) = site.all(user_post::Request::first(&site.creators[1]), Wants::default()).await.unwrap();
        assert_eq!(distinct(&pinned), pinned.len());
        assert!(pinned[0] < pinned[1] && pinned[1..].iter().rev().is_sorted(), "the pinned one stands above");
        let none = site.all(user_post::Request::first(&site.creators[2]), Wants::default()).await.unwrap();
        assert_eq!((none.0.len(), none.1.ended), (0, Some(Ended::Whole)));
    });
}

#[test]
fn what_is_wanted_decides_how_much_is_asked() {
    World::run(&[], async |world| {
        let site = Site::of(world);
        let first = || user_post::Request::first(&site.creators[0]);
        let most = NonZeroU64::new(45);
        let (ids, progress) = site.all(first(), Wants { most, ..Wants::default() }).await.unwrap();
        assert_eq!((ids.len(), progress.pages, progress.ended), (45, 3, Some(Ended::Enough)));
        let within = Interval::parse("2026-03-01|2026-03-31").unwrap();
        let (march, progress) = site.all(first(), Wants { within, ..Wants::default() }).await.unwrap();
        assert!((160..=186).contains(&march.len()), "six a day: {}", march.len());
        assert_eq!((progress.ended, progress.pages < 13), (Some(Ended::Past), true), "{progress:?}");
    });
}

#[test]
fn every_list_of_the_site_is_read_to_its_end() {
    World::run(&[], async |world| {
        let site = Site::of(world);
        let (posts, _) = site.all(user_post::Request::first(&site.creators[0]), Wants::default()).await.unwrap();
        let whole = Some(Ended::Whole);
        let count = async |listed: Result<(Vec<String>, Progress), Refusal>| {
            let (ids, progress) = listed.unwrap();
            assert_eq!(distinct(&ids), ids.len());
            (ids.len(), progress.ended)
        };
        let few = Wants { most: NonZeroU64::new(33), ..Wants::default() };
        let all = Wants::default();
        assert!(count(site.all(user_like::Request::first(&site.creators[0]), all).await).await.0 >= 5);
        assert!(count(site.all(user_collection::Request::first(), all).await).await.0 >= 60);
        assert_eq!(count(site.all(user_collects::Request::first(), all).await).await, (3, whole));
        let (folders, _) = site.all(user_collects::Request::first(), all).await.unwrap();
        assert!(count(site.all(user_collects_video::Request::first(&folders[0]), all).await).await.0 >= 25);
        assert_eq!(count(site.all(user_collects_video::Request::first(&folders[2]), all).await).await, (0, whole));
        assert_eq!(count(site.all(user_music_collection::Request::first(), all).await).await, (25, whole));
        let detail = site.douyin.ask(&site.owner, &post_detail::Request { aweme_id: &posts[0] }).await.unwrap();
        let mix_id = detail.content.mix_id.as_str().map(std::borrow::Cow::into_owned);
        let in_mix = mix_id.unwrap_or_else(|| "7200000000000000000".to_owned());
        assert!(count(site.all(user_mix::Request::first(&in_mix), all).await).await.0 > 500);
        for source_type in [1, 3, 4] {
            let request =
                user_following::Request { source_type, ..user_following::Request::first("", &site.creators[9]) };
            assert!(count(site.all(request, all).await).await.1 == whole);
        }
        let followers = count(site.all(user_follower::Request::first("", &site.creators[9]), all).await).await;
        assert!(followers.0 >= 25 && followers.1 == whole);
        let talked = posts.iter().take(9);
        let mut comments = Vec::new();
        for post in talked {
            comments.push((post, site.all(post_comment::Request::first(post), all).await.unwrap().0));
        }
        let (post, said) = comments.iter().max_by_key(|(_, said)| said.len()).unwrap();
        assert!(said.len() > 20);
        let replies = site.all(post_comment_reply::Request::first(post, &said[7]), all).await.unwrap();
        assert_eq!((replies.0.len(), replies.1.pages), (7, 3), "three in a page");
        assert_eq!(count(site.all(post_related::Request::first(&posts[3]), few).await).await.0, 33);
        assert_eq!(count(site.all(post_feed::Request::first(), few).await).await, (33, Some(Ended::Enough)));
        assert!(count(site.all(friend_feed::Request::first(), all).await).await.0 > 10);
        assert!(count(site.all(following_user_live::Request, all).await).await.0 >= 3);
        assert_eq!(count(site.all(suggest_word::Request::first(Encoded::text("美食")), all).await).await, (8, whole));
        let profile = site.douyin.ask(&site.guest, &user_profile::Request { sec_user_id: &site.creators[0] }).await;
        let uid = profile.unwrap().content.uid.as_str().unwrap().into_owned();
        let found = site.all(home_post_search::Request::first(Encoded::text("美食"), &uid), few).await;
        assert_eq!(count(found).await.0, 33);
    });
}

#[test]
fn what_is_no_list_is_read_as_it_stands() {
    World::run(&[], async |world| {
        let site = Site::of(world);
        let ask = &site.douyin;
        let owner = &site.owner;
        let (posts, _) = site
            .all(user_post::Request::first(&site.creators[0]), Wants { most: NonZeroU64::new(3), ..Wants::default() })
            .await
            .unwrap();
        let room = ask.ask(&site.guest, &user_live::Request { web_rid: "100000000000" }).await.unwrap().content;
        let room_id = room.room_id.as_str().unwrap().into_owned();
        let shared = ask.ask(owner, &user_live_by_room::Request { room_id: &room_id }).await.unwrap().content;
        assert_eq!(shared.nickname.raw(), room.nickname.raw());
        let uid = room.user_id.as_str().unwrap().into_owned();
        let status = ask.ask(owner, &user_live_status::Request { user_ids: &uid }).await.unwrap().content;
        assert_eq!(status.live_status.value(), Some(1));
        let begin = live_im_fetch::Request {
            room_id: &room_id,
            user_unique_id: "7319483754668557238",
            cursor: Encoded::default(),
            internal_ext: Encoded::default(),
        };
        let begin = ask.ask(&site.guest, &begin).await.unwrap().content;
        assert!(
            begin.internal_ext.as_str().unwrap().contains(&room_id) && begin.cursor.as_str().unwrap().starts_with("t-")
        );
        let located = locate_post::Request::first(&site.creators[0], &posts[2]);
        let located = ask.ask(owner, &located).await.unwrap();
        assert_eq!(located.records().next().unwrap().aweme_id.as_str().as_deref(), Some(posts[2].as_str()));
        let raw = ask.ask(owner, &post_search::Request::first(Encoded::text("猫"))).await.unwrap().raw().to_owned();
        assert!(raw.len() > 10_000, "what nobody reads is kept");
        let (followed, progress) = site.all(follow_feed::Request::first(), Wants::default()).await.unwrap();
        assert_eq!((followed.len(), progress.ended), (distinct(&followed), Some(Ended::Whole)));
        assert!(followed.len() > 40, "{}", followed.len());
        let gone = ask.ask(owner, &post_detail::Request { aweme_id: "7400000000000000001" }).await.unwrap_err();
        assert_eq!((gone.class, gone.message.contains("作品不存在")), (Class::Gone, true), "{}", gone.message);
        let closed = ask.ask(owner, &user_post::Request::first(&site.creators[5])).await.unwrap_err();
        assert_eq!(closed.class, Class::Private);
        let unknown = ask.ask(owner, &user_post::Request::first("MS4wLjABAAAAnobody")).await.unwrap_err();
        assert_eq!(unknown.class, Class::Schema);
        let likes = ask.ask(&site.guest, &user_like::Request::first(&site.creators[0])).await.unwrap_err();
        assert_eq!(likes.class, Class::Auth, "a guest is told to log in");
    });
}

#[test]
fn a_page_that_fails_in_any_way_is_asked_for_again_and_nothing_is_lost_or_doubled() {
    // Of a wrong signature the site says nothing, which is a risk.
    let not_played = [Class::Ok, Class::Local, Class::Signature];
    for class in Class::ALL.into_iter().filter(|class| !not_played.contains(class)) {
        let faults = ["1", "every=2"].map(|when| format!("douyin.user_post.{class}@{when}"));
        World::run(&faults, async |world| {
            let site = Site::of(world);
            let mut walk = Walk::new(user_post::Request::first(&site.creators[6]), Wants::default());
            let (mut ids, mut refused) = (Vec::new(), 0);
            loop {
                match walk.next(&site.douyin, &site.owner).await {
                    Ok(Some(leaf)) => {
                        assert_eq!(leaf.taken.len(), leaf.page.content.len);
                        ids.extend(leaf.keys());
                    }
                    Ok(None) => break,
                    Err(refusal) => {
                        assert_eq!(refusal.class, class, "{}", refusal.message);
                        refused += 1;
                    }
                }
            }
            let shown = (0..180).filter(|at| !(40..110).contains(at) && at % 37 != 9 && at % 41 != 11).count();
            assert_eq!((ids.len(), distinct(&ids), refused), (shown, shown, 10), "{class}");
        });
    }
}

#[test]
fn media_are_where_the_post_says_until_its_addresses_are_out_of_date() {
    World::run(&[], async |world| {
        let site = Site::of(world);
        let (ids, _) = site.all(user_post::Request::first(&site.creators[6]), Wants::default()).await.unwrap();
        let addresses = async || {
            let detail = site.douyin.ask(&site.owner, &post_detail::Request { aweme_id: &ids[1] }).await.unwrap();
            serde_json::from_value::<Vec<String>>(detail.to_dict()["video_play_addr"].clone()).unwrap()
        };
        let class = async |url: &str| world.client.fetch(url).await.unwrap().class(Want::Media);
        let mirrors = addresses().await;
        let first = world.client.fetch(&mirrors[0]).await.unwrap();
        assert_eq!((first.status.as_u16(), &first.body[4..8]), (200, &b"ftyp"[..]));
        assert_eq!(world.client.fetch(&mirrors[1]).await.unwrap().body, first.body);
        let etag = first.headers["etag"].to_str().unwrap().to_owned();
        let part = async |validator: &str| {
            let ask = Ask::get(&*mirrors[0]).header("range", "bytes=100-199").header("if-range", validator);
            let answer = world.client.fetch(ask).await.unwrap();
            (answer.status.as_u16(), answer.body)
        };
        assert_eq!(part(&etag).await, (206, first.body[100..200].to_vec()));
        assert_eq!(part("\"another\"").await, (200, first.body.clone()));
        assert_eq!(class(&mirrors[0].replace("x-expires=", "x-expires=1")).await, Class::Auth, "nobody makes it last");
        world.ambient.clock.jump(Duration::from_hours(7));
        assert_eq!((class(&mirrors[0]).await, class(&mirrors[1]).await), (Class::Auth, Class::Gone));
        assert_eq!(
            world.client.fetch(&addresses().await[0]).await.unwrap().body,
            first.body,
            "the post is asked again"
        );
    });
}
