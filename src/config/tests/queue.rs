//! The queue file: what it means, and what a person reads who made mistakes in it.

use std::time::Duration;

use super::super::{Order, QueueFile, QueueText, check_queue, init_files};
use crate::config::Profile;
use crate::domain::{Platform, Take};

fn checked(text: &str) -> Result<QueueFile, String> {
    let text = QueueText { file: "config/queue.toml".into(), read: Some(Ok(text.as_bytes().to_vec())) };
    let profiles = ["douyin-main", "spare"].map(|name| Profile::new(name, Platform::Douyin));
    check_queue(&text, &profiles).map_err(|problems| problems.to_string())
}

const SOUND: &str = r#"
[defaults]
every = "6h"
profile = "douyin-main"
windows = ["19:00-02:00"]

[[target]]
name = "chef-li"
url = "https://www.douyin.com/user/MS4wLjABAAAAx"
take = ["profile", "posts", "followers"]
every = "2h"
between = "2026-01-01|2026-12-31"
priority = -5
note = "the one with the noodles"

[[target]]
name = "mine"
take = ["collection", "music"]
profiles = ["spare", "douyin-main"]
at = ["09:00", "21:30"]
windows = []
max = 500
"#;

#[test]
fn a_target_says_what_it_says_and_the_rest_stands_in_the_defaults() {
    let QueueFile { all, places } = checked(SOUND).unwrap();
    let [chef, mine] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(chef.take, [Take::Profile, Take::Posts, Take::Followers]);
    assert_eq!((chef.every, chef.priority, chef.order), (Duration::from_hours(2), -5, Order::New));
    assert_eq!((chef.profiles.as_slice(), chef.windows.len()), (&["douyin-main".to_owned()][..], 1));
    assert!(chef.between.is_some() && chef.max.is_none() && chef.timezone == "Asia/Shanghai");
    assert_eq!((mine.every, mine.at.len(), mine.windows.len()), (Duration::from_hours(6), 2, 0));
    assert_eq!((mine.profiles.len(), mine.max.map(std::num::NonZeroU64::get), &mine.url), (2, Some(500), &None));
    assert_eq!(
        (places[0].entry.to_string(), places[0].url.to_string()),
        ("config/queue.toml:7".to_owned(), "config/queue.toml:9".to_owned())
    );
}

#[test]
fn no_file_and_an_empty_one_and_the_one_that_init_writes_hold_no_target() {
    assert_eq!(check_queue(&QueueText::default(), &[]).unwrap(), QueueFile::default());
    assert_eq!(checked("").unwrap(), QueueFile::default());
    let (_, text) = init_files().iter().find(|(name, _)| *name == "queue.toml").unwrap();
    assert_eq!(checked(text).unwrap(), QueueFile::default());
}

#[test]
fn all_that_the_file_that_init_writes_names_is_known() {
    let (_, text) = init_files().iter().find(|(name, _)| *name == "queue.toml").unwrap();
    for take in Take::ALL.iter().copied() {
        assert!(text.contains(take.as_str()), "{}", take.as_str());
    }
    let shown: String =
        text.lines().skip_while(|line| !line.contains("[[target]]")).take(8).collect::<Vec<_>>().join("\n");
    let shown = shown.replace("# ", "").replace('…', "x");
    assert_eq!(checked(&shown).unwrap().all.len(), 1, "its example is sound: {shown}");
}

#[test]
fn every_mistake_is_named_at_once() {
    let said = checked(
        r#"
speed = "fast"
[defaults]
name = "all"
every = "1s"
tempalte = "x"
[[target]]
name = "chef li"
take = ["posts", "pots"]
[[target]]
name = "chef"
take = []
at = ["9:00"]
windows = ["19:00"]
[[target]]
name = "a"
url = "https://www.douyin.com/user/x"
take = ["posts", "collection"]
profile = "duoyin-main"
media = ["video"]
[[target]]
name = "a"
take = ["search", "recording"]
[[target]]
name = "b"
take = ["search"]
query = "noodles"
every = "1h"
at = ["09:00"]
order = "old"
[[target]]
name = "c"
take = ["collection"]
[[target]]
name = "d"
take = ["feed"]
url = "https://www.douyin.com/user/x"
query = "x"
between = "2026-02-01|2026-01-01"
priority = 101
max = -1
quality = "best"
"#,
    )
    .unwrap_err();
    insta::assert_snapshot!(said);
}

#[test]
fn what_is_no_queue_file_is_refused_by_what_it_is() {
    for (text, needle) in [
        ("target = 1", "target is a whole number where [[target]] is wanted"),
        ("[[target]]\nname = \"a\ntake = [\"posts\"]", "the syntax is wrong"),
        ("[[defaults]]\nevery = \"1h\"", "defaults is a list where [defaults] is wanted"),
        ("[[target]\nname = \"a\"", "the syntax is wrong"),
    ] {
        let said = checked(text).unwrap_err();
        assert!(said.contains(needle), "{text}: {said}");
    }
    let broken = QueueText { file: "q".into(), read: Some(Ok(b"# \xff".to_vec())) };
    assert!(check_queue(&broken, &[]).unwrap_err().to_string().contains("not UTF-8"));
    let unread = QueueText { file: "q".into(), read: Some(Err("it is larger than 16 MiB".to_owned())) };
    assert!(check_queue(&unread, &[]).unwrap_err().to_string().contains("larger than 16 MiB"));
}

#[test]
fn thousands_of_targets_are_read_and_a_name_that_comes_twice_is_found() {
    let entry = |n: usize| {
        format!("[[target]]\nname = \"t{n}\"\nurl = \"https://www.douyin.com/user/MS4w{n}\"\ntake = [\"posts\"]\n")
    };
    let text: String = (0..5000).map(entry).collect();
    assert_eq!(checked(&text).unwrap().all.len(), 5000);
    let said = checked(&format!("{text}{}", entry(17))).unwrap_err();
    assert!(said.contains("is `\"t17\"`, the name of the entry at config/queue.toml:69"), "{said}");
}
