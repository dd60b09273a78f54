//! One program for all targets, guided by coverage; `RADARD_FUZZ` names the target.

#![no_main]

use std::sync::OnceLock;

#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    static CHOSEN: OnceLock<fn(&[u8])> = OnceLock::new();
    let chosen = CHOSEN.get_or_init(|| {
        let name = std::env::var("RADARD_FUZZ").unwrap_or_default();
        let target = targets::TARGETS.iter().find(|(known, _)| *known == name);
        target.unwrap_or_else(|| panic!("RADARD_FUZZ is `{name}`, which is no target")).1
    });
    chosen(bytes);
});
