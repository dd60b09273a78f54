//! A real Chromium against the simulated Creative Center: what its page sends is caught, what goes wrong has its name,
//! and nothing stays behind.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use radard::ambient::Ambient;
use radard::browser::{
    Browser, Captured, Cookie, CookieSource, Guise, Look, Page, Partition, Place, SameSite, Shown, Signs, Source,
    Trouble, Wanted,
};
use radard::domain::Secret;
use radard::sign::{Abogus, AbogusAgent, AbogusFields, AbogusInput, Scheme as _, UserSign, UserSignInput};
use serde_json::{Value, json};

use crate::kit::{Dir, Outside, ask, block_on, living_in, not_run, programs};

const CREATORS: &str = "/business/creativecenter/inspiration/popular/creator/pc/en";
const LOGIN: [&str; 1] = ["/login"];
const CHALLENGE: [&str; 1] = ["/verify/"];

/// A browser, its folder, and the platforms that it visits.
struct Visit {
    dir: Dir,
    outside: Outside,
    base: String,
    session: String,
    browser: Browser,
}

/// Lets `story` visit the platforms with a browser of its own, then looks that nothing of it is left.
fn visit(name: &str, story: impl AsyncFnOnce(&Visit)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (dir, outside) = (Dir::new(name), Outside::start(&[]));
        let state = control(&outside, "GET", "/state", None);
        let text = |place: &str| state.pointer(place).unwrap().as_str().unwrap().to_owned();
        let (base, session) = (text("/platforms/creative_radar"), text("/ads_login"));
        let browser = Browser::open(&source(&dir), &Ambient::real(None).clock).await.unwrap();
        let visit = Visit { dir, outside, base, session, browser };
        story(&visit).await;
        let home = home(&visit.dir);
        let Visit { dir, browser, .. } = visit;
        browser.close().await;
        assert_eq!(living_in([&home]), [""; 0], "no process is left");
        assert!(!home.exists() && std::fs::read_dir(folder(&dir)).unwrap().count() == 0, "no folder is left");
    });
}

fn source(dir: &Dir) -> Source {
    let look = Look { shown: Shown::Nowhere, is_root: rustix::process::geteuid().is_root() };
    Source { place: Place::Here(programs()), look, folder: folder(dir) }
}

fn folder(dir: &Dir) -> PathBuf {
    dir.path().join("browser")
}

/// The home of the only browser.
fn home(dir: &Dir) -> PathBuf {
    let note = std::fs::read_dir(folder(dir)).unwrap().next().unwrap().unwrap().path();
    std::fs::read_to_string(note).unwrap().into()
}

/// How a page shows that it is another.
fn signs(marks: &[String]) -> Signs<'_> {
    Signs { login: &LOGIN, challenge: &CHALLENGE, marks }
}

fn control(outside: &Outside, method: &str, path: &str, body: Option<&Value>) -> Value {
    let mut stream = std::net::TcpStream::connect(outside.control.trim_start_matches("http://")).unwrap();
    let (status, answer) = ask(&mut stream, method, path, body).unwrap();
    assert_eq!(status, 200, "{answer}");
    answer
}

impl Visit {
    fn play(&self, spec: &str) {
        control(&self.outside, "POST", "/fault", Some(&json!({"spec": spec})));
    }

    fn cookie(&self) -> Cookie {
        Cookie { expiry: Some(2_000_000_000), ..Cookie::new("sid_tt", &self.session, "127.0.0.1") }
    }

    async fn catch(&self, page: &Page, limit: u64) -> Result<Captured, Trouble> {
        let wanted = Wanted {
            page: &format!("{}{CREATORS}", self.base),
            sends: &[("/creative_radar_api/v1/popular_trend/", &["timestamp", "user-sign", "anonymous-user-id"])],
            limit: Duration::from_secs(limit),
        };
        page.catch(wanted, signs(&[".nowhere".to_owned(), ".captcha_verify_container".to_owned()])).await
    }
}

