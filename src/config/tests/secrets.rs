//! Where secrets come from, and that they never show.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::super::{Checked, Problems, Sources, check};
use super::{pairs, problems_of, with_file};
use crate::domain::{Language, Secret};

/// A folder of one test, gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("radard-config-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, mode: u32, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn read(dir: &Path, env: BTreeMap<String, String>) -> Result<Checked, Problems> {
    check(&Sources::read(dir, env, Vec::new()))
}

#[test]
fn a_credential_goes_before_a_file_and_a_file_before_an_old_name() {
    let folder = Folder::new("order");
    let held = Folder::new("order-credentials");
    held.write("weekly-token", 0o440, "from-systemd\n");
    held.write("something-else", 0o440, "ignored");
    let key = folder.write("key", 0o600, "from-file\r\n");
    folder.write("radard.toml", 0o644, &format!("[secrets]\nweekly-token = \"/no\"\ntiktok-app-key = \"{key}\"\n"));
    let env = pairs(&[
        ("CREDENTIALS_DIRECTORY", &held.0.display().to_string()),
        ("WEEKLY_TOKEN", "from-env"),
        ("TIKTOK_APP_KEY", "from-file"),
        ("TIKTOK_APP_SECRET", "from-env"),
        ("TIKTOK_ADS_WEB_ID", "7"),
        ("TIKTOK_CLIENT_KEY", ""),
    ]);
    let checked = read(&folder.0, env).unwrap();
    let get = |name| checked.secrets.get(name).map(Secret::reveal).map(String::as_str);
    assert_eq!(get("weekly-token"), Some("from-systemd"));
    assert_eq!(get("tiktok-app-key"), Some("from-file"));
    assert_eq!(get("tiktok-app-secret"), Some("from-env"));
    assert_eq!(get("tiktok-client-key"), None);
    assert_eq!(
        checked.warnings,
        [
            "environment TIKTOK_ADS_WEB_ID is not used: no part of this build takes it",
            "environment TIKTOK_APP_KEY is an old name: use the credential `tiktok-app-key` \
             (systemd, or a file under [secrets])",
            "environment TIKTOK_APP_SECRET is an old name: use the credential `tiktok-app-secret` \
             (systemd, or a file under [secrets])",
            "environment WEEKLY_TOKEN is not used: the credential `weekly-token` says otherwise; unset WEEKLY_TOKEN",
        ]
    );
    let origins: Vec<_> = checked.origins.iter().filter(|origin| origin.key.starts_with("secrets.")).collect();
    let shown: Vec<_> = origins.iter().map(|origin| format!("{} {}", origin.value, origin.place)).collect();
    let from_file = format!("set {}/radard.toml:3", folder.0.display());
    assert_eq!(shown, ["set credential weekly-token", &from_file, "set environment TIKTOK_APP_SECRET"]);
}

#[test]
fn a_secret_file_that_others_may_read_or_that_is_missing_is_refused() {
    let folder = Folder::new("modes");
    let open = folder.write("open", 0o640, "hunter2");
    let empty = folder.write("empty", 0o600, "\n");
    let text = format!(
        "[secrets]\nvault-key = \"{open}\"\nstore-url = \"{empty}\"\nweekly-token = \"{}/none\"\n",
        folder.0.display()
    );
    folder.write("radard.toml", 0o644, &text);
    let problems = read(&folder.0, BTreeMap::new()).unwrap_err();
    let said: Vec<_> =
        problems.items.iter().map(|p| (p.line, p.message.as_str(), p.advice.text(Language::En))).collect();
    let missing = "secrets.weekly-token is not there: its file cannot be read: No such file or directory (os error 2)";
    assert_eq!(
        said,
        [
            (
                Some(2),
                "secrets.vault-key is not there: its file has mode 0640, so others than its owner may use it",
                "run chmod 0600 on the file"
            ),
            (
                Some(3),
                "secrets.store-url is not there: its file is empty",
                "put the secret alone into the file, as one text"
            ),
            (Some(4), missing, "make the file, or let the user that runs radard read it"),
        ]
    );
}

#[test]
fn what_is_kept_elsewhere_goes_before_an_old_name_and_behind_the_rest() {
    let mut sources = with_file("");
    sources.env = pairs(&[("WEEKLY_TOKEN", "from-env")]);
    sources.credentials.insert("tiktok-app-key".to_owned(), Ok(Secret::new("from-systemd".to_owned())));
    let mut secrets = check(&sources).unwrap().secrets;
    for name in ["weekly-token", "tiktok-app-key", "tiktok-app-secret"] {
        secrets.fill(name, Secret::new("kept".to_owned()));
    }
    let get = |name| secrets.get(name).map(Secret::reveal).map(String::as_str);
    let got = ["weekly-token", "tiktok-app-key", "tiktok-app-secret"].map(get);
    assert_eq!(got, [Some("kept"), Some("from-systemd"), Some("kept")]);
}

#[test]
fn the_environment_may_name_a_secret_file() {
    let folder = Folder::new("env");
    let path = folder.write("token", 0o400, "hunter2");
    let checked = read(&folder.0, pairs(&[("RADARD_SECRETS__WEEKLY_TOKEN", &path)])).unwrap();
    assert_eq!(checked.secrets.get("weekly-token"), Some(&Secret::new("hunter2".to_owned())));
}

#[test]
fn the_database_password_comes_from_the_credential_alone() {
    let mut sources = with_file("[store]\nurl = \"postgres://radard@db/radard\"\n");
    let url = Secret::new("postgres://radard:hunter2@db/radard".to_owned());
    sources.credentials.insert("store-url".to_owned(), Ok(url.clone()));
    let checked = check(&sources).unwrap();
    assert_eq!(checked.config.store.url, Some(url));
    let shown = checked.origins.iter().find(|origin| origin.key == "store.url").unwrap();
    assert_eq!((shown.value.as_str(), shown.place.to_string()), ("\"…\"", "credential store-url".to_owned()));
    sources.credentials.insert("store-url".to_owned(), Ok(Secret::new("hunter2".to_owned())));
    let problems = check(&sources).unwrap_err().to_string();
    assert!(problems.contains("secrets.store-url cannot be used: it does not begin with postgres://"), "{problems}");
    assert!(!problems.contains("hunter2"), "{problems}");
}

#[test]
fn a_secret_shows_nowhere() {
    let mut sources = with_file("");
    sources.env = pairs(&[("WEEKLY_TOKEN", "hunter2"), ("TIKTOK_ADS_COOKIE", "sid=hunter2")]);
    let url = Secret::new("postgres://u:hunter2@h/d".to_owned());
    sources.credentials.insert("store-url".to_owned(), Ok(url));
    let checked = check(&sources).unwrap();
    let shown = format!("{checked:?}{}", serde_json::to_string(&checked.origins).unwrap());
    assert!(!shown.contains("hunter2"), "{shown}");

    let misplaced = "[store]\nurl = \"postgres://u:hunter2@h/d\"\n[secrets]\nweekly-token = \"hunter2\"\n\
                     hunter = 2\n[platform.tiktok]\napi = \"https://u:hunter2@h\"\n[web]\nhosts = [\"u:hunter2@h\"]\n";
    let problems = problems_of(misplaced);
    assert_eq!(problems.matches("do: ").count(), 5, "{problems}");
    assert!(!problems.contains("hunter2"), "{problems}");
}
