//! What to do when the queue does not take a job.

use super::sentence::sentences;

sentences! {
    another_key() { en: "use another key for other work, or look at the job that has this one" }
    key() { en: "choose a short key that names the work, such as `chef-li@2026-11-21`" }
    kind() { en: "use one of these kinds, or start the role that brings the kind" }
    payload() { en: "fix the payload; a kind takes exactly its own fields" }
    priority() { en: "leave the priority out, or choose one between -100 and 100" }
    too_large() { en: "send a reference instead of the data, or raise `queue.body_limit_kib`" }
}
