//! Lists that lie: a platform that shows nothing, a half, or somebody else's rows, and says that this is all, deletes
//! nothing of what is known; and a list that leads nowhere is never taken for whole.

use std::collections::BTreeSet;
use std::time::Duration;

use radard::platform::douyin::mode::{Mode, Order};
use radard::sim::{Lost, Rename};

use crate::kit::{Crawling, texts};

const HOUR: Duration = Duration::from_hours(1);
/// Lets all that is taken be read in full at once.
const ALL_AGAIN: &str = "UPDATE course SET next_at = 0, full_at = NULL";

fn target(name: &str, page: &str, take: &str) -> String {
    format!(
        "[[target]]\nname = \"{name}\"\nurl = \"{page}\"\ntake = [\"{take}\"]\nprofile = \"main\"\nevery = \"6h\"\n"
    )
}

fn alarms(house: &Crawling<'_>) -> BTreeSet<String> {
    house.set("SELECT subject || ': ' || detail FROM alarm WHERE name = 'list_shrank' AND closed_at IS NULL")
}

fn count(house: &Crawling<'_>, question: &'static str) -> i64 {
    texts(&house.dir.database(), question)[0].parse().unwrap()
}

/// Rows that are gone, in every table of lists, and posts that are unlisted.
fn lost_rows(house: &Crawling<'_>) -> [i64; 3] {
    [
        count(house, "SELECT CAST(COUNT(*) AS TEXT) FROM listed WHERE gone_at IS NOT NULL"),
        count(house, "SELECT CAST(COUNT(*) AS TEXT) FROM post WHERE gone_at IS NOT NULL OR unlisted_at IS NOT NULL"),
        count(house, "SELECT CAST(COUNT(*) AS TEXT) FROM comment WHERE gone_at IS NOT NULL"),
    ]
}

#[test]
fn a_list_that_lies_deletes_nothing_and_an_alarm_says_what_shrank() {
    Crawling::run("doubts-lists", &[], async |house| {
        let (page, fans) = (house.page(6), house.page(0));
        let file = [
            target("posts", &page, "posts"),
            target("fans", &fans, "followers"),
            target("idols", &fans, "following"),
            target("liked", &page, "likes"),
            target("said", &page, "comments") + "max = 2\n",
            "[[target]]\nname = \"mine\"\ntake = [\"collection\", \"collects\"]\nprofile = \"main\"\nevery = \"6h\"\n"
                .to_owned(),
        ];
        house.save(&file.concat()).await;
        let courses = [
            "posts/posts",
            "fans/followers",
            "idols/following",
            "liked/likes",
            "said/comments",
            "mine/collection",
            "mine/collects",
        ];
        for course in courses {
            house.rounds(course, 1).await;
        }
        assert!(alarms(house).is_empty() && lost_rows(house) == [0; 3], "the control");
        let fans = house.set("SELECT item FROM listed WHERE list = 'followers'").len();
        for (hours, lie) in [(27, Lost::Nothing), (3, Lost::Half)] {
            house.world.running.lose(Some(lie));
            house.change(ALL_AGAIN).await;
            house.pass(HOUR / 2).await;
            // Of a list that has fewer than twenty rows to lose a shorter one is believed at once.
            let long = "SELECT item FROM listed WHERE list IN ('followers', 'collection') AND gone_at IS NOT NULL";
            assert_eq!((house.set(long).len(), lost_rows(house)[1]), (0, 0), "one read deletes nothing: {lie:?}");
            assert!(lie == Lost::Half || lost_rows(house) == [0; 3], "nor does an empty one: {lie:?}");
            let shown = if lie == Lost::Nothing { 0 } else { fans / 2 };
            let of_fans = format!("fans/followers: `followers` shows {shown} of {fans} known rows; nothing is deleted");
            assert!(alarms(house).iter().any(|said| said.starts_with(&of_fans)), "{:?}", alarms(house));
            assert_eq!(house.take("fans/followers").await["state"], "doubted", "not `ok`");
            // So long that a list which nobody counts is believed, however little it shows.
            house.pass(HOUR * hours).await;
            let people =
                "SELECT item FROM listed WHERE list IN ('followers', 'following', 'likes') AND gone_at IS NOT NULL";
            if lie == Lost::Nothing {
                // The platform counts posts and people, so such a list without rows is never believed.
                assert_eq!((house.set(people).len(), lost_rows(house)[1]), (0, 0), "and no post is even unlisted");
                assert!(lost_rows(house)[0] > 90, "the control: an empty collection is believed after a day");
            } else {
                assert!(!house.set(people).is_empty(), "the control: two reads of the same half are believed");
            }
            house.world.running.lose(None);
            house.change(ALL_AGAIN).await;
            house.pass(HOUR / 2).await;
            assert_eq!(house.take("fans/followers").await["state"], "ok");
            assert!(alarms(house).is_empty(), "it closes when the rows are back: {:?}", alarms(house));
            assert_eq!(lost_rows(house), [0; 3], "and all rows are back after {lie:?}");
            for (course, order) in [
                (
                    "followers",
                    Order { source_type: Some(1), ..Order::new(Mode::Follower, house.site.creators[0].clone()) },
                ),
                ("likes", Order::new(Mode::Like, house.site.creators[6].clone())),
            ] {
                let kept: BTreeSet<_> = house
                    .set("SELECT list || '/' || item FROM listed WHERE gone_at IS NULL")
                    .iter()
                    .filter_map(|row| row.strip_prefix(&format!("{course}/")).map(str::to_owned))
                    .collect();
                assert_eq!(kept, house.truth(&order).await, "{course}");
            }
        }
    });
}

