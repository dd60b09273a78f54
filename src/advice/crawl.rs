//! What to do when somebody cannot be forgotten.

use super::sentence::sentences;

sentences! {
    creator() { en: "give the link of their page, or the id at its end, which begins with MS4w" }
    unfollow(target: &str) { en: "take `{target}` out of queue.toml first" }
}
