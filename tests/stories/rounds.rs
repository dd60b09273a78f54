//! Rounds of targets against the simulated site, on a clock that jumps: what is kept is what the site has, after every
//! failure that a page can meet, and as the days go by.

use std::collections::BTreeSet;
use std::time::Duration;

use radard::platform::douyin::mode::{Mode, Order};
use radard::sim::Rename;
use serde_json::Value;

use crate::kit::{Crawling, size, texts};

#[test]
fn every_list_of_a_creator_and_of_a_login_is_kept_whole() {
    Crawling::run("rounds-lists", &[], async |house| {
        let page = house.page(3);
        house
            .save(&format!(
                "[defaults]\nprofile = \"main\"\n[[target]]\nname = \"c\"\nurl = \"{page}\"\n\
                 take = [\"profile\", \"posts\", \"likes\", \"followers\", \"following\"]\n\
                 [[target]]\nname = \"said\"\nurl = \"{page}\"\ntake = [\"comments\"]\nmax = 3\n\
                 [[target]]\nname = \"mine\"\ntake = [\"collection\", \"collects\", \"music\", \"friend\", \"follow\", \"following_lives\"]\n"
            ))
            .await;
        let creator = house.site.creators[3].clone();
        let people = |mode| Order { source_type: Some(1), ..Order::new(mode, creator.clone()) };
        for (name, question, order) in [
            (
                "c/posts",
                "SELECT id FROM post WHERE creator = (SELECT creator FROM creator_count)",
                Order::new(Mode::Post, creator.clone()),
            ),
            ("c/likes", "SELECT item FROM listed WHERE list = 'likes'", Order::new(Mode::Like, creator.clone())),
            ("c/followers", "SELECT item FROM listed WHERE list = 'followers'", people(Mode::Follower)),
            ("c/following", "SELECT item FROM listed WHERE list = 'following'", people(Mode::Following)),
            ("mine/collection", "SELECT item FROM listed WHERE list = 'collection'", Order::new(Mode::Collection, "")),
            ("mine/collects", "SELECT id FROM folder", Order::new(Mode::Collects, "")),
            ("mine/music", "SELECT id FROM music", Order::new(Mode::Music, "")),
            ("mine/follow", "SELECT item FROM listed WHERE list = 'follow'", Order::new(Mode::Follow, "")),
            ("mine/following_lives", "SELECT number FROM room", Order::new(Mode::FollowingLives, "")),
        ] {
            let take = house.rounds(name, 1).await;
            assert_eq!(take["class"], "ok", "{name}: {take}");
            let (kept, truth) = (house.set(question), house.truth(&order).await);
            assert!(!truth.is_empty(), "the control: {name}");
            assert_eq!(kept, truth, "{name}");
        }
        for folder in house.set("SELECT id FROM folder") {
            let kept = house.set("SELECT owner || '/' || item FROM listed WHERE list = 'folder'");
            let kept: BTreeSet<_> = kept.iter().filter_map(|row| row.strip_prefix(&format!("{folder}/"))).collect();
            let truth = house.truth(&Order::new(Mode::Folder, folder.clone())).await;
            assert_eq!(kept, truth.iter().map(String::as_str).collect(), "{folder}");
        }
        house.rounds("said/comments", 1).await;
        // What is known of them tells what they cost another time, whatever the store calls its list.
        let again = "[[target]]\nname = \"again\"\nprofile = \"main\"\ntake = [\"collection\", \"collects\", \"music\", \"following_lives\"]\n";
        let cost = house.cost(again, "again").await;
        assert!(cost.unknown.is_empty() && cost.requests >= 4, "{cost:?}");
        let other = house.page(9);
        let stranger = format!("[[target]]\nname = \"who\"\nurl = \"{other}\"\ntake = [\"posts\"]\n");
        assert_eq!(house.cost(&stranger, "who").await.unknown, ["posts"], "the control");
        let posts = house.set("SELECT DISTINCT post FROM comment");
        assert_eq!(posts.len(), 3);
        for post in posts {
            let truth = house.truth(&Order::new(Mode::Comments, post.clone())).await;
            let kept = house.set("SELECT post || '/' || id FROM comment WHERE parent IS NULL");
            let kept: BTreeSet<_> = kept.iter().filter_map(|row| row.strip_prefix(&format!("{post}/"))).collect();
            assert_eq!(kept, truth.iter().map(String::as_str).collect(), "{post}");
        }
        for row in house.set("SELECT post || '/' || id FROM comment WHERE replies > 0 AND parent IS NULL") {
            let (post, comment) = row.split_once('/').unwrap();
            let order = Order { comment: comment.to_owned(), ..Order::new(Mode::Replies, post) };
            let kept = house.set("SELECT parent || '/' || id FROM comment WHERE parent IS NOT NULL");
            let kept: BTreeSet<_> = kept.iter().filter_map(|row| row.strip_prefix(&format!("{comment}/"))).collect();
            assert_eq!(kept, house.truth(&order).await.iter().map(String::as_str).collect(), "{row}");
        }
    });
}

