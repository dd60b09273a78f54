//! No secret gets out: a canary in every slot that takes one, a daemon that is worked hard at its most talkative, and a
//! search through everything that it wrote, said and left.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::kit::Raw;
use crate::kit::{Canaries, Daemon, Dir, Extra, Outside, QUIET, RADARD, START, answer, figure, until};

/// A file that only we may read.
fn keep_secret(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// What a command says on both streams.
fn said(dir: &Dir, arguments: &[&str]) -> String {
    let mut command = Command::new(RADARD);
    command.arg("--config").arg(dir.config()).arg("--data").arg(dir.data()).args(arguments);
    let output = command.output().unwrap();
    [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat()
}

#[test]
fn nothing_that_is_written_said_or_left_holds_a_secret() {
    let dir = Dir::new("leaks");
    let mut canaries = Canaries::default();
    let outside = Outside::start(&["tiktok.probe.risk", "tikapi.probe.schema"]);
    // A proxy that repeats what it was told, as debug pages do; a platform that does so too.
    let echo = Raw::start(|head, stream| answer(stream, "200 OK", &["set-cookie: sid=1"], head.as_bytes()));
    let (user, password) = (canaries.lay("a proxy's user"), canaries.lay("a proxy's password"));
    let mut settings =
        outside.config.replacen("allow_private = [", &format!("allow_private = [\"{}\", ", echo.pair()), 1);
    settings = settings.replacen("[egress]", "[egress]\ncaptures = 50", 1);
    let mut secrets = vec!["[secrets]".to_owned()];
    for name in ["tiktok-client-secret", "tiktok-app-secret", "weekly-token"] {
        let path = dir.path().join(name);
        keep_secret(&path, &canaries.lay(name));
        secrets.push(format!("{name} = \"{}\"", path.display()));
    }
    let profile = format!("[profile.main]\nplatform = \"douyin\"\nproxy = \"http://{}\"\n", echo.pair());
    let settings = format!("{QUIET}{settings}\n{profile}[log]\nlevel = \"trace\"\n{}\n", secrets.join("\n"));
    let cookie = canaries.lay("an old name in the environment");
    let tmp = dir.path().join("tmp");
    std::fs::create_dir(&tmp).unwrap();
    let env = vec![("TIKTOK_ADS_COOKIE", cookie), ("TMPDIR", tmp.display().to_string())];
    dir.save_settings(&settings);
    said(&dir, &["secrets", "init"]);
    let key_file = dir.data().join("vault.key");
    canaries.know("the master key", std::fs::read_to_string(&key_file).unwrap().trim());
    let mut daemon = Daemon::start(&dir, &settings, &Extra { env, ..Extra::default() });

    // What signs in at the proxy comes from the database, where it is sealed.
    let login = json!({"value": format!("main {user}:{password}")});
    assert_eq!(daemon.call("PUT", "/api/v1/secrets/proxy-logins", Some(&login)).unwrap().0, 200);
    let made = said(&dir, &["--json", "key", "add", "canary", "--scope", "jobs:write"]);
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    canaries.know("a key of the API", made["key"].as_str().unwrap());
    let link = said(&dir, &["open"]);
    canaries.know("a link that signs in", link.trim().rsplit(['/', '=']).next().unwrap());

    let mut said_all = String::new();
    let jobs = [
        ("probe_platform", json!({"platform": "douyin", "profile": "main"})),
        ("probe_platform", json!({"platform": "douyin"})),
        ("probe_platform", json!({"platform": "tiktok"})),
        ("probe_platform", json!({"platform": "tikapi"})),
        ("download", json!({"url": echo.url("/file")})),
        ("probe_platform", json!({"platform": "nobody"})),
    ];
    for (i, (kind, payload)) in jobs.iter().enumerate() {
        let wish = json!({"kind": kind, "key": format!("leak-{i}"), "payload": payload});
        said_all += &daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap().1.to_string();
    }
    until(START, "every job has run", || {
        let jobs = daemon.list("/api/v1/jobs");
        jobs.iter().all(|job| !["queued", "running"].contains(&job["state"].as_str().unwrap())).then_some(())
    });
    assert!(echo.heads().iter().any(|head| head.contains("proxy-authorization")), "the proxy was signed in to");
    for path in
        ["/metrics", "/readyz", "/", "/api/v1/jobs", "/api/v1/lanes", "/api/v1/alarms", "/api/v1/keys", "/nowhere"]
    {
        said_all += &daemon.call("GET", path, None).unwrap().1.to_string();
    }
    let bundle = dir.path().join("bundle.json");
    let bundle_text = bundle.display().to_string();
    let commands: [&[&str]; 8] = [
        &["doctor"],
        &["--json", "doctor"],
        &["check", "--origins"],
        &["--json", "check", "--origins"],
        &["diagnose", &bundle_text],
        &["job", "list"],
        &["backup", "create"],
        &["key", "list"],
    ];
    for arguments in commands {
        said_all += &said(&dir, arguments);
    }
    let captures: Vec<_> = std::fs::read_dir(dir.data().join("captures")).unwrap().flatten().collect();
    assert!(captures.len() >= 3, "exchanges were kept: {captures:?}");
    for capture in &captures {
        said_all += &said(&dir, &["replay", &capture.path().display().to_string()]);
    }
    let process = format!("/proc/{}", daemon.pid().unwrap().as_raw_nonzero());
    said_all += &std::fs::read_to_string(format!("{process}/cmdline")).unwrap();
    let limits = std::fs::read_to_string(format!("{process}/limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    assert_eq!(daemon.term(Duration::from_secs(35)).0, 0);
    said_all += &daemon.log();

    assert_eq!(canaries.find(said_all.as_bytes()), None);
    let mut searched = said_all.len();
    // Its own file is where the master key belongs.
    std::fs::remove_file(key_file).unwrap();
    for place in [dir.data(), tmp] {
        let (found, bytes) = canaries.search(&place);
        assert_eq!(found, Vec::<String>::new());
        searched += bytes;
    }
    let bundle = std::fs::read(bundle).unwrap();
    assert_eq!(canaries.find(&bundle), None);
    for part in ["doctor", "settings", "lanes", "alarms", "dead"] {
        assert!(String::from_utf8_lossy(&bundle).contains(&format!("\"{part}\"")), "the bundle has no {part}");
    }
    figure(&format!("canaries={} searched_bytes={} hits=0", canaries.count(), searched + bundle.len()));
}

/// The search must find what it looks for, or it proves nothing.
#[test]
fn a_secret_that_got_out_is_found_in_every_form() {
    let mut canaries = Canaries::default();
    let secret = canaries.lay("a slot");
    let dir = Dir::new("found");
    let hex = secret.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let forms = [secret.clone(), hex, secret[7..15].to_owned()];
    let coded = ["", "a", "ab"].map(|lead| {
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("{lead}{secret} and more"))
    });
    for form in forms.into_iter().chain(coded) {
        std::fs::write(dir.data().parent().unwrap().join("file"), format!("so it goes: {form}\n")).unwrap();
        let (found, _) = canaries.search(dir.path());
        assert!(found.len() == 1 && found[0].contains("a slot"), "{form}: {found:?}");
    }
    assert_eq!(canaries.find(format!("so it goes: {}\n", &secret[..7]).as_bytes()), None);
}