#[test]
fn an_answer_about_somebody_else_changes_nothing_that_is_known() {
    Crawling::run("doubts-others", &[], async |house| {
        let (page, fans) = (house.page(6), house.page(0));
        let file = [
            target("posts", &page, "posts"),
            target("who", &page, "profile"),
            target("fans", &fans, "followers"),
            target("said", &page, "comments") + "max = 2\n",
        ];
        house.save(&file.concat()).await;
        let courses = ["posts/posts", "who/profile", "fans/followers", "said/comments"];
        for course in courses {
            house.rounds(course, 1).await;
        }
        let known = || {
            [
                house.set("SELECT nickname || followers || posts FROM creator WHERE profile_at IS NOT NULL"),
                house.set("SELECT id || text FROM comment"),
                house.set("SELECT id FROM creator WHERE id = ''"),
            ]
        };
        let living = "SELECT item FROM listed WHERE list = 'followers' AND gone_at IS NULL";
        let (before, fans, posts) = (known(), house.set(living), house.set("SELECT id FROM post"));
        assert!(lost_rows(house) == [0; 3] && fans.len() > 60 && posts.len() > 60, "the control");
        house.world.running.lose(Some(Lost::Others));
        house.change(ALL_AGAIN).await;
        house.pass(HOUR / 2).await;
        assert_eq!((lost_rows(house), known()), ([0; 3], before.clone()));
        for (course, class) in courses.iter().zip(["ok", "schema", "ok", "schema"]) {
            assert_eq!(house.take(course).await["class"], class, "{course}");
        }
        let shrank = alarms(house);
        let said = format!("posts/posts: `posts` shows 0 of {} known rows and ", posts.len());
        assert!(shrank.iter().any(|alarm| alarm.starts_with(&said)), "{said} {shrank:?}");
        let said = format!(" of {} known rows and ", fans.len());
        assert!(shrank.iter().any(|alarm| alarm.starts_with("fans/") && alarm.contains(&said)), "{said} {shrank:?}");
        // The truth differs from what the strangers' read showed, so two of the usual reads are needed.
        house.world.running.lose(None);
        house.change(ALL_AGAIN).await;
        house.pass(HOUR * 24).await;
        let unlisted = house.set("SELECT id FROM post WHERE unlisted_at IS NOT NULL AND gone_at IS NULL");
        assert!(unlisted.is_disjoint(&posts), "{unlisted:?}");
        let [profiles, comments, nobody] = known();
        assert!(profiles.is_superset(&before[0]) && comments == before[1] && nobody.is_empty(), "{profiles:?}");
        assert_eq!((house.set(living), alarms(house)), (fans, BTreeSet::new()), "the strangers are gone again");
    });
}

/// How often the site was asked for single posts so far.
async fn lookups(house: &Crawling<'_>) -> usize {
    house.world.asked("douyin").await.iter().filter(|path| path.ends_with("/aweme/detail/")).count()
}

