//! What to do when the daemon cannot start, or takes no work.

use std::fmt::Display;
use std::net::SocketAddr;
use std::path;

use super::sentence::sentences;

sentences! {
    another_address(port: u16) { en: "set `web.listen` to an address of this machine, such as 127.0.0.1:{port}" }
    another_folder() { en: "choose another folder with --keep" }
    another_node() { en: "stop the other radard, or give this one another `node.id`" }
    another_port(next: SocketAddr) { en: "stop what listens there, or set `web.listen` to another port, such as {next}" }
    backup() { en: "free some space, then start again; nothing was changed" }
    data() { en: "make it a folder that belongs to the user of radard, or name another with --data" }
    data_elsewhere() { en: "go to the folder that holds your `config`, or run `radard init config` to begin in this one" }
    data_mode() { en: "look at owner and mode of the data directory" }
    disk_full() { en: "free some space: new work is refused until there is room" }
    disk_low() { en: "free some space: downloads wait" }
    displaced(found: path::Display<'_>) { en: "run `radard backup restore {found}`, or restore another copy; to begin with an empty database, move it away" }
    free_port(free: SocketAddr) { en: "set `web.listen` to a port of 1024 or above, such as {free}" }
    held() { en: "stop the other radard, or use another --data" }
    migrate() { en: "run `radard migrate`" }
    newer() { en: "start the radard that last opened this database, or a newer one" }
    no_store() { en: "start `radard run` once, or name the data directory with --data" }
    queue_refused(why: &str) { en: "fix the queue file, the targets stay as they were: {why}" }
    schedule() { en: "correct `kind` in the [[schedule]] of that name" }
    settings_refused(why: &str) { en: "fix the settings, the old ones stay: {why}" }
    socket() { en: "check that the data folder belongs to the user of radard" }
    store(why: impl Display) { en: "{why}; look at the log, the disk and the database" }
    store_url() { en: "write `store.url` as postgres://user@host/database" }
}
