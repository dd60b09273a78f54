//! Signatures and pages of Douyin: how many a second one core makes and reads, beside f2 where it is installed.
//!
//! f2 comes from its package registry into a virtual environment (`make peers`); it signs the same query in the same
//! call, in turn with ours. What is counted is the processor's time of one thread.

use std::hint::black_box;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use radard::domain::identity::GUEST_AGENT;
use radard::platform::douyin::{Reading, user_post};
use radard::sign::{Abogus, AbogusAgent, AbogusInput, Scheme as _, Xbogus, XbogusAgent, XbogusInput};
use serde_json::{Value, json};

use super::daemon::busy;
use super::figure::{Bar, Figure, Side, quantile, rate};

/// What each figure is called here.
pub(crate) const NAMES: &[&str] =
    &["douyin.abogus", "douyin.xbogus", "douyin.abogus.f2", "douyin.xbogus.f2", "douyin.page"];

const ROUNDS: usize = 9;
/// As long as the query of a page of posts with its token.
const QUERY: usize = 775;
const FINGERPRINT: &str = "1536|747|1536|834|0|30|0|0|1536|834|1536|864|1525|747|24|24|Win32";
/// A page as it comes: twenty posts, of whose fields a tenth is read.
const POSTS: usize = 20;
const PAGE: usize = 60_000;

/// Measures all of them.
pub(crate) fn figures(_runtime: &tokio::runtime::Runtime) -> anyhow::Result<Vec<Figure>> {
    let query = query();
    let (agent, older_agent) = (AbogusAgent::of(GUEST_AGENT), XbogusAgent::of(GUEST_AGENT));
    let (mut abogus, mut xbogus, mut of_f2) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
    for round in 0..ROUNDS {
        abogus.push(per_second(100_000, |n| {
            let (start_ms, rd) = (1_763_700_000_000 + n, [1234, 5678, 9012]);
            let options = AbogusInput::OPTIONS;
            let fingerprint = FINGERPRINT;
            let input =
                AbogusInput { params: &query, body: "", agent, fingerprint, start_ms, end_ms: start_ms, rd, options };
            black_box(Abogus::sign(black_box(&input)));
        })?);
        xbogus.push(per_second(200_000, |n| {
            let input = XbogusInput { params: &query, agent: older_agent, unix_time_s: 1_763_700_000 + n };
            black_box(Xbogus::sign(black_box(&input)));
        })?);
        // It is slow: a few rounds tell as much.
        if round % 3 == 0
            && let Some(rates) = f2(&query)?
        {
            of_f2.iter_mut().zip(rates).for_each(|(all, rate)| all.push(rate));
        }
    }
    let page = page();
    let read = |_| {
        let page = Reading::<user_post::Answer>::of(black_box(page.as_bytes()));
        black_box(page.is_ok_and(|page| page.records().map(black_box).count() == POSTS));
    };
    ensure!(Reading::<user_post::Answer>::of(page.as_bytes())?.records().count() == POSTS, "the page is no page");
    let mut pages: Vec<f64> = (0..ROUNDS).map(|_| per_second(2000, read)).collect::<anyhow::Result<_>>()?;
    let (abogus, xbogus) = (quantile(&mut abogus, 0.5), quantile(&mut xbogus, 0.5));
    let peer = |rates: &mut Vec<f64>| (!rates.is_empty()).then(|| quantile(rates, 0.5));
    let [newer, older] = of_f2.each_mut().map(peer);
    let fixed = |height| Bar::Fixed(Side::AtLeast, height);
    let times = |times, ran| Bar::Times(Side::AtLeast, times, "f2 0.0.1.7", ran);
    Ok(vec![
        Figure::new("douyin.abogus", abogus, "signatures/s", fixed(120_000.0)),
        Figure::new("douyin.xbogus", xbogus, "signatures/s", fixed(300_000.0)),
        Figure::new("douyin.abogus.f2", abogus, "signatures/s", times(1000.0, newer)),
        Figure::new("douyin.xbogus.f2", xbogus, "signatures/s", times(60.0, older)),
        Figure::new("douyin.page", quantile(&mut pages, 0.5), "pages/s", fixed(2000.0)),
    ])
}

