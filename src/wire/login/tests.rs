//! Logins as tools write them, good and bad.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::Millis;

const DOUYIN: &[&str] = &["douyin.com", "iesdouyin.com"];
const NOW: Millis = Millis(1_780_000_000_000);

#[track_caller]
fn found(text: &str) -> Found {
    read(text.as_bytes(), DOUYIN).unwrap()
}

/// Names and values, for comparison.
fn pairs(found: &Found) -> Vec<(&str, &str)> {
    found.state.cookies.iter().map(|cookie| (cookie.name.as_str(), cookie.value.reveal().as_str())).collect()
}

const NETSCAPE: &str = "# Netscape HTTP Cookie File
.douyin.com\tTRUE\t/\tTRUE\t1893456000\tttwid\t1%7Cmadeup%7C0
#HttpOnly_.douyin.com\tTRUE\t/\tTRUE\t0\tsessionid\told
#HttpOnly_.douyin.com\tTRUE\t/\tTRUE\t0\tsessionid\t0123456789abcdef
# a comment
www.douyin.com\tFALSE\t/x\tFALSE\t1893456000\tmsToken\tA-b_C
broken line
.douyin.com\tTRUE\t/\tFALSE\t0\t\tonly a value
";

#[test]
fn cookies_txt_is_read_and_written_as_it_was() {
    let found = found(NETSCAPE);
    assert_eq!(found.form, Form::Netscape);
    let expected =
        [("ttwid", "1%7Cmadeup%7C0"), ("sessionid", "0123456789abcdef"), ("msToken", "A-b_C"), ("", "only a value")];
    assert_eq!(pairs(&found), expected, "the later line of two counts");
    assert_eq!(found.skipped.len(), 1, "one line is none");
    let [ttwid, session, token, _] = found.state.cookies.as_slice() else { panic!("four cookies") };
    assert_eq!((ttwid.expires, session.expires, session.http_only), (Some(1_893_456_000.0), None, true));
    assert_eq!((token.domain.as_str(), token.path.as_str(), token.secure), ("www.douyin.com", "/x", false));
    let again = read(write_netscape(&found.state.cookies).reveal().as_bytes(), DOUYIN).unwrap();
    assert_eq!(again.state, found.state);
}

fn state() -> Value {
    json!({
        "cookies": [
            {"name": "sid", "value": "x", "domain": ".douyin.com", "path": "/", "expires": 1_893_456_000.25,
             "httpOnly": true, "secure": true, "sameSite": "None"},
            {"name": "p", "value": "y", "domain": "www.douyin.com", "path": "/a", "expires": -1, "httpOnly": false,
             "secure": true, "sameSite": "Lax", "partitionKey": "https://douyin.com", "_crHasCrossSiteAncestor": false},
        ],
        "origins": [{"origin": "https://www.douyin.com", "localStorage": [{"name": "xmst", "value": "made-up"}],
            "indexedDB": [{"name": "db", "version": 1}]}],
        "credentials": [],
    })
}

#[test]
fn a_storage_state_comes_back_with_all_that_nobody_here_knows() {
    let text = state().to_string();
    let found = found(&text);
    assert_eq!((found.form, pairs(&found).len(), found.skipped.len()), (Form::StorageState, 2, 0));
    assert_eq!(found.state.origins[0].local[0].1.reveal(), "made-up");
    let written: Value = serde_json::from_str(found.state.write(NOW).reveal()).unwrap();
    assert_eq!(written, state());
}

#[test]
fn a_state_is_written_so_that_playwright_takes_all_of_it() {
    let sloppy = json!({"cookies": [
        {"name": "a", "value": "1", "domain": "douyin.com", "sameSite": "no_restriction"},
        {"name": "b", "value": "2", "domain": ".douyin.com", "path": "/", "sameSite": "strict", "expires": 1.0},
        {"name": "__Host-c", "value": "3", "domain": ".douyin.com", "path": "/", "secure": true},
    ]});
    let found = found(&sloppy.to_string());
    assert_eq!(found.skipped.iter().map(|skipped| skipped.name.as_str()).collect::<Vec<_>>(), ["__Host-c"]);
    let written: Value = serde_json::from_str(found.state.write(NOW).reveal()).unwrap();
    let expected = json!([{"name": "a", "value": "1", "domain": "douyin.com", "path": "/", "expires": -1,
        "httpOnly": false, "secure": false, "sameSite": "Lax"}]);
    assert_eq!(written["cookies"], expected, "what is over is left out, None without secure is Lax");
    assert_eq!(written["origins"], json!([]));
}