#[test]
fn whatever_a_page_meets_the_round_ends_with_all_of_the_list() {
    // Every way in which a page can fail, each at another page of a list of thirty-odd.
    let faults = [
        "douyin.user_post.network@2",
        "douyin.user_post.rate@5",
        "douyin.user_post.schema@9",
        "douyin.user_post.risk@13",
        "douyin.user_post.signature@17",
        "douyin.user_post.auth@21",
    ];
    Crawling::run("rounds-faults", &faults, async |house| {
        let page = house.page(0);
        let text = "take = [\"posts\"]\nprofile = \"main\"\nevery = \"7d\"\nbetween = \"2026-01-01|2026-12-31\"";
        house.save(&format!("[[target]]\nname = \"c\"\nurl = \"{page}\"\n{text}\n")).await;
        let take = house.rounds("c/posts", 1).await;
        assert_eq!(take["class"], "ok", "{take}");
        let truth = house.truth(&Order::new(Mode::Post, house.site.creators[0].clone())).await;
        let kept = house.set("SELECT id FROM post");
        let made = texts(&house.dir.database(), "SELECT CAST(MIN(made_at) AS TEXT) FROM post");
        assert!(kept.len() > 500 && kept.is_subset(&truth), "{} of {}", kept.len(), truth.len());
        assert!(made[0].parse::<i64>().unwrap() >= 1_767_196_800_000, "nothing of before: {made:?}");
        let state = texts(&house.dir.database(), "SELECT state FROM job");
        assert_eq!(state, ["done"]);
    });
}

#[test]
fn every_class_at_every_page_leaves_the_list_whole_in_the_end() {
    Crawling::run("rounds-classes", &[], async |house| {
        let page = house.page(0);
        let order = Order::new(Mode::Post, house.site.creators[0].clone());
        let truth = house.truth(&order).await;
        let wanted = "between = \"2026-01-01|2026-12-31\"\nevery = \"90d\"\nprofile = \"main\"";
        let mut all = BTreeSet::new();
        // A list of thirty pages; the short story looks at some of them.
        let step = size(7, 1);
        for class in ["network", "rate", "schema", "risk", "signature", "auth", "gone", "private"] {
            for nth in (1..=30).step_by(step) {
                let name = format!("{class}-{nth}");
                house.world.play(&format!("douyin.user_post.{class}@{nth}")).await;
                house
                    .save(&format!("[[target]]\nname = \"{name}\"\nurl = \"{page}\"\ntake = [\"posts\"]\n{wanted}\n"))
                    .await;
                let take = house.rounds(&format!("{name}/posts"), 1).await;
                house.world.play_nothing().await;
                let found = take["found"].as_u64().unwrap();
                if matches!(class, "gone" | "private") {
                    // Such an answer ends a round where it is; it says nothing of what is behind it.
                    assert_eq!((take["class"].as_str(), found < 19 * nth), (Some(class), true), "{name}: {take}");
                    continue;
                }
                assert_eq!(take["class"], "ok", "{name}: {take}");
                if all.is_empty() {
                    all = house.set("SELECT id FROM post WHERE gone_at IS NULL");
                    assert!(all.len() > 500 && all.is_subset(&truth), "the control: {}", all.len());
                }
                assert_eq!(found, u64::try_from(all.len()).unwrap(), "{name}");
            }
        }
        assert_eq!(house.set("SELECT id FROM post WHERE gone_at IS NULL"), all, "nobody is gone because a page failed");
        let unwell = house.set("SELECT key FROM job WHERE state <> 'done'");
        assert!(unwell.is_empty(), "{unwell:?}");
    });
}