/// How often `act` is done in a second of this thread's processor time.
fn per_second(count: usize, act: impl Fn(u64)) -> anyhow::Result<f64> {
    let before = busy(std::process::id())?;
    (0..).take(count).for_each(act);
    Ok(rate(count, busy(std::process::id())?.saturating_sub(before)))
}

fn query() -> String {
    let mut query = "device_platform=webapp&aid=6383&channel=channel_pc_web&count=20&msToken=".to_owned();
    query.extend(std::iter::repeat_n('A', QUERY.saturating_sub(query.len())));
    query
}

/// Signatures a second of f2, of both sorts; nothing when it is not installed.
fn f2(query: &str) -> anyhow::Result<Option<[f64; 2]>> {
    let python = PathBuf::from("target/peers/venv/bin/python");
    if !python.exists() {
        return Ok(None);
    }
    let mut script = Command::new(python);
    script.args(["tests/peers/f2_signs.py", "--speed", query, GUEST_AGENT, FINGERPRINT]).stderr(Stdio::inherit());
    let said = script.output().context("cannot run f2")?;
    ensure!(said.status.success(), "f2 failed");
    let line = String::from_utf8_lossy(&said.stdout).lines().last().unwrap_or_default().to_owned();
    let told: Value = serde_json::from_str(&line).context("f2's script printed no JSON")?;
    let rate = |name: &str| told.get(name).and_then(Value::as_f64).context("f2's script gave no rate");
    Ok(Some([rate("a_bogus")?, rate("x_bogus")?]))
}

/// A page of posts with all that the site sends along.
fn page() -> String {
    let url = |name: &str, n: usize| {
        json!({
            "uri": format!("tos-cn-{name}/{n}"), "width": 720, "height": 1280,
            "url_list": [format!("https://p3.example/{name}/{n}?x-expires=1763700000\u{26}x-signature=abc%3D"), format!("https://p9.example/{name}/{n}")],
        })
    };
    let post = |n: usize| {
        json!({
            "aweme_id": format!("78129743686989244{n:02}"), "aweme_type": 0, "create_time": 1_700_000_000 + n,
            "caption": "三种方法折面团", "desc": "第几条 #标签 三种方法折面团 a/b 😀", "is_top": 0, "region": "CN",
            "author": {"uid": "56201178699", "sec_uid": "MS4wLjABAAAA3ddorzfgvO_5QOZhTAc-7arfqL", "nickname": "某 某",
                "avatar_thumb": url("a", n), "follow_status": 0, "verification_type": 1},
            "images": null, "statistics": {"digg_count": 12, "comment_count": 3, "collect_count": 4, "share_count": 5},
            "video": {"duration": 12_000, "origin_cover": url("oc", n), "cover": url("c", n), "animated_cover": url("ac", n),
                "bit_rate": [
                    {"bit_rate": 1_500_000, "gear_name": "normal_1080_0", "quality_type": 1, "play_addr": url("1080", n)},
                    {"bit_rate": 700_000, "gear_name": "normal_720_0", "quality_type": 10, "play_addr": url("720", n)},
                ]},
            "status": {"part_see": 0, "private_status": 0, "is_prohibited": false, "is_delete": false},
            "music": {"author_deleted": false, "status": 1, "title": "@某某 创作的原声", "play_url": url("m", n)},
            "text_extra": [{"hashtag_id": "1", "hashtag_name": "标签", "start": 4, "end": 7}],
        })
    };
    let mut posts: Vec<Value> = (0..POSTS).map(post).collect();
    // What nobody reads makes up the rest.
    let missing = PAGE.saturating_sub(Value::from(posts.clone()).to_string().len()) / POSTS;
    for post in &mut posts {
        let unread =
            |n: usize| json!({"key": format!("extra_{n}"), "value": n, "on": n.is_multiple_of(2), "text": "unread"});
        let each = unread(10).to_string().len() + 1;
        if let Some(fields) = post.as_object_mut() {
            fields.insert("unread".to_owned(), (0..missing / each).map(unread).collect());
        }
    }
    json!({"status_code": 0, "has_more": 1, "max_cursor": 1_699_000_000_000_u64, "min_cursor": 1, "aweme_list": posts})
        .to_string()
}
