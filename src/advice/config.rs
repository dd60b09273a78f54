//! What to do when the settings or the queue file have a mistake.

use super::sentence::sentences;

sentences! {
    add_field(field: &str, wanted: &str) { en: "add `{field}`: {wanted}" }
    add_profile() { en: "add `profile`" }
    add_profile_to(target: &str, takes: &str) { en: "add `profile` to `{target}`, or leave {takes} out" }
    add_profile_table(profile: &str) { en: "add [profile.{profile}] to radard.toml" }
    add_profile_table_or(profile: &str, near: &str) { en: "add [profile.{profile}] to radard.toml, or write {near}" }
    add_query() { en: "add the words" }
    add_url() { en: "add the link of the page" }
    alone_on_a_line(head: &str) { en: "write {head} alone on a line, its keys below it" }
    backoff() { en: "raise the cap or lower the base" }
    chmod() { en: "run chmod 0600 on the file" }
    database_url() { en: "put postgres://USER:PASSWORD@HOST/DATABASE alone into it" }
    every_or_at() { en: "leave `every` or `at` out" }
    fix_line() { en: "fix this line" }
    fix_line_first() { en: "fix this line; the lines below it are checked after that" }
    give(wanted: &str) { en: "give {wanted}" }
    give_or_default(wanted: &str, default: &str) { en: "give {wanted}; leave it out for the default, {default}" }
    into_the_target() { en: "write it into the target" }
    keys_here(key: &str, known: &str) { en: "take `{key}` out; the keys here are {known}" }
    leave_out() { en: "leave it out" }
    link_of(kinds: &str, take: &str) { en: "give the link of {kinds}, or leave `{take}` out" }
    make_file() { en: "make the file, or let the user that runs radard read it" }
    name_takes() { en: "name what is wanted, or pause it" }
    names() { en: "give each entry a name of its own" }
    near(near: &str, key: &str) { en: "the nearest is {near}: write that, or take `{key}` out" }
    near_key(near: &str, key: &str) { en: "the nearest key is {near}: write that, or take `{key}` out" }
    near_section(near: &str, key: &str) { en: "the nearest section is {near}: write that, or take `{key}` out" }
    one_of_links(links: &str) { en: "write the link: {links}" }
    own_target() { en: "give it a target of its own, with a `profile` and without a `url`" }
    payload() { en: "give what the job takes, such as { platform = \"douyin\" }" }
    profile_or_profiles() { en: "leave `profile` or `profiles` out" }
    readable() { en: "let the user that runs radard read it, or take it away for the defaults" }
    search() { en: "take `search`, or take it out" }
    secret_alone() { en: "put the secret alone into the file, as one text" }
    smaller() { en: "give a smaller value" }
    take_line_out() { en: "take the line out" }
    take_url_out() { en: "take the `url` out" }
    unquoted() { en: "write the key without quotes" }
    utf8() { en: "save the file as UTF-8" }
}