#[test]
fn lists_of_extensions_and_of_web_driver_are_read() {
    let list = json!([
        {"name": "a", "value": "1", "domain": "douyin.com", "hostOnly": false, "session": false,
         "expirationDate": 1_893_456_000.5, "sameSite": "no_restriction", "secure": true, "path": "/", "storeId": "0"},
        {"name": "b", "value": "2", "domain": ".www.douyin.com", "hostOnly": true, "session": true, "sameSite": "unspecified"},
        {"name": "c", "value": "3", "domain": ".douyin.com", "expiry": 1_893_456_000, "sameSite": "Strict"},
    ]);
    let found = found(&list.to_string());
    assert_eq!(found.form, Form::List);
    let told: Vec<_> = found.state.cookies.iter().map(|c| (c.domain.as_str(), c.expires, c.same_site)).collect();
    assert_eq!(
        told,
        [
            (".douyin.com", Some(1_893_456_000.5), Some(SameSite::None)),
            ("www.douyin.com", None, None),
            (".douyin.com", Some(1_893_456_000.0), Some(SameSite::Strict)),
        ]
    );
}

#[test]
fn headers_are_read_alone_and_out_of_requests() {
    for text in
        ["ttwid=1%7Cx; sessionid=abc", "Cookie: ttwid=1%7Cx; sessionid=abc", " cookie:ttwid=1%7Cx;sessionid=abc\n"]
    {
        let found = found(text);
        assert_eq!(
            (found.form, pairs(&found)),
            (Form::Header, vec![("ttwid", "1%7Cx"), ("sessionid", "abc")]),
            "{text}"
        );
        assert!(found.state.cookies.iter().all(|cookie| cookie.domain == ".douyin.com" && cookie.secure));
    }
    let curl = r#"curl 'https://www.douyin.com/aweme/v1/web/aweme/post/?a=1' \
  -H 'accept: application/json' \
  -b 'ttwid=1%7Cx; sessionid=it'\''s' \
  -H $'user-agent: Agent\u0041 \'x\'' --data-raw "a=\"b\"" --compressed"#;
    let found = found(curl);
    assert_eq!((found.form, pairs(&found)), (Form::Curl, vec![("ttwid", "1%7Cx"), ("sessionid", "it's")]));
    let headers: Vec<_> = found.headers.iter().map(|(name, value)| (name.as_str(), value.reveal().as_str())).collect();
    assert_eq!(headers, [("accept", "application/json"), ("user-agent", "AgentA 'x'")]);
    let entry = |url: &str, session: &str| json!({"request": {"url": url, "headers": [{"name": "Cookie", "value": format!("sessionid={session}")}]}});
    let har = json!({"log": {"entries": [
        entry("https://www.douyin.com/a", "first"), entry("https://live.douyin.com/b", "last"), entry("https://other.example/", "no"),
    ]}});
    let found = self::found(&har.to_string());
    assert_eq!((found.form, pairs(&found)), (Form::Har, vec![("sessionid", "last")]), "the last to one of its sites");
    let other = json!({"log": {"entries": [entry("https://www.iesdouyin.com/", "x")]}}).to_string();
    assert_eq!(self::found(&other).state.cookies[0].domain, ".iesdouyin.com", "whose they are is kept");
}

#[test]
fn lines_of_the_users_old_settings_are_read() {
    let text = "# comment\nOTHER=1\nexport TIKTOK_ADS_COOKIE='sid_tt=x; ttwid=y'\nTIKTOK_ADS_USER_SIGN=\"445f42e170cfe7f9\"\nTIKTOK_ADS_WEB_ID=7455517281448216080\n";
    let found = read(text.as_bytes(), &["tiktok.com"]).unwrap();
    assert_eq!((found.form, pairs(&found)), (Form::Dotenv, vec![("sid_tt", "x"), ("ttwid", "y")]));
    let names: Vec<_> = found.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["user-sign", "web-id"]);
    assert!(found.state.cookies.iter().all(|cookie| cookie.domain == ".tiktok.com"));
    let quoted = "TIKTOK_ADS_COOKIE='a=it'\\''s; b=\"$x\"'\n";
    assert_eq!(pairs(&read(quoted.as_bytes(), &["tiktok.com"]).unwrap()), [("a", "it's"), ("b", "\"$x\"")]);
    assert_eq!(
        read(text.as_bytes(), DOUYIN).unwrap_err(),
        BadLogin::Elsewhere("douyin.com"),
        "they are another site's"
    );
}

#[test]
fn each_text_that_holds_no_login_is_refused_by_what_it_is() {
    let whole = state().to_string();
    let cases: [(&[u8], BadLogin); 11] = [
        (b"", BadLogin::Unknown),
        (b"hello", BadLogin::Unknown),
        (b"\xff\xfe", BadLogin::NotText),
        (&whole.as_bytes()[..whole.len() / 2], BadLogin::Damaged(1)),
        (b"{\"a\": 1}", BadLogin::Foreign),
        (b"[1, 2]", BadLogin::Foreign),
        (b"{\"cookies\": []}", BadLogin::Empty),
        (b"# Netscape HTTP Cookie File\n", BadLogin::Empty),
        (b"a=b\nc=d", BadLogin::Unknown),
        (b"curl https://other.example/ -b a=b", BadLogin::Elsewhere("douyin.com")),
        (b"cookie: a=\xc3\xa9", BadLogin::Empty),
    ];
    for (bytes, expected) in cases {
        assert_eq!(read(bytes, DOUYIN).unwrap_err(), expected, "{}", String::from_utf8_lossy(bytes));
    }
    let many: Vec<_> = (0..5001).map(|n| json!({"name": n.to_string(), "value": "", "domain": "douyin.com"})).collect();
    assert_eq!(read(Value::from(many).to_string().as_bytes(), DOUYIN).unwrap_err(), BadLogin::TooMany);
}