#[test]
fn an_empty_list_of_posts_asks_for_no_post_and_lost_posts_are_looked_up_a_few_at_a_time() {
    Crawling::run("doubts-posts", &[], async |house| {
        let page = house.page(6);
        house.save(&target("c", &page, "posts")).await;
        house.rounds("c/posts", 1).await;
        let whole = count(house, "SELECT CAST(COUNT(*) AS TEXT) FROM post");
        // Posts that were in the list once, and that the site knows no more.
        let ghosts = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 70)
            INSERT INTO post (id, creator, kind, text, made_at, privacy, is_prohibited, is_pinned, seal, first_at, last_at)
            SELECT CAST(7390000000000000000 + i AS TEXT), (SELECT creator FROM post LIMIT 1), 0, 'ghost',
                (SELECT MIN(made_at) FROM post) + i, 0, 0, 0, 0, 1, 1 FROM n";
        assert_eq!(house.change(ghosts).await, 70);
        assert_eq!(lookups(house).await, 0);
        house.world.running.lose(Some(Lost::Nothing));
        house.change(ALL_AGAIN).await;
        let take = house.rounds("c/posts", 2).await;
        assert_eq!((take["class"].as_str(), lookups(house).await), (Some("ok"), 0), "an empty list: {take}");
        let said = take["said"].as_str().unwrap();
        assert_eq!(
            said,
            format!("`posts` shows 0 of {} known rows; nothing is deleted, and it is read again", whole + 70)
        );
        house.world.running.lose(None);
        // The list is back, and the ghosts are not in it: seventy of some hundred are doubted until a second read.
        let unlisted = "SELECT CAST(COUNT(*) AS TEXT) FROM post WHERE unlisted_at IS NOT NULL";
        house.rounds("c/posts", 3).await;
        assert_eq!((count(house, unlisted), lookups(house).await), (0, 0), "doubted");
        house.rounds("c/posts", 4).await;
        assert_eq!((count(house, unlisted), lookups(house).await), (70, 30), "believed: thirty are looked up");
        assert!(alarms(house).is_empty());
        let gone = "SELECT CAST(COUNT(*) AS TEXT) FROM post WHERE gone_class = 'gone'";
        assert_eq!(count(house, gone), 30, "by the platform's own word");
        for (round, expected) in [(5, 60), (6, 70), (7, 70)] {
            house.change("UPDATE course SET next_at = 0").await;
            house.rounds("c/posts", round).await;
            assert_eq!((lookups(house).await, count(house, gone)), (expected, i64::try_from(expected).unwrap()));
        }
        // Posts that exist and that the list hides: three tell that.
        let hidden = "UPDATE post SET unlisted_at = last_at + 1 WHERE gone_at IS NULL";
        assert_eq!(i64::try_from(house.change(hidden).await).unwrap(), whole);
        house.change("UPDATE course SET next_at = 0").await;
        house.rounds("c/posts", 8).await;
        assert!(lookups(house).await <= 73, "{}", lookups(house).await);
        assert_eq!(count(house, gone), 70);
    });
}

#[test]
fn a_loss_is_believed_by_the_counter_or_by_a_second_read_of_another_profile() {
    Crawling::run("doubts-believed", &[], async |house| {
        let page = house.page(0);
        let file = |profiles: &str, take: &str| {
            target("c", &page, take).replace("profile = \"main\"", &format!("profiles = [{profiles}]"))
        };
        house.save(&file("\"main\", \"second\"", "followers")).await;
        house.rounds("c/followers", 1).await;
        // Strangers who stood in the list once.
        let more = "INSERT INTO listed (list, owner, item, first_at, last_at)
            SELECT list, owner, 'gone-' || item, 1, 1 FROM listed LIMIT 60";
        assert_eq!(house.change(more).await, 60);
        let truth = house.set("SELECT item FROM listed WHERE first_at > 1");
        let gone = || house.set("SELECT item FROM listed WHERE gone_at IS NOT NULL");
        house.change(ALL_AGAIN).await;
        house.rounds("c/followers", 2).await;
        let shrank = format!("c/followers: `followers` shows {} of {} known rows", truth.len(), truth.len() + 60);
        assert!(alarms(house).iter().any(|said| said.starts_with(&shrank)), "{:?}", alarms(house));
        assert!(gone().is_empty());
        let began = house.world.ambient.clock.now();
        house.rounds("c/followers", 3).await;
        let waited = house.world.ambient.clock.now().since(began);
        assert!((HOUR..HOUR * 2).contains(&waited), "the second read comes after an hour: {waited:?}");
        assert_eq!((gone().len(), alarms(house).len()), (60, 0));
        assert!(gone().iter().all(|item| item.starts_with("gone-")), "only rows that both reads did not show");
        let whose = texts(&house.dir.database(), "SELECT payload FROM job WHERE kind = 'crawl' ORDER BY id");
        let whose: Vec<_> = whose.iter().map(|row| row.contains("\"profile\":\"second\"")).collect();
        assert_eq!(whose, [false, false, true], "another profile reads it again");
        // With the counter on the creator's page one read is enough: it was right at the last believed read.
        house.save(&(file("\"main\"", "followers\", \"profile"))).await;
        house.rounds("c/profile", 1).await;
        house.change("UPDATE course SET next_at = 0, full_at = NULL WHERE take = 'followers'").await;
        house.rounds("c/followers", 4).await;
        assert_eq!(house.change("UPDATE listed SET gone_at = NULL WHERE gone_at IS NOT NULL").await, 60);
        house.change("UPDATE course SET next_at = 0, full_at = NULL WHERE take = 'followers'").await;
        house.rounds("c/followers", 5).await;
        assert_eq!((gone().len(), alarms(house).len()), (60, 0), "at once");
    });
}