#[test]
fn targets_of_several_profiles_are_spread_and_stay_where_they_are() {
    Crawling::run("rounds-spread", &[], async |house| {
        let file = |house: &Crawling<'_>, third: &str, every: &str| -> String {
            let target = |n: usize| {
                let (page, profiles) = (house.page(n + 8), format!("\"main\", \"second\"{third}"));
                format!(
                    "[[target]]\nname = \"t{n:02}\"\nurl = \"{page}\"\ntake = [\"profile\", \"posts\"]\n\
                     profiles = [{profiles}]\nevery = \"{every}\"\n"
                )
            };
            (0..12).map(target).collect()
        };
        let spread = |house: &Crawling<'_>| house.set("SELECT profile || ' ' || COUNT(*) FROM course GROUP BY profile");
        let whose = |house: &Crawling<'_>| house.set("SELECT DISTINCT target || ' ' || profile FROM course");
        house.save(&file(house, ", \"third\"", "1d")).await;
        assert_eq!(spread(house), ["main 8", "second 8", "third 8"].map(str::to_owned).into());
        let first = whose(house);
        assert_eq!(first.len(), 12, "all that is taken of a target is asked for by one");
        house.save(&file(house, ", \"third\"", "2d")).await;
        assert_eq!(whose(house), first, "an edit moves nobody");
        house.save(&file(house, "", "2d")).await;
        let moved = whose(house);
        let stayed = first.iter().filter(|row| !row.ends_with("third")).all(|row| moved.contains(row));
        assert!(stayed && spread(house) == ["main 12", "second 12"].map(str::to_owned).into(), "{moved:?}");
        for n in 0..12 {
            assert_eq!(house.rounds(&format!("t{n:02}/posts"), 1).await["class"], "ok");
        }
        let lanes = house.set("SELECT DISTINCT lane FROM job WHERE kind = 'crawl'");
        assert!(
            lanes.iter().all(|lane| ["main/", "second/", "third/"].iter().any(|who| lane.starts_with(who))),
            "{lanes:?}"
        );
    });
}

#[test]
fn two_targets_of_one_creator_share_what_is_kept_and_a_clock_that_is_set_loses_nothing() {
    Crawling::run("rounds-shared", &[], async |house| {
        let page = house.page(6);
        let target = |name: &str| {
            format!(
                "[[target]]\nname = \"{name}\"\nurl = \"{page}\"\ntake = [\"posts\"]\nprofile = \"main\"\nevery = \"1d\"\n"
            )
        };
        let truth = house.truth(&Order::new(Mode::Post, house.site.creators[6].clone())).await;
        house.save(&format!("{}{}", target("one"), target("other"))).await;
        for round in 1..=8 {
            for name in ["one/posts", "other/posts"] {
                let take = house.rounds(name, round).await;
                assert_eq!(take["class"], "ok", "{take}");
            }
            // It is set back by an hour, forward by ten minutes, back by a day: what was met in a round stays met.
            let by = [-3_600_000, 600_000, -86_400_000][usize::try_from(round % 3).unwrap()];
            house.world.ambient.clock.step(by);
        }
        assert_eq!(house.set("SELECT id FROM post"), truth);
        assert!(house.set("SELECT id FROM post WHERE gone_at IS NOT NULL").is_empty(), "nobody is gone");
        let counted = house.set("SELECT post FROM post_count GROUP BY post HAVING COUNT(*) > 1");
        assert!(counted.is_empty(), "a number that stays the same is counted once: {}", counted.len());
    });
}

#[test]
fn a_later_round_reads_what_is_new_and_once_in_a_while_everything() {
    Crawling::run("rounds-again", &[], async |house| {
        let page = house.page(6);
        house
            .save(&format!(
                "[[target]]\nname = \"c\"\nurl = \"{page}\"\ntake = [\"posts\"]\nprofile = \"main\"\nevery = \"1d\"\n"
            ))
            .await;
        let first = house.rounds("c/posts", 1).await;
        assert!(first["found"].as_i64() > Some(90), "{first}");
        let second = house.rounds("c/posts", 2).await;
        assert!(
            second["found"].as_i64() < Some(60) && second["fresh"] == 0,
            "a page or two, and nothing is new: {second}"
        );
        assert_eq!(second["class"], "ok");
        let counts = || texts(&house.dir.database(), "SELECT post FROM post_count").len();
        let before = counts();
        assert!(i64::try_from(before).unwrap() >= first["found"].as_i64().unwrap());
        // Two days later all of it is read again.
        let last = house.rounds("c/posts", 6).await;
        let fulls = texts(&house.dir.database(), "SELECT result FROM job WHERE state = 'done'");
        let found = |row: &String| serde_json::from_str::<Value>(row).unwrap()["found"].as_i64().unwrap();
        assert!(fulls.iter().filter(|row| found(row) > 90).count() >= 2, "{last}");
    });
}

