//! Logins as stories handle them: a directory with profiles, the commands, how a profile stands, what a platform plays.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use radard::browser::Programs;
use serde_json::{Value, json};

use super::{Dir, Outside, QUIET, RADARD, ask, env};

/// A directory with two profiles, whose settings lead to `outside`; and what the platforms know as logins.
pub(crate) fn login_dir(name: &str, outside: &Outside) -> (Dir, Value) {
    let dir = Dir::new(name);
    let mut stream = std::net::TcpStream::connect(outside.control.trim_start_matches("http://")).unwrap();
    let (_, told) = ask(&mut stream, "GET", "/state", None).unwrap();
    dir.save_settings(&login_settings(outside));
    let (code, _, err) = run(&dir, &["secrets", "init"], None);
    assert_eq!(code, 0, "{err}");
    (dir, told)
}

/// The browser that stories use: Chromium, or Firefox where `RADARD_GECKODRIVER` names its driver.
pub(crate) fn programs() -> Programs {
    let Some(driver) = env("RADARD_GECKODRIVER") else { return Programs::default() };
    let binary = ["/usr/bin/firefox-esr", "/usr/bin/firefox"].map(PathBuf::from).into_iter().find(|path| path.exists());
    Programs { binary, driver: Some(driver.into()) }
}

/// The settings of such a directory.
pub(crate) fn login_settings(outside: &Outside) -> String {
    let profiles = "[profile.main]\nplatform = \"douyin\"\n\n[profile.ads]\nplatform = \"creative_radar\"\n";
    let Programs { binary, driver } = programs();
    let path = |path: Option<PathBuf>| path.unwrap_or_default().display().to_string();
    let browser = format!("[browser]\nbinary = \"{}\"\ndriver = \"{}\"\n", path(binary), path(driver));
    format!("{QUIET}{}\n[pace]\ntolerance = \"eager\"\n\n{profiles}\n{browser}", outside.config)
}

pub(crate) fn run(dir: &Dir, arguments: &[&str], input: Option<&str>) -> (i32, String, String) {
    let mut command = Command::new(RADARD);
    command.args(arguments).current_dir(dir.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _it_may_not_read =
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.unwrap_or_default().as_bytes());
    let output = child.wait_with_output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code().unwrap(), out, err)
}

pub(crate) fn listed(dir: &Dir, name: &str) -> Value {
    let (_, out, err) = run(dir, &["--json", "profile", "list"], None);
    let told: Value = serde_json::from_str(&out).map_err(|_| err).unwrap();
    told["items"].as_array().unwrap().iter().find(|row| row["profile"] == name).unwrap().clone()
}

/// A storage state with these cookies of Douyin.
pub(crate) fn state(login: &str) -> String {
    let cookie = |pair: &str| {
        let (name, value) = pair.trim().split_once('=').unwrap();
        json!({"name": name, "value": value, "domain": ".douyin.com", "path": "/", "expires": 2_000_000_000, "secure": true, "sameSite": "None"})
    };
    let cookies: Vec<_> = login.split(';').map(cookie).collect();
    json!({"cookies": cookies, "origins": []}).to_string()
}

pub(crate) fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The storage state of somebody who is logged in at the Creative Center.
pub(crate) fn ads_state(told: &Value) -> String {
    let session = told["ads_login"].as_str().unwrap();
    json!({"cookies": [{"name": "sid_tt", "value": session, "domain": "127.0.0.1", "path": "/",
        "expires": 2_000_000_000, "httpOnly": true, "sameSite": "Lax"}], "origins": []})
    .to_string()
}

/// Sets a switch of the platforms.
pub(crate) fn play(outside: &Outside, spec: &str) {
    let mut stream = std::net::TcpStream::connect(outside.control.trim_start_matches("http://")).unwrap();
    let (status, told) = ask(&mut stream, "POST", "/fault", Some(&json!({"spec": spec}))).unwrap();
    assert_eq!(status, 200, "{told}");
}

/// Clears every switch.
pub(crate) fn play_nothing(outside: &Outside) {
    let mut stream = std::net::TcpStream::connect(outside.control.trim_start_matches("http://")).unwrap();
    assert_eq!(ask(&mut stream, "DELETE", "/fault", None).unwrap().0, 200);
}

/// The processes of browsers that live in one of `homes`, as folders below `/proc`. The parts of Chromium write their title
/// over their environment; either names the home.
pub(crate) fn living_in(homes: impl IntoIterator<Item = impl AsRef<Path>>) -> Vec<String> {
    let signs = |home: &Path| [format!("HOME={}\0", home.display()), format!("={}/", home.display())];
    let signs: Vec<String> = homes.into_iter().flat_map(|home| signs(home.as_ref())).collect();
    let is_ours = |path: &PathBuf| {
        let said = ["environ", "cmdline"].map(|of| std::fs::read(path.join(of)).unwrap_or_default());
        let text = said.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        signs.iter().any(|sign| text.contains(sign))
    };
    let processes = std::fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path()).filter(is_ours);
    processes.map(|path| path.display().to_string()).collect()
}
