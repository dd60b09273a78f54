//! What to do when the database does not work as it should.

use super::sentence::sentences;

sentences! {
    bug() { en: "report this with `radard diagnose`; it is a bug" }
    broken() { en: "check the disk, then start radard again; `radard backup restore` brings back a good copy" }
    busy() { en: "look for another program that holds the database, or for a database server that is down" }
    closed() { en: "start radard again and read its log" }
    denied(owner: u32) { en: "run the command as the user {owner}, such as with `sudo -u '#{owner}'`" }
    full() { en: "free some space; radard accepts work again by itself" }
}