#[test]
fn what_no_browser_takes_is_left_out_and_its_value_told_nobody() {
    let bad = [
        ("nul", "secret\0".to_owned()),
        ("wide", "secrét".to_owned()),
        ("long", "s".repeat(20_000)),
        ("semi", "a;b".to_owned()),
    ];
    let cookies: Vec<_> = bad
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value, "domain": ".douyin.com", "path": "/"}))
        .collect();
    let good = json!({"name": "good", "value": "v".repeat(8192), "domain": ".douyin.com", "path": "/"});
    let all = [cookies, vec![good]].concat();
    let found = found(&json!({"cookies": all}).to_string());
    assert_eq!(pairs(&found).len(), 1, "eight thousand letters are fine");
    assert_eq!(
        found.skipped.iter().map(|skipped| skipped.name.as_str()).collect::<Vec<_>>(),
        ["nul", "wide", "long", "semi"]
    );
    let told = format!("{found:?}");
    assert!(!told.contains("secr") && !told.contains("vvv") && !told.contains("sss"), "{told:.400}");
}

#[test]
fn cookies_and_origins_of_other_sites_are_taken_out() {
    let mut found = found(&json!({
        "cookies": [
            {"name": "a", "value": "1", "domain": ".douyin.com", "path": "/"},
            {"name": "b", "value": "1", "domain": ".notdouyin.com", "path": "/"},
            {"name": "c", "value": "1", "domain": "live.iesdouyin.com", "path": "/"},
        ],
        "origins": [{"origin": "https://www.douyin.com:443", "localStorage": []}, {"origin": "https://bank.example", "localStorage": []}],
    }).to_string());
    assert_eq!(found.keep_only(DOUYIN), 2);
    assert_eq!((pairs(&found).len(), found.state.origins.len()), (2, 1));
}

#[test]
fn a_request_carries_the_cookies_that_are_meant_for_it() {
    let cookies = found(
        &json!({"cookies": [
            {"name": "all", "value": "1", "domain": ".douyin.com", "path": "/"},
            {"name": "deep", "value": "2", "domain": ".douyin.com", "path": "/aweme"},
            {"name": "here", "value": "3", "domain": "www.douyin.com", "path": "/"},
            {"name": "over", "value": "4", "domain": ".douyin.com", "path": "/", "expires": 1_700_000_000},
            {"name": "safe", "value": "5", "domain": ".douyin.com", "path": "/", "secure": true},
            {"name": "", "value": "flag", "domain": ".douyin.com", "path": "/"},
        ]})
        .to_string(),
    )
    .state
    .cookies;
    let header = |host: &str, path: &str, secure: bool| {
        header_for(&cookies, host, path, secure, NOW).map(|header| header.reveal().clone())
    };
    assert_eq!(header("www.douyin.com", "/aweme/v1", true).as_deref(), Some("deep=2; all=1; here=3; safe=5; flag"));
    assert_eq!(header("live.douyin.com", "/awemes", false).as_deref(), Some("all=1; flag"));
    assert_eq!(header("notdouyin.com", "/", true), None);
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_fall_over(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, DOUYIN);
    }

    #[test]
    fn nothing_that_looks_like_a_login_makes_it_fall_over(text in "(curl |\\{\"cookies\":|Cookie:|TIKTOK_ADS_|# HTTP)[ -~\t\n]{0,200}") {
        let _ = read(text.as_bytes(), DOUYIN);
    }

    /// What a file of ours says, ours reads back, in both forms that keep it.
    #[test]
    fn what_is_written_reads_back(values in proptest::collection::vec(("[A-Za-z_]{1,8}", "[!-:<-~]{0,40}", any::<bool>(), 0_u32..4_000_000_000), 1..8)) {
        let mut cookies: Vec<Cookie> = Vec::new();
        for (name, value, secure, expires) in values {
            cookies.retain(|known| known.name != name);
            let expires = (expires > 2_000_000_000).then(|| f64::from(expires));
            cookies.push(Cookie { secure, expires, same_site: Some(SameSite::Lax), ..Cookie::of(&name, &value, ".douyin.com") });
        }
        let state = StorageState { cookies, ..StorageState::default() };
        let read_back = read(state.write(NOW).reveal().as_bytes(), DOUYIN).unwrap();
        prop_assert_eq!(&read_back.state.cookies, &state.cookies);
        let text = read(write_netscape(&state.cookies).reveal().as_bytes(), DOUYIN).unwrap();
        let plain: Vec<Cookie> = state.cookies.into_iter().map(|cookie| Cookie { same_site: None, ..cookie }).collect();
        prop_assert_eq!(text.state.cookies, plain);
    }
}
