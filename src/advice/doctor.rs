//! What to do about what `radard doctor` finds.

use super::sentence::sentences;

sentences! {
    try_version() { en: "run it by hand with --version to see why" }
}