#[test]
fn a_post_that_its_list_shows_no_more_is_asked_for_and_noted_as_gone() {
    Crawling::run("rounds-gone", &[], async |house| {
        let page = house.page(6);
        house
            .save(&format!("[[target]]\nname = \"c\"\nurl = \"{page}\"\ntake = [\"posts\"]\nprofile = \"main\"\n"))
            .await;
        house.rounds("c/posts", 1).await;
        // One that stood in the list once; and one that is there, and that its list hides.
        let file = house.dir.database();
        let ghost = "INSERT INTO post (id, creator, kind, text, made_at, privacy, is_prohibited, is_pinned, seal, first_at, last_at)
            SELECT '7399999999999999999', creator, 0, 'ghost', made_at + 1, 0, 0, 0, 0, 1, 1 FROM post
            ORDER BY made_at DESC LIMIT 1";
        assert_eq!(house.change(ghost).await, 1);
        let hidden = "UPDATE post SET creator = 'MS4wLjABAAAAsomebody' WHERE id = (SELECT MAX(id) FROM post WHERE text <> 'ghost')";
        assert_eq!(house.change(hidden).await, 1);
        house.rounds("c/posts", 2).await;
        let gone = texts(&file, "SELECT id || ' ' || gone_class FROM post WHERE gone_at IS NOT NULL");
        assert_eq!(gone, ["7399999999999999999 gone"], "it and nothing else");
        let result = texts(&file, "SELECT result FROM job WHERE state = 'done' ORDER BY id DESC LIMIT 1");
        assert_eq!(serde_json::from_str::<Value>(&result[0]).unwrap()["gone"], 1);
        house.rounds("c/posts", 3).await;
        let again = texts(&file, "SELECT CAST(COUNT(*) AS TEXT) FROM post WHERE gone_at IS NOT NULL");
        assert_eq!(again, ["1"], "once");
    });
}

/// What is known of posts, creators and comments, as far as an answer that is no answer could change it.
fn known(house: &Crawling<'_>) -> [BTreeSet<String>; 4] {
    [
        house.set(
            "SELECT id || ' ' || text || ' ' || COALESCE(gone_class, '') || ' ' || COALESCE(gone_at, 0) FROM post",
        ),
        house.set("SELECT id || ' ' || COALESCE(gone_class, '') || ' ' || COALESCE(gone_at, 0) FROM creator"),
        house.set("SELECT post || ' ' || id || ' ' || COALESCE(gone_at, 0) FROM comment"),
        house.set("SELECT list || ' ' || owner || ' ' || item || ' ' || COALESCE(gone_at, 0) FROM listed"),
    ]
}

