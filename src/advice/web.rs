//! What to do when a page or the API refuses a request.

use super::sentence::sentences;

sentences! {
    alarm_closed() { en: "it may have been closed long ago" }
    alarms() { en: "list them with `radard alarm list --all`" }
    another_name() { en: "revoke it first, or choose another name" }
    ask_the_owner_for_jobs() { en: "ask the owner, who can use `radard job`" }
    ask_the_owner_to_add() { en: "ask the owner, who can run `radard key add`" }
    ask_the_owner_to_revoke() { en: "ask the owner, who can run `radard key revoke`" }
    backup() { en: "look at the free space and the rights of the folder for backups, then try again" }
    copy_from_listing() { en: "copy it from a listing" }
    doctor() { en: "look at `radard doctor`" }
    host() { en: "use the address of `web.listen`, or add the name to `web.hosts`" }
    job_state() { en: "look at it with `radard job show`; its state decides what can be done" }
    jobs() { en: "list them; old jobs are thrown away after `queue.keep_done`" }
    json() { en: "send the header `Content-Type: application/json`" }
    key_name() { en: "choose one that says who uses it, such as `nightly-import`" }
    keys() { en: "list them with `radard key list`" }
    kind() { en: "use one of these kinds" }
    lanes() { en: "resume some: `GET /api/v1/lanes` lists them" }
    less() { en: "ask for less, and page on" }
    list_of_targets() { en: "look at the list of targets" }
    look_again() { en: "look at the address again" }
    method() { en: "use the method that the documents name" }
    more_scopes() { en: "make a key that has it with `radard key add NAME --scope …`" }
    no_control_character() { en: "take it out" }
    object() { en: "send one JSON object with exactly these fields" }
    old_jobs() { en: "old jobs are thrown away after `queue.keep_done`" }
    one_scope() { en: "name one, such as `jobs:write`" }
    only_radard_adds() { en: "run `radard target run NAME` to crawl, `radard schedule run NAME` for the rest" }
    our_page() { en: "open the page of radard itself and press the button there" }
    press_again() { en: "press the button again" }
    query() { en: "fix or leave out that parameter" }
    reference() { en: "send a reference instead of the data" }
    reload() { en: "run `radard check`, fix what it names, and try again; the old configuration stays in force" }
    retry(job: impl std::fmt::Display) { en: "run `radard job retry {job}`" }
    schedules() { en: "list them with `radard schedule list`" }
    scopes() { en: "leave the others out; a key should be able to do one thing" }
    seal_first() { en: "seal something first, for example with `radard secrets set NAME`" }
    sealed() { en: "list what is with `radard secrets list`" }
    secret_alone() { en: "send the secret alone, as one text" }
    send_faster() { en: "send it again, faster" }
    sign_in() { en: "send `Authorization: Bearer rk_…` with a key from `radard key add`, or run `radard open` to sign a browser in" }
    these_names() { en: "write one of these names" }
}
