//! Which layer wins, and what a reload takes over.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::super::{Checked, Format, KeyedBy, Late, PaceRule, Place, Sources, Tolerance, check, reload};
use super::{check_file, pairs, with_file};

fn origin(checked: &Checked, key: &str) -> String {
    let found = checked.origins.iter().find(|origin| origin.key == key).unwrap();
    format!("{} ({})", found.value, found.place)
}

#[test]
fn nothing_set_means_the_defaults() {
    let checked = check(&Sources::default()).unwrap();
    let config = &checked.config;
    assert_eq!(config.web.listen, "127.0.0.1:7878".parse().unwrap());
    assert_eq!((config.queue.workers, config.queue.lease), (16, Duration::from_mins(1)));
    assert_eq!(config.disk.low_water.of(10 << 30), 1 << 30);
    assert_eq!((config.media.mode, config.media.max_bytes), (0o750, 4 << 30));
    assert_eq!((&config.store.url, &config.node.id, &config.media.dir), (&None, &None, &None));
    assert!(checked.origins.iter().all(|origin| origin.place == Place::Default));
    assert!(checked.warnings.is_empty());
}

#[test]
fn later_layers_win_and_each_value_names_its_layer() {
    let mut sources = with_file("[queue]\nworkers = 2\nlease = \"90s\"\nsweep = \"1s\"\n");
    sources.env = pairs(&[("RADARD_QUEUE__LEASE", "2m"), ("RADARD_QUEUE__SWEEP", "\"3s\"")]);
    sources.flags = pairs(&[("queue.sweep", "4s"), ("queue.sweep", "5s"), ("log.format", "json")]);
    let checked = check(&sources).unwrap();
    assert_eq!(checked.config.queue.sweep, Duration::from_secs(5));
    assert_eq!(checked.config.log.format, Format::Json);
    assert_eq!(origin(&checked, "queue.workers"), "2 (config/radard.toml:2)");
    assert_eq!(origin(&checked, "queue.lease"), "\"2m\" (environment RADARD_QUEUE__LEASE)");
    assert_eq!(origin(&checked, "queue.sweep"), "\"5s\" (flag)");
    assert_eq!(origin(&checked, "queue.poll"), "\"2s\" (default)");
}

#[test]
fn the_environment_is_read_as_toml_and_else_as_text() {
    let env: BTreeMap<String, String> = pairs(&[
        ("RADARD_WEB__HOSTS", "[\"a.example\", 'b.example']"),
        ("RADARD_NODE__ID", "17"),
        ("RADARD_MEDIA__MODE", "0770"),
        ("RADARD_BACKUP__AT", "30 2 * * SUN"),
        ("RADARD_DAEMON__RELOAD_ON_SAVE", "false"),
        ("RADARD_PLATFORM__DOUYIN__BASE", "http://127.0.0.1:4000/"),
    ]);
    let config = check(&Sources { env, ..Sources::default() }).unwrap().config;
    assert_eq!(config.web.hosts, ["a.example", "b.example"]);
    assert_eq!(config.node.id.as_deref(), Some("17"));
    assert_eq!(config.media.mode, 0o770);
    assert_eq!(config.backup.at, "30 2 * * SUN");
    assert!(!config.daemon.reload_on_save);
    assert_eq!(config.douyin.base, "http://127.0.0.1:4000");
}

#[test]
fn a_variable_with_one_underscore_is_no_setting() {
    let names = ["RADARD_SEED", "RADARD_VECTORS", "RADARD_CORPUS", "RADARD_BENCH", "RADARD_SOAK", "HOME"];
    let mut sources = Sources { env: pairs(&names.map(|name| (name, "1"))), ..Sources::default() };
    assert!(check(&sources).unwrap().warnings.is_empty());
    sources.env = pairs(&[("RADARD_QUEUE_KEEP_DONE", "1d")]);
    let warnings = check(&sources).unwrap().warnings;
    let said = "environment RADARD_QUEUE_KEEP_DONE is no setting: write RADARD_QUEUE__KEEP_DONE for queue.keep_done";
    assert_eq!(warnings, [said]);
}

