//! What a person reads who made mistakes: all of them at once, each with its place and what to do.

use super::super::{Sources, check};
use super::{check_file, pairs, problems_of, with_file};

/// One of each mistake.
const FULL_OF_MISTAKES: &str = r#"
top = 1
[web]
listen = "localhost:7878"
language = "zh-CN"
hosts = ["radard.example.org", "*"]
[store]
url = "postgres://radard:hunter2@db/radard"
connections = 0
[queue]
wrokers = 8
workers = "eight"
lease = "60"
keep_done = 14
backoff_base = "1m"
backoff_cap = "5s"
[daemon]
workers = 4
reload_on_save = "yes"
[disk]
low_water = "5GB"
[log]
format = "pretty"
[medai]
dir = "x"
[media]
mode = 750
max_bytes = "1B"
[egress]
allow_private = ["10.0.0.0/8:443"]
[backup]
at = "0 4 30 2 *"
timezone = "Mars/Olympus"
[platform]
tikapi = 3
[secrets]
weekly-token = "hunter2"
weekly = "/etc/x"
[[schedule]]
name = "a"
kind = "probe_platform"
at = "61 * * * *"
[[schedule]]
name = "b"
late = "never"
playload = {}
"#;

#[test]
fn every_mistake_is_named_at_once() {
    insta::assert_snapshot!(problems_of(FULL_OF_MISTAKES), @r#"
    config/radard.toml:2:1  top is no key that radard knows
      do: the nearest key is node.id: write that, or take `top` out
    config/radard.toml:4:10  web.listen is `"localhost:7878"`: it is no numeric address with a port
      do: give an address and a port in quotes, such as "127.0.0.1:7878"; leave it out for the default, "127.0.0.1:7878"
    config/radard.toml:5:12  web.language is `"zh-CN"`: it is not built yet
      do: give "en"; leave it out for the default, "en"
    config/radard.toml:6:9  web.hosts holds `"*"`: it is no host name
      do: give a list in brackets, each a host name without a port, such as "radard.example.org"; leave it out for the default, []
    config/radard.toml:8:7  store.url cannot be used: a password stands in it, where many can read it
      do: give postgres://USER@HOST/DATABASE, or "" for SQLite; a password goes into the credential store-url; leave it out for the default, ""
    config/radard.toml:9:15  store.connections is `0`: the least is 1
      do: give a whole number from 1 to 256; leave it out for the default, 8
    config/radard.toml:11:1  queue.wrokers is no key that radard knows
      do: the nearest key is queue.workers: write that, or take `queue.wrokers` out
    config/radard.toml:12:11  queue.workers is `"eight"`: a text stands where a whole number is wanted
      do: give a whole number from 1 to 1024; leave it out for the default, 16
    config/radard.toml:13:9  queue.lease is `"60"`: a whole number and one of ms s m h d is wanted
      do: give a duration in quotes from "1s" to "1h"; leave it out for the default, "60s"
    config/radard.toml:14:13  queue.keep_done is `14`: a whole number stands where a duration in quotes with its unit is wanted
      do: give a duration in quotes from "1s" to "3650d"; leave it out for the default, "14d"
    config/radard.toml:16:15  queue.backoff_cap is `"5s"`: below queue.backoff_base, `"1m"`
      do: raise the cap or lower the base
    config/radard.toml:18:1  daemon.workers is no key that radard knows
      do: the nearest key is queue.workers: write that, or take `daemon.workers` out
    config/radard.toml:19:18  daemon.reload_on_save is `"yes"`: a text stands where true or false is wanted
      do: give true or false; leave it out for the default, true
    config/radard.toml:21:13  disk.low_water is `"5GB"`: a whole number and one of B KiB MiB GiB TiB is wanted, such as "16MiB"
      do: give "1GiB", "5%", or both as "1GiB,5%" for the larger of the two; leave it out for the default, "1GiB,5%"
    config/radard.toml:23:10  log.format is `"pretty"`: it is none of the known words
      do: give "auto" or "console" or "json" or "journald"; leave it out for the default, "auto"
    config/radard.toml:24:2  medai is no section that radard knows
      do: the nearest section is [media]: write that, or take `medai` out
    config/radard.toml:27:8  media.mode is `750`: a whole number stands where a text in quotes is wanted
      do: give a mode in quotes in which the owner may do all, such as "0750"; leave it out for the default, "0750"
    config/radard.toml:28:13  media.max_bytes is `"1B"`: the least is "1KiB"
      do: give an amount in quotes from "1KiB" to "16TiB"; leave it out for the default, "4GiB"
    config/radard.toml:30:17  egress.allow_private holds `"10.0.0.0/8:443"`: it is not one host and one port
      do: give a list in brackets, each one host and one port, such as "10.0.0.5:4444"; leave it out for the default, []
    config/radard.toml:32:6  backup.at is `"0 4 30 2 *"`: it names a day that never comes
      do: give a cron line of five fields (minute hour day month weekday), such as "0 4 * * *"; leave it out for the default, "0 4 * * *"
    config/radard.toml:33:12  backup.timezone is `"Mars/Olympus"`: this machine knows no such time zone
      do: give a time zone's name, such as "Asia/Shanghai" (the package tzdata holds the list); leave it out for the default, "Asia/Shanghai"
    config/radard.toml:35:1  platform.tikapi is a whole number where a section is wanted
      do: write [platform.tikapi] alone on a line, its keys below it
    config/radard.toml:37:1  secrets.weekly-token cannot be used: it is no absolute path; a secret itself is never written here
      do: give the absolute path of a file that holds the secret, such as "/etc/radard/weekly-token"
    config/radard.toml:38:1  secrets.weekly is no key that radard knows
      do: the nearest key is secrets.weekly-token: write that, or take `secrets.weekly` out
    config/radard.toml:42:6  schedule[0].at is `"61 * * * *"`: number out of bounds
      do: give a cron line of five fields (minute hour day month weekday), such as "0 4 * * *"
    config/radard.toml:43:1  schedule[1] has no `kind`
      do: add `kind`: a name of 1 to 64 letters, digits, `-`, `_` and `.`
    config/radard.toml:43:1  schedule[1] has no `at`
      do: add `at`: a cron line of five fields (minute hour day month weekday), such as "0 4 * * *"
    config/radard.toml:45:8  schedule[1].late is `"never"`: it is none of the known words
      do: give "once" or "skip"; leave it out for the default, "once"
    config/radard.toml:46:1  schedule[1].playload is no key that radard knows
      do: the nearest key is payload: write that, or take `playload` out
    "#);
}

#[test]
fn a_slip_on_one_line_hides_nothing_else() {
    let problems = problems_of("[queue]\nlease = 60s\nworkers = 0\nworkers = 1\nsweep = \"1s\npoll = 2\n");
    insta::assert_snapshot!(problems, @r#"
    config/radard.toml:2:9  the syntax is wrong: string values must be quoted, expected literal string
      do: fix this line
    config/radard.toml:3:11  queue.workers is `0`: the least is 1
      do: give a whole number from 1 to 1024; leave it out for the default, 16
    config/radard.toml:4:1  the syntax is wrong: duplicate key: `workers` stands on line 3 already
      do: fix this line
    config/radard.toml:5:12  the syntax is wrong: invalid basic string, expected `"`
      do: fix this line
    config/radard.toml:6:8  queue.poll is `2`: a whole number stands where a duration in quotes with its unit is wanted
      do: give a duration in quotes from "10ms" to "1m"; leave it out for the default, "2s"
    "#);
}

#[test]
fn below_a_header_left_open_nothing_is_guessed() {
    let mut sources = with_file("[web]\nlisten = 1\n[queue\nworkers = 0\nnonsense = 1\n[web]\nhosts = 3\n");
    sources.env = pairs(&[("RADARD_QUEUE__WORKERS", "0"), ("RADARD_QUEUE__WORKRS", "8")]);
    sources.flags = pairs(&[("queue.leese", "1s")]);
    insta::assert_snapshot!(check(&sources).unwrap_err(), @r#"
    config/radard.toml:2:10  web.listen is `1`: a whole number stands where a text in quotes is wanted
      do: give an address and a port in quotes, such as "127.0.0.1:7878"; leave it out for the default, "127.0.0.1:7878"
    config/radard.toml:3:7  the syntax is wrong: unclosed table, expected `]`
      do: fix this line; the lines below it are checked after that
    environment RADARD_QUEUE__WORKERS  queue.workers is `0`: the least is 1
      do: give a whole number from 1 to 1024; leave it out for the default, 16
    environment RADARD_QUEUE__WORKRS  queue.workrs is no key that radard knows
      do: the nearest key is queue.workers: write that, or take `queue.workrs` out
    flag  queue.leese is no key that radard knows
      do: the nearest key is queue.lease: write that, or take `queue.leese` out
    "#);
}

#[test]
fn a_list_left_open_is_one_problem() {
    let problems = problems_of("[web]\nhosts = [\"a\",\nlanguage = \"en\"\n[queue]\nworkers = 0\n");
    insta::assert_snapshot!(problems, @r#"
    config/radard.toml:3:1  the syntax is wrong: string values must be quoted, expected literal string
      do: fix this line; the lines below it are checked after that
    "#);
}

#[test]
fn schedules_share_no_name_and_carry_only_json() {
    let entry = "[[schedule]]\nname = \"a\"\nkind = \"k\"\nat = \"@daily\"\n";
    let problems = problems_of(&format!("{entry}{entry}{entry}payload = {{ x = [inf] }}\n"));
    insta::assert_snapshot!(problems, @r#"
    config/radard.toml:6:8  schedule[1].name is `"a"`, the name of the entry at config/radard.toml:1
      do: give each entry a name of its own
    config/radard.toml:13:11  schedule[2].payload cannot be used: a number in it has no JSON form
      do: give what the job takes, such as { platform = "douyin" }
    "#);
    insta::assert_snapshot!(problems_of("schedule = 1\nqueue = [1]\n\"queue.workers\" = 2\n"), @r#"
    config/radard.toml:1:1  schedule is a whole number where a section is wanted
      do: write [[schedule]] alone on a line, its keys below it
    config/radard.toml:2:1  queue is a list where a section is wanted
      do: write [queue] alone on a line, its keys below it
    config/radard.toml:3:1  queue.workers is no key that radard knows: a quoted dot parts nothing
      do: write the key without quotes
    "#);
}

#[test]
fn bytes_that_are_no_text_are_placed() {
    let mut sources = Sources { dir: "config".into(), ..Sources::default() };
    sources.files.insert("radard.toml".to_owned(), Ok(b"[web]\n# \xff\n".to_vec()));
    insta::assert_snapshot!(check(&sources).unwrap_err(), @r#"
    config/radard.toml:2:3  the file is not UTF-8 from here on
      do: save the file as UTF-8
    "#);
}

#[test]
fn problems_are_the_same_for_machines() {
    let problems = check_file("[queue]\nworkers = 0\n").map(|_| ()).unwrap_err();
    insta::assert_json_snapshot!(problems, @r#"
    {
      "items": [
        {
          "file": "config/radard.toml",
          "line": 2,
          "column": 11,
          "key": "queue.workers",
          "message": "queue.workers is `0`: the least is 1",
          "advice": "give a whole number from 1 to 1024; leave it out for the default, 16"
        }
      ]
    }
    "#);
}

#[test]
fn limits_name_what_they_count_by_and_share_no_name() {
    let whole = "name = \"a\"\nat_most = 6\nper = \"60s\"\nkeyed_by = \"token\"\n";
    let text = format!(
        "[[pace.rule]]\n{whole}[[pace.rule]]\n{whole}[[pace.rule]]\nname = \"b\"\nat_most = 0\n\
                        per = \"1ms\"\nkeyed_by = \"user\"\non = [\"a b\"]\natmost = 1\n[pace]\nquiet = [\"22-7\"]\n"
    );
    insta::assert_snapshot!(problems_of(&text), @r#"
    config/radard.toml:7:8  pace.rule[1].name is `"a"`, the name of the entry at config/radard.toml:1
      do: give each entry a name of its own
    config/radard.toml:13:11  pace.rule[2].at_most is `0`: the least is 1
      do: give a whole number from 1 to 1000000
    config/radard.toml:14:7  pace.rule[2].per is `"1ms"`: the least is "1s"
      do: give a duration in quotes from "1s" to "31d"
    config/radard.toml:15:12  pace.rule[2].keyed_by is `"user"`: it is none of the known words
      do: give "account" or "token" or "address" or "endpoint"
    config/radard.toml:16:6  pace.rule[2].on holds `"a b"`: it is empty, too long or holds other characters
      do: give a list in brackets, each a name of 1 to 64 letters, digits, `-`, `_` and `.`; leave it out for the default, []
    config/radard.toml:17:1  pace.rule[2].atmost is no key that radard knows
      do: the nearest key is at_most: write that, or take `atmost` out
    config/radard.toml:19:9  pace.quiet holds `"22-7"`: it is not two times of day
      do: give a list in brackets, each hours such as "23:00-07:00"; leave it out for the default, []
    "#);
}
