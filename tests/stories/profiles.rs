//! Logins as people handle them: taken in from a file, proved, refused when they are none, gone back from, given out,
//! captured by a real browser, and used by whatever asks in their name.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::kit::{Outside, RADARD, ads_state, ask, firefox, listed, login_dir as dir, mode, records, run, state};

const STATE: &str = "sessions/main/state.json";

#[test]
fn a_login_is_taken_in_from_a_file_proved_and_used() {
    let outside = Outside::start(&[]);
    let (dir, told) = dir("profile-import", &outside);
    let login = told["login"].as_str().unwrap();
    let header = format!("Cookie: {login}");
    let (code, out, err) = run(&dir, &["profile", "import", "main", "-"], Some(&header));
    assert_eq!(code, 0, "{out}{err}");
    assert!(err.contains("found cookies: ") && out.contains("`main` uses the capture"), "{out}{err}");
    let row = listed(&dir, "main");
    assert_eq!((&row["standing"], &row["class"], &row["source"]), (&json!("active"), &json!("ok"), &json!("header")));
    let file = dir.path().join(STATE);
    assert_eq!(mode(&file), 0o600);
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert!(written["cookies"].as_array().unwrap().iter().any(|cookie| cookie["name"] == "sessionid"));
    let creator = told["creators"][9].as_str().unwrap();
    let list = ["fetch", "--no-media", "--json", "--mode", "collects", "--profile", "main"];
    let (code, out, err) = run(&dir, &list, None);
    assert_eq!((code, records(&out).len()), (0, 3), "what asks in its name brings its cookies: {err}");
    let (code, out, _) = run(&dir, &["profile", "show", "main"], None);
    assert!(code == 0 && out.contains("sessionid") && out.contains(".douyin.com"), "{out}");
    let session = login.split("sessionid=").nth(1).unwrap().split(';').next().unwrap();
    let (_, json, _) = run(&dir, &["--json", "profile", "show", "main"], None);
    for text in [&out, &json, &err] {
        assert!(!text.contains(session), "no value is shown: {text}");
    }
    // In every form that people's tools read.
    for (format, needle) in
        [("netscape", "# Netscape HTTP Cookie File\n"), ("header", "sessionid="), ("state", "\"origins\"")]
    {
        let (code, out, err) = run(&dir, &["profile", "export", "main", "--format", format], None);
        assert!(code == 0 && out.contains(needle) && out.contains(session), "{format}: {err}");
    }
    let (code, _, err) = run(&dir, &["profile", "export", "main", "-o", "out.json"], None);
    assert_eq!((code, mode(&dir.path().join("out.json"))), (0, 0o600), "{err}");
    let (code, out, err) = run(&dir, &["profile", "import", "main", "out.json"], None);
    assert_eq!(code, 0, "what is given out is taken in: {out}{err}");
    let (code, _, err) = run(&dir, &["profile", "forget", "main"], None);
    assert_eq!((code, dir.path().join("sessions/main").exists()), (0, false), "{err}");
    assert_eq!(listed(&dir, "main")["standing"], "no login");
    let (code, _, err) = run(&dir, &["fetch", "--no-media", "--profile", "main", "--mode", "like", creator], None);
    assert!(code != 0 && err.contains("radard profile import main FILE"), "{err}");
}

#[test]
fn the_cookies_of_a_firefox_are_read_where_it_keeps_them_and_its_file_is_left_alone() {
    let outside = Outside::start(&[]);
    let (dir, told) = dir("profile-firefox", &outside);
    let login = told["login"].as_str().unwrap();
    let pairs: Vec<_> = login.split("; ").map(|pair| pair.split_once('=').unwrap()).collect();
    let file = dir.path().join("cookies.sqlite");
    firefox(&file, &pairs);
    let before = std::fs::read(&file).unwrap();
    let (code, out, err) = run(&dir, &["profile", "import", "main", "cookies.sqlite"], None);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(listed(&dir, "main")["source"], "firefox");
    assert!(std::fs::read(&file).unwrap() == before, "nothing was written");
    let beside: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert!(
        !beside.iter().any(|name| name.to_string_lossy().starts_with("cookies.sqlite-")),
        "nor beside it: {beside:?}"
    );
    let (code, _, err) = run(&dir, &["profile", "import", "main", "data/radard.db"], None);
    assert!(code == 2 && err.contains("it is no cookies.sqlite of Firefox"), "{code} {err}");
    // Larger than any login is, or not even that.
    std::fs::File::create(dir.path().join("huge")).unwrap().set_len(65 << 20).unwrap();
    let (code, _, err) = run(&dir, &["profile", "import", "main", "huge"], None);
    assert!(code == 2 && err.contains("it is longer than 64 MiB"), "{code} {err}");
}