/// A proxy answers with an HTML 404 page: in the middle of a first round, and from the beginning of a later one.
#[test]
fn a_proxy_that_answers_404_deletes_nothing() {
    Crawling::run("rounds-proxy", &[], async |house| {
        let page = house.page(6);
        let both = format!("url = \"{page}\"\nprofile = \"main\"\nevery = \"2h\"\n");
        let file = format!(
            "[[target]]\nname = \"c\"\ntake = [\"profile\", \"posts\"]\n{both}\
             [[target]]\nname = \"said\"\ntake = [\"comments\"]\nmax = 2\n{both}"
        );
        house.save(&file).await;
        while house.set("SELECT id FROM post").len() < 20 {
            tokio::task::yield_now().await;
        }
        let failing = || house.set("SELECT key FROM job WHERE kind = 'crawl' AND class = 'network'").len();
        house.world.running.proxy(Some(404));
        let gone = || house.set("SELECT id FROM creator WHERE gone_at IS NOT NULL").len();
        let mut waited = 0;
        while failing() == 0 {
            house.pass(Duration::from_secs(1)).await;
            waited += 1;
            assert!(waited < 1000, "no request failed by the network");
        }
        house.world.running.proxy(None);
        for name in ["c/profile", "c/posts", "said/comments"] {
            assert_eq!(house.rounds(name, 1).await["class"], "ok", "{name}");
        }
        let truth = house.truth(&Order::new(Mode::Post, house.site.creators[6].clone())).await;
        let kept = house.set("SELECT id FROM post WHERE gone_at IS NULL");
        assert!(truth.len() > 90 && kept == truth, "{} {}", kept.len(), truth.len());

        let before = known(house);
        assert!(before[1].len() == 1 && before[2].len() > 3, "the control: {} {}", before[1].len(), before[2].len());
        house.world.running.proxy(Some(404));
        while failing() < 3 {
            house.pass(Duration::from_mins(10)).await;
            assert_eq!(gone(), 0, "a proxy deleted the creator");
        }
        assert_eq!(known(house), before, "what a proxy says changes nothing");
        house.world.running.proxy(None);
        for name in ["c/profile", "c/posts", "said/comments"] {
            let rounds = house.take(name).await["rounds"].as_i64().unwrap();
            assert_eq!(house.rounds(name, rounds + 1).await["class"], "ok", "{name}");
        }
        assert_eq!(house.set("SELECT id FROM post WHERE gone_at IS NULL"), truth);
        assert!(house.set("SELECT id FROM post WHERE gone_at IS NOT NULL").is_empty());
        assert!(house.set("SELECT id FROM creator WHERE gone_at IS NOT NULL").is_empty());
    });
}

/// The site sends no post and no reason: the post stays as it is known, and the round goes on.
#[test]
fn a_post_that_is_missing_without_a_reason_is_not_noted_as_gone() {
    Crawling::run("rounds-bare", &[], async |house| {
        let page = house.page(6);
        house
            .save(&format!("[[target]]\nname = \"c\"\nurl = \"{page}\"\ntake = [\"posts\"]\nprofile = \"main\"\n"))
            .await;
        house.rounds("c/posts", 1).await;
        let ghost = "INSERT INTO post (id, creator, kind, text, made_at, privacy, is_prohibited, is_pinned, seal, first_at, last_at)
            SELECT '7399999999999999999', creator, 0, 'ghost', made_at + 1, 0, 0, 0, 0, 1, 1 FROM post
            ORDER BY made_at DESC LIMIT 1";
        assert_eq!(house.change(ghost).await, 1);
        let rename =
            |from: &str, to: &str| Rename { page: "post_detail".to_owned(), from: from.to_owned(), to: to.to_owned() };
        house.world.running.rename(rename("filter_detail", "filtered"));
        let take = house.rounds("c/posts", 2).await;
        assert_eq!(take["class"], "ok", "{take}");
        assert!(house.set("SELECT id FROM post WHERE gone_at IS NOT NULL").is_empty());
        assert!(house.world.asked("douyin").await.iter().any(|path| path.ends_with("/detail/")), "the control");
        house.world.running.rename(rename("filtered", "filter_detail"));
        house.rounds("c/posts", 3).await;
        assert_eq!(house.set("SELECT id || ' ' || gone_class FROM post WHERE gone_at IS NOT NULL").len(), 1);
    });
}

#[test]
fn a_target_that_is_about_something_else_now_begins_anew() {
    Crawling::run("rounds-anew", &[], async |house| {
        let text = |page: &str| {
            format!("[[target]]\nname = \"c\"\nurl = \"{page}\"\ntake = [\"posts\"]\nprofile = \"main\"\n")
        };
        let (before, after) = (house.page(0), house.page(7));
        house.save(&text(&before)).await;
        // Its round has begun when the file is saved once more.
        while house.set("SELECT id FROM post").is_empty() {
            tokio::task::yield_now().await;
        }
        house.save(&text(&after)).await;
        let truth = house.truth(&Order::new(Mode::Post, house.site.creators[7].clone())).await;
        let take = house.rounds("c/posts", 1).await;
        assert_eq!((take["class"].as_str(), take["found"].as_u64()), (Some("ok"), u64::try_from(truth.len()).ok()));
        assert!(house.set("SELECT id FROM post").is_superset(&truth));
        let again = house.rounds("c/posts", 2).await;
        assert!(again["class"] == "ok" && again["fresh"] == 0, "{again}");
    });
}

