//! What to do about what `radard doctor` finds.

use std::path::Display;

use super::sentence::sentences;

sentences! {
    alarms() { en: "run `radard alarm list`; `radard alarm ack ID` says that you know" }
    another_directory() { en: "give --data a directory of your own" }
    behind() { en: "run `radard migrate`, or start the daemon" }
    check_the_time() { en: "check the time: `timedatectl`; when it is right, this ends by itself" }
    daemon_silent() { en: "run the command as the user that runs the daemon; else restart it" }
    daemon_unready() { en: "fix what it names; it goes on by itself" }
    damaged() { en: "stop the daemon and run `radard backup restore FILE` with the newest sound copy" }
    database_refused() { en: "look at `store.url`, and whether the server is up" }
    disk() { en: "free some space, or lower `disk.low_water`" }
    displaced(found: Display<'_>) { en: "run `radard backup restore {found}`, or restore another copy" }
    each_problem() { en: "run `radard check`, which names each" }
    fields_gone() { en: "what is read there is empty since then: update radard, or send what `radard diagnose` packs if it is new" }
    growth() { en: "free some space, or keep less: `crawl.keep_counts`, `crawl.keep_raw` and the others" }
    import(profile: &str) { en: "run `radard profile import {profile} FILE` with a login of your browser" }
    log_in(profile: &str) { en: "log in again, then `radard profile import {profile} FILE`" }
    mode(dir: &str) { en: "run `chmod 0700 {dir}`" }
    no_data() { en: "start `radard run`, which makes it; or give --data another directory" }
    one_problem() { en: "run `radard check`, which names it" }
    other_targets() { en: "`radard target list` shows the others" }
    owner() { en: "run the command as that user, or give the directory to this one" }
    queue_file() { en: "fix queue.toml, then `radard check`; what ran before goes on" }
    sign_command() { en: "fix the program of `platform.douyin.sign_command`, or empty that setting; it reads one object in JSON and writes one" }
    sign_damaged() { en: "this program is damaged: install it again" }
    stopped(lane: &str) { en: "sign in as a person would and look; then `radard job resume --lane {lane}`" }
    synchronise() { en: "turn time synchronisation on: `timedatectl set-ntp true`" }
    try_version() { en: "run it by hand with --version to see why" }
    unit() { en: "see `systemd-analyze security radard.service`; take back what opened it" }
    unreachable() { en: "check the network of this machine; one request tries the host at intervals, and its jobs go on by themselves" }
}
