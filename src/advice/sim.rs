//! What to do when the simulated platforms cannot stand.

use super::sentence::sentences;

sentences! {
    port() { en: "choose another port, or port 0 for any free ones" }
}