#[test]
fn a_schedule_has_its_defaults_and_its_payload() {
    let text = "[[schedule]]\nname = \"probe\"\nkind = \"probe_platform\"\nat = \"@daily\"\n\
                payload = { platform = \"douyin\", n = [1, 2.5, true], on = 2026-01-02 }\n";
    let checked = check_file(text).unwrap();
    let schedule = checked.config.schedules.first().unwrap();
    assert_eq!((schedule.timezone.as_str(), schedule.late, schedule.paused), ("Asia/Shanghai", Late::Once, false));
    let payload = serde_json::json!({"platform": "douyin", "n": [1, 2.5, true], "on": "2026-01-02"});
    assert_eq!(schedule.payload, payload);
    assert_eq!(origin(&checked, "schedule.probe"), "probe_platform at @daily (Asia/Shanghai) (config/radard.toml:1)");
}

#[test]
fn a_limit_has_its_numbers_and_shows_them() {
    let text = "[pace]\ntolerance = \"careful\"\n[[pace.rule]]\nname = \"posts\"\non = [\"tiktok.publish\"]\n\
                at_most = 6\nper = \"60s\"\nkeyed_by = \"token\"\n";
    let checked = check_file(text).unwrap();
    let (on, per) = (vec!["tiktok.publish".to_owned()], Duration::from_mins(1));
    let rule = PaceRule { name: "posts".to_owned(), on, at_most: 6, per, keyed_by: KeyedBy::Token };
    assert_eq!(
        (checked.config.pace.tolerance, checked.config.pace_rules.as_slice()),
        (Tolerance::Careful, &[rule][..])
    );
    assert_eq!(origin(&checked, "pace.rule.posts"), "6 per 1m for each token (config/radard.toml:3)");
}

#[test]
fn a_reload_takes_live_keys_and_names_the_others() {
    let old = check_file("").unwrap().config;
    let text = "[queue]\nworkers = 99\nlease = \"5s\"\n[web]\nlisten = \"[::1]:1\"\nhosts = [\"a\"]\n\
                [[schedule]]\nname = \"s\"\nkind = \"k\"\nat = \"@daily\"\n";
    let new = check_file(text).unwrap().config;
    let turned = reload(&old, new.clone());
    assert_eq!(turned.needs_restart, ["web.listen", "queue.workers"]);
    let mut wanted = new.clone();
    wanted.web.listen = old.web.listen;
    wanted.queue.workers = old.queue.workers;
    assert_eq!(turned.config, wanted);
    assert_eq!(reload(&new, new.clone()).needs_restart, Vec::<&str>::new());
}

#[test]
fn a_settings_file_without_end_is_not_read_to_its_end() {
    let folder = std::env::temp_dir().join(format!("radard-config-{}-endless", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink("/dev/zero", folder.join("radard.toml")).unwrap();
    let problems = || check(&Sources::read(&folder, BTreeMap::new(), Vec::new())).unwrap_err().to_string();
    let device = problems();
    std::fs::remove_file(folder.join("radard.toml")).unwrap();
    std::fs::File::create(folder.join("radard.toml")).unwrap().set_len(64 << 20).unwrap();
    let large = problems();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(device.contains("the file cannot be read: it is no ordinary file"), "{device}");
    assert!(large.contains("the file cannot be read: it is larger than 1 MiB"), "{large}");
}

#[test]
fn a_missing_directory_is_fine_and_a_file_in_its_place_is_not() {
    let nowhere = std::env::temp_dir().join(format!("radard-config-{}-nowhere", std::process::id()));
    assert!(check(&Sources::read(&nowhere, BTreeMap::new(), Vec::new())).is_ok());
    let problems = check(&Sources::read(Path::new("/dev/null"), BTreeMap::new(), Vec::new())).unwrap_err();
    assert_eq!(problems.items.len(), 1);
    assert!(problems.to_string().starts_with("/dev/null/radard.toml  the file cannot be read: "), "{problems}");
}