#[test]
fn an_incremental_read_goes_on_behind_rows_that_are_back_and_after_one_that_was_cut_all_is_read() {
    Crawling::run("doubts-incremental", &[], async |house| {
        let page = house.page(0);
        house.save(&target("c", &page, "followers")).await;
        house.rounds("c/followers", 1).await;
        let living = || house.set("SELECT item FROM listed WHERE gone_at IS NULL");
        let truth = living();
        assert!(truth.len() > 60, "the control: several pages");
        house.rounds("c/followers", 2).await;
        let found =
            || texts(&house.dir.database(), "SELECT result FROM job WHERE state = 'done' ORDER BY id DESC LIMIT 1");
        assert!(found()[0].contains("\"pages\":1,"), "the control: an incremental read is one page: {:?}", found());
        // Everybody was marked as gone, and is back.
        house.change("UPDATE listed SET gone_at = last_at").await;
        house.rounds("c/followers", 3).await;
        assert_eq!(living(), truth, "it goes on behind rows that are back");
        // Nobody is known any more; the next read is cut behind its first page, and dies.
        house.change("DELETE FROM listed").await;
        for nth in 2..=6 {
            house.world.play(&format!("douyin.user_follower.schema@{nth}")).await;
        }
        house.stands("c/followers", |_| house.set("SELECT key FROM job WHERE state = 'dead'").len() == 1).await;
        house.world.play_nothing().await;
        assert!((1..truth.len()).contains(&living().len()), "the control: it kept its first pages: {}", living().len());
        house.rounds("c/followers", 4).await;
        assert_eq!(living(), truth, "the next read is full");
    });
}

#[test]
fn comments_below_a_post_that_is_refused_stay() {
    for class in ["private", "gone"] {
        Crawling::run("doubts-comments", &[], async |house| {
            let page = house.page(6);
            house.save(&(target("c", &page, "comments") + "max = 3\n")).await;
            house.rounds("c/comments", 1).await;
            let living = || house.set("SELECT id FROM comment WHERE gone_at IS NULL");
            let truth = living();
            assert!(truth.len() > 20, "the control: {}", truth.len());
            house.world.play(&format!("douyin.post_comment.{class}")).await;
            house.rounds("c/comments", 2).await;
            assert_eq!(living(), truth, "a refused list says nothing of its rows");
            house.world.play_nothing().await;
            house.world.play(&format!("douyin.post_comment_reply.{class}")).await;
            house.rounds("c/comments", 3).await;
            assert_eq!(living(), truth, "nor does a refused list of answers");
        });
    }
}

