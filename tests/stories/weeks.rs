//! Many targets over three weeks in which the site lives: posts come and go, people are renamed, followers leave, pages
//! fail in every way, logins are lost and found, the house is shut down and opened again, and the queue file is edited.
//! At the end what is kept is what the site has, exactly.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use radard::domain::{Creator, Post};
use radard::platform::douyin::mode::{Mode, Order, Rows};
use radard::sim::Lost;

use crate::kit::{Crawling, figure, size, texts};

const DAY: Duration = Duration::from_hours(24);
const YEAR_MS: i64 = 365 * 86_400_000;

/// A queue file of these targets: the number of a creator, and what is taken.
fn file(house: &Crawling<'_>, targets: &[(usize, &str)], more: &str) -> String {
    let mut text = "[defaults]\nprofile = \"main\"\nevery = \"1d\"\n".to_owned();
    for (n, (creator, takes)) in targets.iter().enumerate() {
        let every = if n % 3 == 0 { "every = \"36h\"\n" } else { "" };
        let at = if n % 5 == 1 { "at = [\"09:00\", \"21:30\"]\n" } else { every };
        let page = house.page(*creator);
        let _ = write!(text, "[[target]]\nname = \"t{creator}\"\nurl = \"{page}\"\ntake = [{takes}]\n{at}");
    }
    text.push_str(more);
    text
}

/// What the site has of a creator.
struct Truth {
    creator: Creator,
    posts: BTreeMap<String, Post>,
}

async fn truth(house: &Crawling<'_>, id: &str) -> Truth {
    let mut posts = BTreeMap::new();
    for rows in house.pages(&Order::new(Mode::Post, id)).await {
        if let Rows::Posts(rows) = rows {
            posts.extend(rows.into_iter().map(|post| (post.id.clone(), post)));
        }
    }
    let profile = house.pages(&Order::new(Mode::Profile, id)).await;
    let people =
        profile.into_iter().filter_map(|rows| if let Rows::People(people) = rows { Some(people) } else { None });
    Truth { creator: people.flatten().next().unwrap(), posts }
}

/// Compares what is kept of a creator with what the site has.
async fn compare(house: &Crawling<'_>, creator: usize, takes: &str) -> usize {
    let id = house.site.creators[creator].clone();
    let truth = truth(house, &id).await;
    let of = |rows: Vec<String>| -> BTreeSet<String> {
        let mine = rows.iter().filter_map(|row| row.strip_prefix(&format!("{id}|")).map(str::to_owned));
        mine.collect()
    };
    let file = house.dir.database();
    let posts = "SELECT creator || '|' || id || '|' || text || '|' || COALESCE(likes, -1) || '|' || privacy || '|' || is_prohibited
        FROM post WHERE gone_at IS NULL";
    let shown = |post: &Post| {
        let [likes, privacy] = [post.counts.likes, post.privacy].map(|number| number.unwrap_or(-1));
        format!("{}|{}|{likes}|{privacy}|{}", post.id, post.text, i64::from(post.is_prohibited))
    };
    let expected: BTreeSet<String> = truth.posts.values().map(shown).collect();
    let kept = of(texts(&file, posts));
    let apart: Vec<_> = kept.symmetric_difference(&expected).take(4).collect();
    assert!(
        kept == expected,
        "posts of creator {creator}: {} kept, {} there; apart {apart:?}",
        kept.len(),
        expected.len()
    );
    let last = "SELECT post.creator || '|' || post.id || '|' || mine.likes FROM post_count AS mine JOIN post ON post.id = mine.post
        WHERE gone_at IS NULL AND at = (SELECT MAX(at) FROM post_count WHERE post = mine.post) AND mine.likes = post.likes";
    let counted: BTreeSet<String> =
        truth.posts.values().map(|post| format!("{}|{}", post.id, post.counts.likes.unwrap_or(-1))).collect();
    assert_eq!(of(texts(&file, last)), counted, "the last numbers of creator {creator}");
    if takes.contains("profile") {
        let row = "SELECT id || '|' || nickname || '|' || posts || '|' || followers FROM creator WHERE profile_at IS NOT NULL";
        let Creator { author, audience, .. } = &truth.creator;
        let expected =
            format!("{}|{}|{}", author.nickname, audience.posts.unwrap_or(-1), audience.followers.unwrap_or(-1));
        assert_eq!(of(texts(&file, row)), BTreeSet::from([expected]), "creator {creator}");
    }
    if takes.contains("followers") {
        let rows = "SELECT owner || '|' || item FROM listed WHERE list = 'followers' AND gone_at IS NULL";
        let order = Order { source_type: Some(1), ..Order::new(Mode::Follower, id.clone()) };
        assert_eq!(of(texts(&file, rows)), house.truth(&order).await, "followers of creator {creator}");
    }
    truth.posts.len()
}