#[test]
fn a_private_list_is_an_answer_and_a_target_that_falls_silent_is_told_of_once() {
    Crawling::run("rounds-silent", &[], async |house| {
        let (closed, open) = (house.page(5), house.page(7));
        let text = |name: &str, page: &str| {
            format!(
                "[[target]]\nname = \"{name}\"\nurl = \"{page}\"\ntake = [\"posts\"]\nprofile = \"main\"\nevery = \"6h\"\n"
            )
        };
        house.save(&format!("{}{}", text("closed", &closed), text("open", &open))).await;
        let take = house.rounds("closed/posts", 2).await;
        assert_eq!((&take["class"], &take["found"], &take["yielded_at"]), (&"private".into(), &0.into(), &Value::Null));
        house.rounds("open/posts", 1).await;
        let alarms = || {
            texts(&house.dir.database(), "SELECT subject FROM alarm WHERE name = 'target_silent' AND closed_at IS NULL")
        };
        assert!(alarms().is_empty(), "who never found anything is not silent");
        house.world.play("douyin.user_post.private").await;
        let silent = async || {
            while alarms().is_empty() {
                house.world.ambient.clock.sleep(Duration::from_mins(30)).await;
            }
        };
        let began = house.world.ambient.clock.now();
        silent().await;
        let waited = house.world.ambient.clock.now().since(began);
        assert!((Duration::from_hours(18)..Duration::from_hours(32)).contains(&waited), "{waited:?}");
        assert_eq!(
            (alarms(), &house.take("open/posts").await["state"]),
            (vec!["open/posts".to_owned()], &"silent".into())
        );
        let rounds = house.take("open/posts").await["rounds"].as_i64().unwrap();
        house.rounds("open/posts", rounds + 3).await;
        let counted =
            texts(&house.dir.database(), "SELECT CAST(count AS TEXT) FROM alarm WHERE name = 'target_silent'");
        assert_eq!(counted, ["1"], "once");
        house.world.play_nothing().await;
        house.rounds("open/posts", rounds + 5).await;
        assert!(alarms().is_empty(), "it closes by itself");
    });
}

#[test]
fn the_room_of_a_creator_is_followed_while_they_are_on_air() {
    Crawling::run("rounds-on-air", &[], async |house| {
        let (page, banned, closed) = (house.page(12), house.page(4), house.page(20));
        let of = |name: &str, page: &str| {
            format!(
                "[[target]]\nname = \"{name}\"\nurl = \"{page}\"\ntake = [\"live\"]\nprofile = \"main\"\nevery = \"2h\"\n"
            )
        };
        house.save(&format!("{}{}", of("show", &page), of("banned", &banned))).await;
        // Off air: an answer, which found the creator and no room.
        for name in ["show/live", "banned/live"] {
            let take = house.rounds(name, 1).await;
            assert_eq!((&take["class"], &take["found"]), (&"ok".into(), &1.into()), "{name}: {take}");
        }
        assert!(house.set("SELECT number FROM room").is_empty());
        assert_eq!(house.set("SELECT CAST(is_banned AS TEXT) FROM creator WHERE is_banned = 1").len(), 1);
        // On air, off air, and the next day in another show of the same room.
        house.world.running.live();
        let shows = || texts(&house.dir.database(), "SELECT show || ' ' || CAST(status AS TEXT) FROM room");
        let mut seen = Vec::new();
        while seen.len() < 4 {
            let rooms = shows();
            assert!(rooms.len() < 2, "one room: {rooms:?}");
            if let Some(room) = rooms.into_iter().next().filter(|room| seen.last() != Some(room)) {
                seen.push(room);
            }
            house.world.ambient.clock.sleep(Duration::from_mins(30)).await;
        }
        let (numbers, states): (Vec<_>, Vec<_>) = seen.iter().map(|room| room.split_once(' ').unwrap()).unzip();
        assert_eq!(states, ["2", "4", "2", "4"], "{seen:?}");
        assert!(numbers[0] == numbers[1] && numbers[1] != numbers[2] && numbers[2] == numbers[3], "{seen:?}");
        let silent = "SELECT subject FROM alarm WHERE name = 'target_silent'";
        assert!(texts(&house.dir.database(), silent).is_empty(), "off air is not silence");
        // Who shows themselves to nobody is an answer too.
        house.world.play("douyin.user_profile.private").await;
        house.save(&of("closed", &closed)).await;
        let take = house.rounds("closed/live", 1).await;
        assert_eq!((&take["class"], &take["found"]), (&"private".into(), &0.into()), "{take}");
    });
}