#[test]
fn a_list_that_leads_nowhere_is_never_taken_for_whole() {
    Crawling::run("rounds-nowhere", &[], async |house| {
        for (creator, lost, said) in [
            (6, Lost::Standing, "it goes on at a place where it has been"),
            (7, Lost::Backward, "it goes on at a place where it has been"),
            (8, Lost::Empty, "20 pages in a row brought nothing new"),
        ] {
            let (page, name) = (house.page(creator), format!("{lost:?}"));
            let truth = house.truth(&Order::new(Mode::Post, house.site.creators[creator].clone())).await;
            house.world.running.lose(Some(lost));
            let wanted = "take = [\"posts\"]\nprofile = \"main\"\nevery = \"2h\"";
            house.save(&format!("[[target]]\nname = \"{name}\"\nurl = \"{page}\"\n{wanted}\n")).await;
            let take = house.stands(&format!("{name}/posts"), |take| take["class"] == "schema").await;
            assert_eq!(take["rounds"], 0, "{take}");
            assert!(take["said"].as_str().unwrap().contains(said), "{take}");
            let kept = house.set("SELECT id FROM post").intersection(&truth).count();
            assert!((10..truth.len() - 10).contains(&kept), "what it showed is kept: {kept} of {}", truth.len());
            house.world.running.lose(None);
            let take = house.rounds(&format!("{name}/posts"), 1).await;
            assert_eq!((take["class"].as_str(), take["found"].as_u64()), (Some("ok"), u64::try_from(truth.len()).ok()));
            assert_eq!(house.set("SELECT id FROM post").intersection(&truth).count(), truth.len(), "{name}");
        }
    });
}

#[test]
fn a_page_that_is_wrong_for_a_moment_is_asked_for_again() {
    Crawling::run("rounds-moment", &[], async |house| {
        let page = house.page(6);
        let truth = house.truth(&Order::new(Mode::Post, house.site.creators[6].clone())).await;
        let rename = |from: &str, to: &str| {
            let [page, from, to] = ["user_post", from, to].map(str::to_owned);
            house.world.running.rename(Rename { page, from, to });
        };
        rename("has_more", "has_mor");
        let wanted = "take = [\"posts\"]\nprofile = \"main\"\nevery = \"30d\"";
        house.save(&format!("[[target]]\nname = \"c\"\nurl = \"{page}\"\n{wanted}\n")).await;
        let take = house.stands_now("c/posts", |take| take["class"] == "schema").await;
        assert!(take["said"].as_str().unwrap().contains("its answer has no `has_more`"), "{take}");
        rename("has_mor", "has_more");
        let take = house.rounds("c/posts", 1).await;
        assert_eq!((take["class"].as_str(), take["found"].as_u64()), (Some("ok"), u64::try_from(truth.len()).ok()));
        assert_eq!(texts(&house.dir.database(), "SELECT state FROM job"), ["done"], "the same round went on");
    });
}

#[test]
fn an_old_post_at_the_top_of_a_list_says_nothing_about_the_posts_between() {
    Crawling::run("doubts-top", &[], async |house| {
        let page = house.page(1);
        house.save(&target("c", &page, "posts")).await;
        house.rounds("c/posts", 1).await;
        let old = "SELECT id FROM post WHERE is_pinned = 1 AND made_at < (SELECT AVG(made_at) FROM post)";
        assert_eq!(house.set(old).len(), 1, "the control: an old post is pinned");
        // The site calls the mark of a pinned post something else.
        let [page, from, to] = ["user_post", "is_top", "is_on_top"].map(str::to_owned);
        house.world.running.rename(Rename { page, from, to });
        house.change("UPDATE course SET next_at = 0").await;
        house.rounds("c/posts", 2).await;
        let read = texts(&house.dir.database(), "SELECT result FROM job ORDER BY id DESC LIMIT 1");
        assert!(read[0].contains("\"pages\":1,"), "the control: one page was read: {read:?}");
        assert_eq!(count(house, "SELECT CAST(COUNT(*) AS TEXT) FROM post WHERE unlisted_at IS NOT NULL"), 0);
        assert!(alarms(house).is_empty(), "{:?}", alarms(house));
    });
}

#[test]
fn the_wait_of_a_doubted_list_is_no_sign_of_a_wrong_clock() {
    Crawling::run("doubts-wait", &[], async |house| {
        house.save(&target("c", &house.page(6), "posts").replace("6h", "10m")).await;
        house.rounds("c/posts", 1).await;
        house.world.running.lose(Some(Lost::Nothing));
        let doubted = house.stands("c/posts", |take| take["state"] == "doubted").await;
        let next_at = doubted["next_at"].clone();
        house.clock_is_right().await;
        assert_eq!(house.take("c/posts").await["next_at"], next_at);
    });
}