/// Two days with what no page is to blame for: lists that lie, a short outage and a proxy, an outage that lasts.
async fn two_bad_days(house: &Crawling<'_>, week: usize) {
    let site = &house.world.running;
    let (minutes, hours) = (Duration::from_mins(10), Duration::from_hours(7));
    let rest = (DAY * 2).saturating_sub(hours + minutes);
    match week {
        0 => {
            site.lose(Some(Lost::Nothing));
            house.pass(hours).await;
            site.lose(Some(Lost::Half));
            house.pass(minutes).await;
            site.lose(None);
            house.pass(rest).await;
        }
        1 => {
            assert!(site.cut_off(Some("douyin")));
            house.pass(minutes).await;
            site.reconnect();
            site.proxy(Some(404));
            house.pass(hours).await;
            site.proxy(None);
            house.pass(rest).await;
        }
        _ => {
            assert!(site.cut_off(Some("douyin")));
            house.pass(DAY * 2).await;
            site.reconnect();
        }
    }
}

#[test]
fn targets_are_what_the_site_has_after_three_weeks() {
    Crawling::run("weeks", &[], async |house| {
        house.world.running.live();
        let all = "\"profile\", \"posts\", \"followers\"";
        let last = size(13, 24);
        let mut targets: Vec<(usize, &str)> = (6..last).map(|creator| (creator, "\"profile\", \"posts\"")).collect();
        targets.extend([(24, all), (27, all)]);
        house.save(&file(house, &targets, "")).await;
        for week in 0..3 {
            // Some pages fail, in every way.
            for fault in [
                "douyin.user_post.network@every=23",
                "douyin.user_post.schema@every=41",
                "douyin.user_follower.network@every=17",
                "douyin.user_profile.rate@every=19",
                "douyin.user_post.signature@every=53",
            ] {
                house.world.play(fault).await;
            }
            two_bad_days(house, week).await;
            // The login is lost for a day, and found.
            house.world.play_nothing().await;
            house.world.play("douyin.user_post.auth").await;
            house.pass(DAY).await;
            house.world.play_nothing().await;
            house.found("main").await;
            house.pass(Duration::from_hours(5)).await;
            house.restart().await;
            // The file is edited: one goes and comes again, another is held back for a while, one is new.
            let fewer: Vec<_> = targets.iter().copied().filter(|(creator, _)| *creator != 10 + week).collect();
            let paused = format!(
                "[[target]]\nname = \"late\"\nurl = \"{}\"\ntake = [\"posts\"]\npaused = true\n",
                house.page(30)
            );
            house.save(&file(house, &fewer, &paused)).await;
            house.pass(DAY).await;
            house.world.play("douyin.user_post.risk@every=31").await;
            house.save(&file(house, &targets, "")).await;
            house.pass(DAY * 2).await;
            house.world.play_nothing().await;
            house.restart().await;
            house.pass(Duration::from_hours(19)).await;
        }
        let began = house.set("SELECT id FROM post");
        // The site stands still until everything was read to its end once more.
        house.world.running.stand();
        // Our clock shows another year for some hours.
        house.world.ambient.clock.step(YEAR_MS);
        house.pass(Duration::from_hours(30)).await;
        house.world.ambient.clock.step(-YEAR_MS);
        house.clock_is_right().await;
        house.pass(DAY * 5).await;
        let mut posts = 0;
        for (creator, takes) in &targets {
            posts += compare(house, *creator, takes).await;
        }
        let count = |question: &'static str| texts(&house.dir.database(), question)[0].parse::<u64>().unwrap();
        let gone = count("SELECT CAST(COUNT(*) AS TEXT) FROM post WHERE gone_at IS NOT NULL");
        let back = count("SELECT CAST(COUNT(*) AS TEXT) FROM post_change WHERE what = 'is_gone'");
        let renamed = count("SELECT CAST(COUNT(DISTINCT creator) AS TEXT) FROM creator_name");
        let left = count("SELECT CAST(COUNT(*) AS TEXT) FROM listed WHERE list = 'followers' AND gone_at IS NOT NULL");
        let rounds = count("SELECT CAST(COUNT(*) AS TEXT) FROM job WHERE state = 'done'");
        let unwell = house.set(
            "SELECT key || ' ' || last_error FROM job WHERE state NOT IN ('done', 'queued', 'snoozed', 'running')",
        );
        assert!(
            gone > 10 && back > 3 && renamed > 2 && left > 2,
            "the control: the site lived: {gone} {back} {renamed} {left}"
        );
        assert!(began.len() > 300 && unwell.is_empty(), "{unwell:?}");
        let alarms =
            house.set("SELECT name || ' ' || subject FROM alarm WHERE closed_at IS NULL AND name = 'target_silent'");
        assert!(alarms.is_empty(), "nobody is silent: {alarms:?}");
        figure(&format!(
            "weeks targets={} rounds={rounds} posts={posts} gone={gone} back={back} renamed={renamed} left={left} apart=0",
            targets.len()
        ));
    });
}