#[test]
fn what_a_page_sends_is_caught_with_the_cookies_that_scripts_cannot_see() {
    visit("browser-catch", async |visit| {
        let page = Page::open(&visit.browser, Guise::default()).await.unwrap();
        assert_eq!(page.put_cookies(&[visit.cookie()]).await.unwrap(), [""; 0]);
        let id = "0123456789abcdef0123456789abcdef";
        let stored = [
            ("anonymous_user_id".to_owned(), Secret::new(id.to_owned())),
            ("other".to_owned(), Secret::new("也".to_owned())),
        ];
        page.put_stored(&visit.base, &stored).await.unwrap();
        let caught = visit.catch(&page, 20).await.unwrap();
        let header = |name: &str| caught.headers[name].reveal().as_str();
        assert!(header("cookie").contains(&format!("sid_tt={}", visit.session)), "of the account");
        assert!(header("cookie").contains("ttwid=1%7C"), "of the page, which scripts cannot see");
        assert_eq!(
            (header("anonymous-user-id"), caught.cookies),
            (id, CookieSource::Request),
            "what was stored is there"
        );
        let timestamp = header("timestamp").parse().unwrap();
        let input = UserSignInput { web_id: Some(header("web-id")), anonymous_user_id: id, timestamp };
        assert_eq!(header("user-sign"), UserSign::sign(&input), "the recipe holds");
        assert!(
            caught.url.contains("creator_country=US")
                && ["Chrome", "Firefox"].iter().any(|name| header("user-agent").contains(name))
        );
        page.wait_until("document.querySelectorAll('li').length === 20", Duration::from_secs(10)).await.unwrap();
        let held = page.cookies().await.unwrap();
        let names: BTreeSet<_> = held.iter().map(|cookie| (cookie.name.as_str(), cookie.http_only)).collect();
        assert_eq!(names, BTreeSet::from([("lang_type", false), ("sid_tt", true), ("ttwid", true)]));
        let stored = page.stored(&visit.base).await.unwrap();
        assert!(stored.iter().any(|(name, value)| name == "other" && value.reveal() == "也"));
        let told = format!("{caught:?} {held:?} {stored:?}");
        assert!(!told.contains(&visit.session) && !told.contains(id), "values are told nobody");
        page.close().await.unwrap();
    });
}

#[test]
fn a_page_signs_for_a_socket_and_asks_for_itself_and_a_dialog_holds_nobody_up() {
    visit("browser-inside", async |visit| {
        let page = Page::open(&visit.browser, Guise::default()).await.unwrap();
        let state = control(&visit.outside, "GET", "/state", None);
        let base = state.pointer("/platforms/douyin").unwrap().as_str().unwrap();
        page.settle(&format!("{base}/"), "typeof window.byted_acrawler?.frontierSign === 'function'").await.unwrap();
        let stub = "0123456789abcdef0123456789abcdef";
        let digest = Md5::digest(format!("socket-{stub}"));
        assert_eq!(page.frontier_sign(stub).await.unwrap(), STANDARD.encode(&digest[..12]));
        let (status, kind, text, _) = page.fetch("/aweme/v1/web/tab/feed/?aid=6383&count=10").await.unwrap();
        assert!(
            status == 200 && kind.starts_with("application/json") && text.contains("\"status_code\":5"),
            "{status} {text}"
        );
        let unsigned = "() => fetch('/static/md5.js').then(() => confirm('cookies?') ? 'yes' : 'no')";
        assert_eq!(page.run(unsigned, &[]).await.unwrap(), "no", "a dialog is dismissed");
        page.close().await.unwrap();
    });
}

