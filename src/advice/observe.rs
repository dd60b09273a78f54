//! What to do when the log cannot be set up.

use super::sentence::sentences;

sentences! {
    format() { en: "set `log.format` to auto, console, json or journald" }
    journal() { en: "set `log.format = \"auto\"`; it uses the journal only where there is one" }
    level() { en: "give one of off error warn info debug trace, or a list such as \"info,radard::queue=debug\"" }
}