#[test]
fn one_that_is_logged_out_never_takes_the_place_of_one_that_works() {
    let outside = Outside::start(&[]);
    let (dir, told) = dir("profile-refused", &outside);
    let login = told["login"].as_str().unwrap();
    std::fs::write(dir.path().join("good.json"), state(login)).unwrap();
    let old = state("sessionid=0123456789abcdef; ttwid=1%7Cx");
    let (code, _, err) = run(&dir, &["profile", "import", "main", "-"], Some(&old));
    assert!(code == 16 && err.contains("import that") && !err.contains("still in use"), "none was in use: {err}");
    assert_eq!(run(&dir, &["profile", "import", "main", "good.json"], None).0, 0);
    let before = std::fs::read(dir.path().join(STATE)).unwrap();
    let active = listed(&dir, "main")["made_at"].clone();
    let (code, _, err) = run(&dir, &["profile", "import", "main", "-"], Some(&old));
    assert_eq!(code, 16, "a login is needed: {err}");
    assert!(err.contains("could not be proved") && err.contains("what was used before is still in use"), "{err}");
    let (code, _, err) = run(&dir, &["profile", "import", "main", "-"], Some(&state("ttwid=1%7Cx; msToken=y")));
    assert!(code == 16 && err.contains("none of the cookies of a login"), "{err}");
    let row = listed(&dir, "main");
    assert_eq!((&row["standing"], &row["made_at"], &row["versions"]), (&json!("active"), &active, &json!(4)));
    assert_eq!(std::fs::read(dir.path().join(STATE)).unwrap(), before, "its file is as it was");
    // A second good one, and back to the first.
    assert_eq!(run(&dir, &["profile", "import", "main", "good.json"], None).0, 0);
    let (code, out, err) = run(&dir, &["--json", "profile", "rollback", "main"], None);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(listed(&dir, "main")["made_at"], active);
    assert_eq!(run(&dir, &["profile", "probe", "main"], None).0, 0);
    // Further back is behind the one in use; there is nothing behind the first, and none goes to one that was refused.
    let (code, _, err) = run(&dir, &["profile", "rollback", "main"], None);
    assert!(code == 2 && err.contains("no such capture"), "{err}");
    let (_, out, _) = run(&dir, &["--json", "profile", "show", "main"], None);
    let shown: Value = serde_json::from_str(&out).unwrap();
    let of = |standing: &str| {
        let versions = shown["versions"].as_array().unwrap();
        versions
            .iter()
            .filter(|version| version["standing"] == standing)
            .map(|version| version["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!((of("refused").len(), of("kept").len()), (2, 1));
    assert_eq!(run(&dir, &["profile", "rollback", "main", "--to", &of("refused")[0]], None).0, 2);
    for _ in 0..4 {
        assert_eq!(run(&dir, &["profile", "import", "main", "-"], Some(&old)).0, 16);
    }
    let (_, out, _) = run(&dir, &["--json", "profile", "show", "main"], None);
    let shown: Value = serde_json::from_str(&out).unwrap();
    let standings: Vec<_> =
        shown["versions"].as_array().unwrap().iter().map(|version| version["standing"].as_str().unwrap()).collect();
    assert_eq!(standings, ["refused", "refused", "refused", "kept", "active"], "what was refused takes nobody's room");
    let (code, _, err) =
        run(&dir, &["profile", "rollback", "main", "--to", "00000000-0000-0000-0000-000000000000"], None);
    assert!(code == 2 && err.contains("no such capture"), "{err}");
}

#[test]
fn a_file_that_holds_no_login_is_refused_by_what_it_is() {
    let outside = Outside::start(&[]);
    let (dir, _) = dir("profile-wrong", &outside);
    let foreign =
        json!({"cookies": [{"name": "sessionid", "value": "x", "domain": ".bank.example", "path": "/"}]}).to_string();
    for (input, code, needle) in [
        ("hello", 2, "it is none of: cookies.txt"),
        ("{\"cookies\": [", 2, "it is damaged, or cut short"),
        ("{\"a\": 1}", 2, "neither a storage state"),
        (foreign.as_str(), 2, "no cookie in it belongs to douyin.com"),
        ("curl https://other.example -b a=b", 2, "no request in it goes to douyin.com"),
    ] {
        let (got, _, err) = run(&dir, &["profile", "import", "main", "-"], Some(input));
        assert!(got == code && err.contains(needle), "{input}: {got} {err}");
    }
    let (code, _, err) = run(&dir, &["profile", "import", "nobody", "-"], Some("a=b"));
    assert!(code == 2 && err.contains("add [profile.nobody]"), "{err}");
    let (code, _, err) = run(&dir, &["profile", "import", "main", "nothing.json"], None);
    assert!(code == 2 && err.contains("nothing.json"), "{err}");
    std::fs::create_dir_all(dir.path().join("victim")).unwrap();
    std::fs::write(dir.path().join("victim/state.json"), "theirs").unwrap();
    for name in ["../victim", "..", "/etc", "a/b", ""] {
        let (code, _, err) = run(&dir, &["profile", "forget", name], None);
        assert!(code == 2 && err.contains("no name of a profile"), "{name}: {err}");
    }
    assert!(dir.path().join("victim/state.json").exists());
    let dotenv = "TIKTOK_ADS_COOKIE='sessionid=x'";
    let (code, _, err) = run(&dir, &["profile", "import", "main", "-"], Some(dotenv));
    assert!(
        code == 2 && err.contains("no request in it goes to douyin.com"),
        "another site's cookies are not sent there: {err}"
    );
    let (code, _, err) = run(&dir, &["profile", "probe", "main"], None);
    assert!(code == 16 && err.contains("has no login"), "{err}");
    let (code, _, err) = run(&dir, &["profile", "capture", "main"], None);
    assert!(code == 2 && err.contains("profile import"), "{err}");
    assert_eq!(listed(&dir, "main")["versions"], 0, "nothing of it was kept");
}

#[test]
fn a_site_that_cannot_be_asked_leaves_a_login_waiting() {
    let outside = Outside::start(&["douyin.user_collects.network@1"]);
    let (dir, told) = dir("profile-waits", &outside);
    let text = state(told["login"].as_str().unwrap());
    let (code, _, err) = run(&dir, &["profile", "import", "main", "-"], Some(&text));
    assert!(code == 1 && err.contains("radard profile probe main"), "{code} {err}");
    assert_eq!(
        (&listed(&dir, "main")["standing"], &listed(&dir, "main")["class"]),
        (&json!("no login"), &json!("network"))
    );
    assert_eq!(run(&dir, &["profile", "probe", "main"], None).0, 0);
    assert_eq!(listed(&dir, "main")["standing"], "active");
}

#[test]
fn a_browser_captures_a_login_and_keeps_it_fresh() {
    let outside = Outside::start(&[]);
    let (dir, told) = dir("profile-capture", &outside);
    let (code, _, err) = run(&dir, &["profile", "capture", "ads"], None);
    assert!(code == 16 && err.contains("none of the cookies of a login"), "nobody is logged in yet: {err}");
    let session = told["ads_login"].as_str().unwrap();
    let state = json!({"cookies": [{"name": "sid_tt", "value": session, "domain": "127.0.0.1", "path": "/",
        "expires": 2_000_000_000, "httpOnly": true, "sameSite": "Lax"}], "origins": []});
    let (code, out, err) = run(&dir, &["profile", "import", "ads", "-"], Some(&state.to_string()));
    assert_eq!(code, 0, "{out}{err}");
    std::fs::write(dir.path().join(".env.radar"), "OTHER=1\nTIKTOK_ADS_COOKIE=old\n").unwrap();
    let (code, out, err) = run(&dir, &["--json", "profile", "capture", "ads", "-o", ".env.radar"], None);
    assert_eq!(code, 0, "{out}{err}");
    let lines = std::fs::read_to_string(dir.path().join(".env.radar")).unwrap();
    assert!(lines.starts_with("OTHER=1\nTIKTOK_ADS_COOKIE=\"") && !lines.contains("old"), "others' lines stay");
    assert!(lines.contains(&format!("sid_tt={session}")));
    let value = |name: &str| lines.split_once(&format!("\nTIKTOK_ADS_{name}=\"")).unwrap().1.find('"').unwrap();
    assert_eq!((value("USER_SIGN"), value("WEB_ID")), (16, 19), "what the page sent");
    assert_eq!(mode(&dir.path().join(".env.radar")), 0o600);
    let row = listed(&dir, "ads");
    assert_eq!((&row["standing"], &row["source"]), (&json!("active"), &json!("browser")));
    assert!(row["ends_at"].as_i64().unwrap() < 2_000_000_000_000, "the browser cuts it to four hundred days");
    let (_, shown, _) = run(&dir, &["profile", "show", "ads"], None);
    for name in ["anonymous-user-id (32)", "timestamp (10)", "user-sign (16)", "sid_tt", "ttwid"] {
        assert!(shown.contains(name), "{name}: {shown}");
    }
    // The session is lost: the page leads to its login, and what there was stays in use.
    let mut stream = std::net::TcpStream::connect(outside.control.trim_start_matches("http://")).unwrap();
    ask(&mut stream, "POST", "/fault", Some(&json!({"spec": "creative_radar.business.auth@1"}))).unwrap();
    let (code, _, err) = run(&dir, &["profile", "capture", "ads"], None);
    assert!(code == 16 && err.contains("asks for a login"), "{code} {err}");
    assert_eq!(listed(&dir, "ads")["made_at"], row["made_at"]);
    let left = std::fs::read_dir(dir.path().join("data/browser")).unwrap().count();
    assert_eq!(left, 0, "no browser left anything");
    assert!(!out.contains(session) && !err.contains(session) && !shown.contains(session));
}

#[test]
fn a_page_that_is_retired_leads_to_the_next_and_a_login_lasts_as_long_as_it_lasts() {
    let outside = Outside::start(&["creative_radar.business.gone", "creative_radar.creative_radar_api.gone"]);
    let (dir, told) = dir("profile-newer", &outside);
    assert_eq!(run(&dir, &["profile", "import", "ads", "-"], Some(&ads_state(&told))).0, 0, "the newer list proves it");
    std::fs::write(dir.path().join(".env"), b"TIKTOK_ADS_WEB_ID=7\nOTHER=\xff\n").unwrap();
    let (code, out, err) = run(&dir, &["profile", "capture", "ads", "-o", ".env"], None);
    assert!(code == 1 && err.contains("`.env` cannot be read"), "{out}{err}");
    assert!(std::fs::read(dir.path().join(".env")).unwrap().ends_with(b"\xff\n"), "nothing of it is lost");
    std::fs::write(dir.path().join(".env"), "TIKTOK_ADS_WEB_ID=7\n").unwrap();
    let (code, out, err) = run(&dir, &["profile", "capture", "ads", "-o", ".env"], None);
    assert_eq!(code, 0, "{out}{err}");
    assert!(format!("{out}{err}").contains("did not send what belongs into [\"USER_SIGN\", \"WEB_ID\"]"), "{out}{err}");
    let lines = std::fs::read_to_string(dir.path().join(".env")).unwrap();
    assert!(lines.starts_with("TIKTOK_ADS_WEB_ID=7\nTIKTOK_ADS_COOKIE=") && lines.lines().count() == 2, "it is left");
    let (_, shown, _) = run(&dir, &["profile", "show", "ads"], None);
    assert!(shown.contains("x-csrftoken (24)") && shown.contains("sid_tt"), "{shown}");
    // After three more uses the session is over: two for this capture, one for the next one's page.
    let control = |path: &str, body: Value| {
        let mut stream = std::net::TcpStream::connect(outside.control.trim_start_matches("http://")).unwrap();
        assert_eq!(ask(&mut stream, "POST", path, Some(&body)).unwrap().0, 200);
    };
    control("/expire", json!({"after": 3}));
    let (code, _, err) = run(&dir, &["profile", "capture", "ads"], None);
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = run(&dir, &["profile", "capture", "ads"], None);
    assert!(code == 16 && err.contains("it shows 3 rows, as it does to anybody"), "{code} {err}");
    // The capture is refused, and so the one that it began from was looked at: it is over for that one too.
    let row = listed(&dir, "ads");
    assert_eq!((&row["standing"], &row["class"]), (&json!("stopped"), &json!("auth")), "{row}");
    assert_eq!(run(&dir, &["profile", "probe", "ads"], None).0, 16);
}

#[test]
fn what_another_tool_left_in_the_folder_of_a_profile_is_taken_up() {
    let outside = Outside::start(&[]);
    let (dir, told) = dir("profile-left", &outside);
    let folder = dir.path().join("sessions/main");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("state.json"), "{\"cookies\": [").unwrap();
    let (code, _, err) = run(&dir, &["profile", "probe", "main"], None);
    assert!(code == 16 && err.contains("has no login"), "{code} {err}");
    assert_eq!(std::fs::read(folder.join("state.json")).unwrap(), b"{\"cookies\": [", "what cannot be read is left");
    std::fs::write(folder.join("state.json"), state(told["login"].as_str().unwrap())).unwrap();
    let (code, out, err) = run(&dir, &["profile", "probe", "main"], None);
    assert_eq!(code, 0, "{out}{err}");
    let row = listed(&dir, "main");
    assert_eq!((&row["standing"], &row["source"]), (&json!("active"), &json!("file")));
    // What the other tool writes there since is its own, until a new login comes.
    let theirs = state(&format!("{}; more=1", told["login"].as_str().unwrap()));
    std::fs::write(folder.join("state.json"), &theirs).unwrap();
    assert_eq!(run(&dir, &["profile", "probe", "main"], None).0, 0);
    assert_eq!(std::fs::read_to_string(folder.join("state.json")).unwrap(), theirs);
}

#[test]
fn a_person_logs_in_by_the_code_in_the_terminal() {
    let outside = Outside::start(&[]);
    let (dir, told) = dir("profile-login", &outside);
    let login = ["profile", "login", "main", "--qr", "--wait", "60", "--picture", "page.png"];
    let mut command = Command::new(RADARD);
    command.args(login).current_dir(dir.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let shown: Vec<String> = lines.by_ref().take_while(|line| !line.starts_with("scan it")).skip(1).collect();
    // What the terminal shows is the code of the only page that waits.
    let mut stream = std::net::TcpStream::connect(outside.control.trim_start_matches("http://")).unwrap();
    let (_, state) = ask(&mut stream, "GET", "/state", None).unwrap();
    let says = state["codes"].as_array().unwrap().last().unwrap().as_str().unwrap().to_owned();
    let code = qrcode::QrCode::new(&says).unwrap();
    let (width, colours) = (code.width(), code.to_colors());
    let is_dark = |x: usize, y: usize| match shown[usize::midpoint(y, 3)].chars().nth(x + 3).unwrap() {
        '█' => false,
        ' ' => true,
        half => (half == '▄') == (y + 3).is_multiple_of(2),
    };
    for (at, colour) in colours.into_iter().enumerate() {
        assert_eq!(is_dark(at % width, at / width), colour == qrcode::Color::Dark, "module {at}\n{}", shown.join("\n"));
    }
    let mut stream = std::net::TcpStream::connect(outside.control.trim_start_matches("http://")).unwrap();
    assert_eq!(ask(&mut stream, "POST", "/scan", Some(&json!({"says": says}))).unwrap().0, 200);
    let rest: Vec<String> = lines.collect();
    let ended = child.wait_with_output().unwrap();
    let out = String::from_utf8(ended.stdout).unwrap();
    assert!(ended.status.success() && out.contains("`main` uses the capture"), "{out}{rest:?}");
    assert!(
        std::fs::read(dir.path().join("page.png")).unwrap().starts_with(b"\x89PNG"),
        "the page was kept as a picture"
    );
    assert_eq!(listed(&dir, "main")["source"], "login");
    let collects = ["fetch", "--no-media", "--json", "--mode", "collects", "--profile", "main"];
    assert_eq!(records(&run(&dir, &collects, None).1).len(), 3, "it is used at once");
    let session = told["login"].as_str().unwrap().split("sessionid=").nth(1).unwrap().split(';').next().unwrap();
    assert!(!out.contains(session) && !rest.concat().contains(session));
    // Nobody comes.
    let (code, _, err) = run(&dir, &["profile", "login", "main", "--qr", "--wait", "2"], None);
    assert!(code == 16 && err.contains("nobody logged in"), "{code} {err}");
    assert_eq!(std::fs::read_dir(dir.path().join("data/browser")).unwrap().count(), 0, "no browser left anything");
}