/// What the simulated page signs of `query` and what we sign of the same, compared: the names of the fields that differ.
async fn compared(visit: &Visit, base: &str) -> Vec<&'static str> {
    let page = Page::open(&visit.browser, Guise::default()).await.unwrap();
    page.settle(&format!("{base}/"), "typeof window.byted_acrawler?.frontierSign === 'function'").await.unwrap();
    let (status, _, text, asked) = page.fetch("/aweme/v1/web/tab/feed/?aid=6383&count=10").await.unwrap();
    assert!(status == 200 && text.contains("status_code"), "the site takes what its own page signs: {status} {text}");
    let user_agent = page.run("() => navigator.userAgent", &[]).await.unwrap();
    page.close().await.unwrap();
    let (params, signature) = asked.split_once('?').unwrap().1.rsplit_once("&a_bogus=").unwrap();
    let theirs = AbogusFields::read(signature).unwrap();
    let ours = Abogus::sign(&AbogusInput {
        params,
        body: "",
        agent: AbogusAgent::of(&user_agent),
        fingerprint: "1536|747|1536|834|0|30|0|0|1536|834|1536|864|1525|747|24|24|Win32",
        start_ms: 1_763_700_000_123,
        end_ms: 1_763_700_000_125,
        rd: [1, 2, 3],
        options: AbogusInput::OPTIONS,
    });
    AbogusFields::read(&ours).unwrap().differences(&theirs)
}

#[test]
fn a_page_signs_as_we_do_until_its_script_changes_and_the_field_is_named() {
    visit("browser-signs", async |visit| {
        let state = control(&visit.outside, "GET", "/state", None);
        let base = state.pointer("/platforms/douyin").unwrap().as_str().unwrap();
        assert_eq!(compared(visit, base).await, [""; 0]);
        let changes = [
            ("application", json!({"aid": 6384})),
            ("options", json!({"options": [0, 1, 8]})),
            ("page", json!({"page": 6241})),
        ];
        for (name, change) in changes {
            control(&visit.outside, "POST", "/page", Some(&change));
            assert_eq!(compared(visit, base).await, [name]);
        }
        control(&visit.outside, "POST", "/page", Some(&json!({})));
        assert_eq!(compared(visit, base).await, [""; 0], "the old script is back");
    });
}

#[test]
fn what_a_cookie_says_of_other_sites_comes_out_as_it_went_in() {
    visit("browser-sites", async |visit| {
        let page = Page::open(&visit.browser, Guise::default()).await.unwrap();
        let of = |name: &str, same_site, partition| Cookie {
            name: name.to_owned(),
            domain: "www.example.com".to_owned(),
            secure: true,
            same_site,
            partition,
            ..visit.cookie()
        };
        let partition = Partition { site: "https://example.org".to_owned(), is_within_another: true };
        let put = [
            of("strict", SameSite::Strict, None),
            of("lax", SameSite::Lax, None),
            of("none", SameSite::None, None),
            of("apart", SameSite::None, Some(partition)),
            Cookie { name: "large".to_owned(), value: Secret::new("x".repeat(4000)), ..visit.cookie() },
        ];
        assert_eq!(page.put_cookies(&put).await.unwrap(), [""; 0]);
        visit.catch(&page, 20).await.unwrap();
        // One that says nothing of it, which only a page can make: the browser's own answer cannot tell it from `none`.
        page.run("() => { document.cookie = 'silent=1; Secure'; return '' }", &[]).await.unwrap();
        let held = page.cookies().await.unwrap();
        let said = |name: &str| held.iter().find(|cookie| cookie.name == name).unwrap().clone();
        for cookie in &put[..4] {
            let after = said(&cookie.name);
            let partition = |cookie: &Cookie| {
                // Firefox keeps it and does not say so.
                let of = cookie.partition.as_ref().filter(|_| !visit.browser.version.starts_with("firefox"));
                of.map(|of| of.site.clone())
            };
            assert_eq!((after.same_site, partition(&after)), (cookie.same_site, partition(cookie)), "{}", cookie.name);
        }
        assert_eq!((said("silent").same_site, said("silent").secure), (SameSite::Lax, true));
        assert_eq!(said("large").value, put[4].value);
        // What it does not keep is named, and costs the others nothing.
        let far = Cookie { name: "far".to_owned(), value: Secret::new("x".repeat(8192)), ..visit.cookie() };
        assert_eq!(page.put_cookies(&[far, visit.cookie()]).await.unwrap(), ["far"]);
        page.close().await.unwrap();
    });
}

