//! Short links, asked where they lead: by the resolver on a clock that jumps, and by the program against the platforms.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use radard::domain::Class;
use radard::platform::douyin::link::{BadLink, Resolver};
use radard::sim::{ShortLink, short_links};
use serde_json::{Value, json};

use crate::kit::{Dir, Outside, RADARD, World};

fn resolver(world: &World) -> Resolver {
    let short = format!("{}/short", world.running.platforms["douyin"]);
    Resolver::new(None).asking(world.client.clone(), &short, "Mozilla/5.0 (made up)")
}

fn url(link: &ShortLink) -> String {
    format!("https://v.douyin.com/{}/", link.code)
}

#[test]
fn each_short_link_leads_to_its_id_and_a_bad_one_leaves_the_others_alone() {
    World::run(&[], async |world| {
        let links = short_links(world.running.seed);
        let texts: Vec<String> = links.iter().map(|link| format!("看看 {} 复制此链接", url(link))).collect();
        let rows = resolver(world).all(&texts).await;
        assert_eq!(rows.len(), links.len());
        let mut refused = BTreeMap::new();
        for (at, (link, row)) in links.iter().zip(&rows).enumerate() {
            assert_eq!((row.url.as_str(), row.text), (url(link).as_str(), at));
            match (&row.found, link.kind) {
                (Ok(found), Some(kind)) => assert_eq!((found.kind.as_str(), &found.id), (kind, &link.id)),
                (Err(bad), None) => _ = refused.insert(link.code.as_str(), bad.code()),
                (found, kind) => panic!("{link:?}: {found:?}, {kind:?}"),
            }
        }
        let expected = [
            ("awayAAAA", "bad_host"),
            ("deadAAAA", "not_found"),
            ("innerAAA", "bad_host"),
            ("loopAAAA", "too_many_redirects"),
            ("loopBBBB", "too_many_redirects"),
            ("nowhereA", "leads_nowhere"),
        ];
        assert_eq!(refused, BTreeMap::from(expected));
        // Nothing but short links was asked, and a round trip ended after as many steps as one may take.
        let asked = world.asked("douyin").await;
        assert!(asked.iter().all(|path| path.starts_with("/short/")), "{asked:?}");
        assert_eq!(asked.iter().filter(|path| path.contains("/loop")).count(), 10);
        assert!(world.asked("tiktok").await.is_empty());
    });
}

#[test]
fn a_refusal_is_seen_as_what_it_is_and_the_same_link_is_asked_once() {
    let played = [Class::Auth, Class::Risk, Class::Rate, Class::Network];
    for class in played {
        World::run(&[format!("douyin.short.{class}")], async |world| {
            let link = url(&short_links(world.running.seed)[0]);
            let rows = resolver(world).all(&[link.clone(), format!("{link} {link}")]).await;
            assert_eq!(rows.len(), 1);
            let bad = rows[0].found.as_ref().unwrap_err();
            assert!(matches!(bad, BadLink::Unanswered(_)) && bad.class() == class, "{class}: {bad:?}");
            assert_eq!(world.asked("douyin").await.len(), 1);
        });
    }
}

#[test]
fn a_short_link_behind_a_proxy_is_not_taken_for_deleted() {
    World::run(&[], async |world| {
        let links = short_links(world.running.seed);
        world.running.proxy(Some(404));
        let refused = resolver(world).one(&url(&links[0])).await.unwrap_err();
        assert!(matches!(refused, BadLink::Unanswered(_)) && refused.class() == Class::Network, "{refused:?}");
        world.running.proxy(None);
        assert_eq!(resolver(world).one(&url(&links[0])).await.unwrap().id, links[0].id);
    });
}

/// Runs `radard id` with `input` against the platforms of `outside`; gives the exit code and its rows.
fn id(outside: &Outside, flags: &[&str], input: &str) -> (i32, Vec<Value>) {
    let dir = Dir::new("links");
    dir.save_settings(&outside.config);
    let mut radard = Command::new(RADARD);
    radard.args(["--json", "id"]).args(flags).current_dir(dir.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut radard = radard.spawn().unwrap();
    radard.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = radard.wait_with_output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&told["v"], &told["next"]), (&json!(1), &Value::Null));
    (output.status.code().unwrap(), serde_json::from_value(told["items"].clone()).unwrap())
}

#[test]
fn the_program_finds_ids_in_whatever_is_pasted() {
    let outside = Outside::start(&[]);
    // What `radard sim` makes up without being told otherwise.
    let links = short_links(1);
    let (work, loops) = (&links[2], url(links.iter().find(|link| link.code == "loopAAAA").unwrap()));
    let user = "MS4wLjABAAAAQDxwpjX_D8UT8PDQSXrPVed5HjrAoVrtyzpnVs-i4K9";
    let long = format!("https://www.douyin.com/user/{user}");
    let text = format!("0.53 02/26 {} 复制此链接 {long}\n{loops}\n\nnothing here\n", url(work));
    let (code, rows) = id(&outside, &["-"], &text);
    let seen: Vec<_> = rows.iter().map(|row| json!([row["kind"], row["id"], row["error"]])).collect();
    let expected = [
        json!(["work", work.id, null]),
        json!(["user", user, null]),
        json!([null, null, "too_many_redirects"]),
        json!([null, null, "no_url"]),
    ];
    assert_eq!((code, seen.as_slice()), (1, expected.as_slice()));
    let first = |flags: &[&str]| {
        let (code, rows) = id(&outside, flags, "");
        (code, rows[0]["error"].clone())
    };
    assert_eq!(first(&[&url(work)]), (0, Value::Null));
    assert_eq!(first(&["--want", "user", &url(work)]), (1, json!("not_found")));
    assert_eq!(first(&["--offline", &url(work)]), (1, json!("needs_redirect")));
    let busy = Outside::start(&["douyin.short.rate"]);
    let (code, rows) = id(&busy, &[&url(work)], "");
    assert_eq!((code, &rows[0]["class"]), (4, &json!("rate")));
    let away = Outside::start(&["douyin.short.network"]);
    let (code, rows) = id(&away, &[&url(work), &long], "");
    assert_eq!((code, &rows[0]["error"], &rows[1]["id"]), (1, &json!("unanswered"), &json!(user)));
}
