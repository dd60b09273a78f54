//! What to do about profiles and their logins, and about pages that were fetched on a person's word.

use super::sentence::sentences;

sentences! {
    answer_the_site(lane: &str) { en: "open the site in a browser and answer what it asks, then run `radard job resume --lane {lane}`" }
    another_login() { en: "import another login" }
    another_name() { en: "give it another name" }
    capture_by_hand() { en: "take a login in from your own browser: `radard profile import NAME FILE`" }
    captures(profile: &str) { en: "look at `radard profile show {profile}`" }
    challenged() { en: "open the site in your browser and answer what it asks, then import the login again" }
    check_the_link() { en: "check the link: it was deleted, or it never existed" }
    check_the_network() { en: "check the network, then try again" }
    check_the_order() { en: "check what you asked for; if it is right, the site has changed: send us what `radard diagnose` packs" }
    doctor() { en: "run `radard doctor`, and see whether the recipes still hold" }
    fetch_help() { en: "see `radard fetch --help`" }
    guest() { en: "log in with `radard profile login NAME`, then give --profile NAME" }
    import(profile: &str) { en: "take one in: `radard profile import {profile} FILE`" }
    import_again() { en: "import the login again" }
    is_kept(profile: &str) { en: "it is kept, and proved later by itself, or with `radard profile probe {profile}`" }
    list() { en: "`radard profile list` names the profiles that there are" }
    log_in() { en: "log in again with `radard profile login NAME`, and give --profile NAME" }
    log_in_again(profile: &str) { en: "log in again: `radard profile login {profile}`, or in your browser, and import that" }
    log_in_elsewhere() { en: "log in again in your browser and import that" }
    log_in_meanwhile() { en: "log in again in your browser and import that; what was used before is still in use" }
    make(profile: &str) { en: "make it with `radard profile import {profile} FILE --platform PLATFORM`, or add [profile.{profile}] to radard.toml" }
    name() { en: "write it as in the settings" }
    owner_only() { en: "only its owner can see it" }
    platforms() { en: "profiles with a login are those of douyin and creative_radar" }
    probe(profile: &str) { en: "prove it later with `radard profile probe {profile}`" }
    profile_help() { en: "see `radard profile --help`" }
    proxy() { en: "use a proxy that knows this machine by its address" }
    remove_by_hand() { en: "remove it by hand" }
    wait(lane: &str) { en: "wait as long as it says, or run `radard job resume --lane {lane}` to try at once" }
    wait_for_slot() { en: "try again after this wait; nothing was done yet" }
    wait_for_turn() { en: "it is tried again when it may be" }
}