#[test]
fn two_accounts_know_nothing_of_each_other() {
    visit("browser-two", async |visit| {
        let (one, other) = (
            Page::open(&visit.browser, Guise::default()).await.unwrap(),
            Page::open(&visit.browser, Guise::default()).await.unwrap(),
        );
        one.put_cookies(&[visit.cookie()]).await.unwrap();
        let (caught, stranger) = (visit.catch(&one, 20).await.unwrap(), visit.catch(&other, 20).await.unwrap());
        assert!(caught.headers["cookie"].reveal().contains("sid_tt="));
        assert!(!stranger.headers["cookie"].reveal().contains("sid_tt="));
        assert_ne!(caught.headers["anonymous-user-id"], stranger.headers["anonymous-user-id"]);
        for page in [one, other] {
            page.close().await.unwrap();
        }
    });
}

#[test]
fn what_goes_wrong_has_its_name_and_the_next_capture_goes_well() {
    visit("browser-wrong", async |visit| {
        let page = Page::open(&visit.browser, Guise::default()).await.unwrap();
        visit.play("creative_radar.business.auth@1");
        assert!(matches!(visit.catch(&page, 20).await, Err(Trouble::LoginRequired(_))));
        visit.play("creative_radar.business.risk@1");
        assert!(matches!(visit.catch(&page, 20).await, Err(Trouble::Challenge(_))));
        visit.play("creative_radar.business.private@1");
        let covered = visit.catch(&page, 20).await;
        assert!(matches!(covered, Err(Trouble::Challenge(_))), "it stands where the page should: {covered:?}");
        visit.play("creative_radar.business.schema@1");
        let nothing = visit.catch(&page, 2).await.unwrap_err();
        let at = format!("it stands at `{}{CREATORS}`", visit.base);
        assert!(matches!(nothing, Trouble::NoRequest { .. }) && nothing.to_string().ends_with(&at), "{nothing}");
        // A port where nobody listens any more.
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let url = format!("http://{closed}/");
        let nowhere = Wanted { page: &url, sends: &[("/x", &[])], limit: Duration::from_secs(20) };
        let nowhere = page.catch(nowhere, signs(&[])).await.unwrap_err();
        assert!(matches!(&nowhere, Trouble::Unreachable { host, .. } if *host == closed.to_string()), "{nowhere}");
        visit.catch(&page, 20).await.unwrap();
        page.wait_until("document.readyState === 'complete'", Duration::from_secs(10)).await.unwrap();
        let script = page.run("() => { throw new Error('no') }", &[]).await.unwrap_err();
        assert!(matches!(&script, Trouble::Script(why) if why.contains("no")), "{script}");
        let endless = page.run_within(Duration::from_millis(300), "() => new Promise(() => {})", &[]).await;
        assert!(matches!(endless, Err(Trouble::Hung(_))), "it is left");
        page.close().await.unwrap();
    });
}

#[test]
fn a_tab_that_crashes_is_told_at_once_and_another_goes_on() {
    if programs().driver.is_some() {
        return not_run("a tab that crashes (Firefox tells nobody)");
    }
    visit("browser-crash", async |visit| {
        let page = Page::open(&visit.browser, Guise::default()).await.unwrap();
        visit.play("creative_radar.business.schema@1");
        let crash = async {
            page.wait_until("document.readyState === 'complete' && location.port", Duration::from_secs(10))
                .await
                .unwrap();
            let _it_cannot_answer = page.go("chrome://crash").await;
        };
        let (caught, ()) = tokio::join!(visit.catch(&page, 60), crash);
        assert!(matches!(caught, Err(Trouble::Crashed)), "{caught:?}");
        assert!(matches!(page.place().await, Err(Trouble::Crashed)), "and whoever asks it later is told so too");
        page.close().await.unwrap();
        let page = Page::open(&visit.browser, Guise::default()).await.unwrap();
        visit.catch(&page, 20).await.unwrap();
        page.close().await.unwrap();
    });
}

