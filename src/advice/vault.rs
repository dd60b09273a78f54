//! What to do about the key for secrets, and about secrets that do not open.

use std::path::Display;

use super::sentence::sentences;

sentences! {
    damaged() { en: "set it anew, or bring back a copy from before with `radard backup restore`" }
    file() { en: "look at the folder and at who may read it" }
    foreign(user: u32, file: Display<'_>) { en: "run the command as its owner, or `chown {user} {file}`" }
    lost(file: Display<'_>) { en: "put the key that sealed them back into `{file}` with mode 0400, or hand it over as the credential `vault-key`; nothing was changed" }
    missing() { en: "run `radard secrets init`" }
    no_key() { en: "put the key alone there, as `radard secrets init` wrote it" }
    open(file: Display<'_>) { en: "run `chmod 0400 {file}`" }
    too_long() { en: "keep it in a file of its own" }
    wrong() { en: "put the right key in its place; after `radard secrets rotate --master FILE` it is the one in FILE; nothing was changed" }
}
