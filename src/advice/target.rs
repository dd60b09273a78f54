//! What to do about targets, and about the queue file that they stand in.

use super::sentence::sentences;

sentences! {
    answer_the_site(lane: &str) { en: "open the site as a person would and answer what it asks, then `radard job resume --lane {lane}`" }
    fix_the_file() { en: "fix what it names; what runs stays as it is until then" }
    list() { en: "`radard target list` names them; they stand in queue.toml" }
    log() { en: "see what the log says" }
    log_in(profile: &str) { en: "run `radard profile login {profile}`; it goes on by itself when the login is found" }
    look(target: &str) { en: "look with `radard target show {target}`" }
    profile(target: &str) { en: "give `{target}` a `profile` in queue.toml; it then begins at once" }
    resume(target: &str) { en: "run `radard target resume {target}`" }
    resume_lane(lane: &str, kind: &str) { en: "run `radard job resume --lane {lane}`, or `--kind {kind}`" }
    unpause(target: &str) { en: "take `paused` of `{target}` out of queue.toml" }
}