#[test]
fn an_account_is_to_the_site_who_it_says() {
    visit("browser-guise", async |visit| {
        let guise = Guise {
            user_agent: Some("Mozilla/5.0 of somebody"),
            locale: Some("zh-CN"),
            timezone: Some("Asia/Shanghai"),
            ..Guise::default()
        };
        let page = Page::open(&visit.browser, guise).await.unwrap();
        page.settle(&format!("{}/login", visit.base), "true").await.unwrap();
        // Firefox says by which script it is written, too.
        let said = "() => {
            const locale = new Intl.Locale(new Intl.NumberFormat().resolvedOptions().locale);
            const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
            return JSON.stringify([navigator.userAgent, `${locale.language}-${locale.region}`, zone]);
        }";
        let said = page.run(said, &[]).await.unwrap();
        assert_eq!(said, r#"["Mozilla/5.0 of somebody","zh-CN","Asia/Shanghai"]"#);
        let caught = visit.catch(&page, 20).await.unwrap();
        assert_eq!(caught.headers["user-agent"].reveal(), "Mozilla/5.0 of somebody", "it is sent, too");
        page.close().await.unwrap();
    });
}

#[test]
fn a_browser_that_is_killed_tells_everybody_who_waits() {
    visit("browser-killed", async |visit| {
        let page = Page::open(&visit.browser, Guise::default()).await.unwrap();
        visit.play("creative_radar.business.schema@1");
        let kill = async {
            page.wait_until("document.readyState === 'complete' && location.port", Duration::from_secs(10))
                .await
                .unwrap();
            for path in living_in([home(&visit.dir)]) {
                let pid =
                    path.trim_start_matches("/proc/").parse().ok().and_then(rustix::process::Pid::from_raw).unwrap();
                let _already_gone = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        };
        let (caught, ()) = tokio::join!(visit.catch(&page, 60), kill);
        assert!(matches!(caught, Err(Trouble::Gone)), "{caught:?}");
        assert!(matches!(page.cookies().await, Err(Trouble::Gone)));
    });
}

/// What the processes of this home were started with.
fn started_with(home: &Path) -> Vec<String> {
    let processes = living_in([home]).into_iter();
    processes.map(|process| std::fs::read_to_string(format!("{process}/cmdline")).unwrap_or_default()).collect()
}

#[test]
fn a_browser_may_show_itself_on_a_display_that_nobody_sees() {
    if !Path::new("/usr/bin/Xvfb").exists() {
        return not_run("the browser on a display of its own (needs xvfb)");
    }
    let (dir, clock) = (Dir::new("browser-xvfb"), Ambient::real(None).clock);
    let shown = |shown| {
        let look = Look { shown, is_root: rustix::process::geteuid().is_root() };
        Source { place: Place::Here(programs()), look, folder: folder(&dir) }
    };
    block_on(async {
        let browser = Browser::open(&shown(Shown::ToNobody), &clock).await.unwrap();
        let page = Page::open(&browser, Guise::default()).await.unwrap();
        page.go("data:text/html,<title>here</title>").await.unwrap();
        let (home, all) = (home(&dir), started_with(&home(&dir)));
        assert!(all.iter().any(|line| line.contains("Xvfb")), "{all:?}");
        assert!(!all.iter().any(|line| line.contains("--headless")), "{all:?}");
        browser.close().await;
        assert_eq!(living_in([&home]), [""; 0], "the display ends with it");
        assert_eq!(std::fs::read_dir(folder(&dir)).unwrap().count(), 0);
        // The control, and a seat where there is none.
        let browser = Browser::open(&shown(Shown::Nowhere), &clock).await.unwrap();
        let all = started_with(&self::home(&dir));
        browser.close().await;
        assert!(!all.iter().any(|line| line.contains("Xvfb")), "{all:?}");
        let none = Browser::open(&shown(Shown::On(None)), &clock).await.err().unwrap();
        assert!(
            none.to_string().contains("no display here") && none.advice().to_string().contains("DISPLAY"),
            "{none}"
        );
        assert_eq!(std::fs::read_dir(folder(&dir)).unwrap().count(), 0, "nothing is left of it");
    });
}
