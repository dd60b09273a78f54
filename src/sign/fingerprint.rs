//! The browser's fingerprint: seventeen sizes and names that `a_bogus` carries along.
//!
//! A real browser has one and keeps it. So it is drawn once for an identity, fits the screen that the queries name, and
//! is carried in full beside the draws, which vectors pin.

use super::scheme::{Scheme, Version};
use crate::ambient::Entropy;

/// The signer.
#[derive(Debug)]
pub struct Fingerprint;

/// What a window and a screen measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FingerprintInput<'a> {
    /// What the browser calls its system.
    pub system: &'a str,
    /// The page.
    pub inner_width: u32,
    /// The page.
    pub inner_height: u32,
    /// How much wider the window is.
    pub outer_dw: u32,
    /// How much higher the window is.
    pub outer_dh: u32,
    /// How far down the window stands.
    pub screen_y: u32,
    /// The screen.
    pub size_width: u32,
    /// The screen.
    pub size_height: u32,
    /// The screen without bars.
    pub avail_width: u32,
    /// The screen without bars.
    pub avail_height: u32,
}

impl<'a> FingerprintInput<'a> {
    /// A window on `system`, on a screen of this size: smaller than what the bars leave, which is smaller than it.
    pub fn drawn(system: &'a str, size_width: u32, size_height: u32, chance: &Entropy) -> Self {
        let between = |least: u32, most: u32| {
            let choices = u64::from(most.saturating_sub(least)) + 1;
            least.saturating_add(u32::try_from(chance.below(choices)).unwrap_or(0))
        };
        let (bars, frame, title) = (between(30, 60), between(24, 32), between(75, 90));
        let (avail_width, avail_height) = (size_width, size_height.saturating_sub(bars));
        Self {
            system,
            inner_width: between(size_width / 5 * 3, avail_width.saturating_sub(frame)),
            inner_height: between(avail_height / 5 * 3, avail_height.saturating_sub(title)),
            outer_dw: frame,
            outer_dh: title,
            screen_y: between(0, 1) * 30,
            size_width,
            size_height,
            avail_width,
            avail_height,
        }
    }
}

impl Fingerprint {
    /// The system that a browser of this name mostly runs on, where nothing more is known of it.
    pub fn system_of(browser: &str) -> &'static str {
        if browser == "Safari" { "MacIntel" } else { "Win32" }
    }
}

impl Scheme for Fingerprint {
    type Input<'a> = FingerprintInput<'a>;
    type Output = String;

    const VERSION: Version = Version::new("fingerprint", 1);

    fn sign(input: &FingerprintInput<'_>) -> String {
        let FingerprintInput { inner_width, inner_height, screen_y, size_width, size_height, .. } = input;
        let FingerprintInput { avail_width, avail_height, .. } = input;
        let outer_width = inner_width.saturating_add(input.outer_dw);
        let outer_height = inner_height.saturating_add(input.outer_dh);
        let system = input.system;
        format!(
            "{inner_width}|{inner_height}|{outer_width}|{outer_height}|0|{screen_y}|0|0|{size_width}|{size_height}|\
             {avail_width}|{avail_height}|{inner_width}|{inner_height}|24|24|{system}"
        )
    }

    fn holds() -> bool {
        let input = FingerprintInput {
            system: "Win32",
            inner_width: 1252,
            inner_height: 927,
            outer_dw: 24,
            outer_dh: 81,
            screen_y: 0,
            size_width: 1336,
            size_height: 795,
            avail_width: 1406,
            avail_height: 968,
        };
        Self::sign(&input) == "1252|927|1276|1008|0|0|0|0|1336|795|1406|968|1252|927|24|24|Win32"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_window_fits_its_screen() {
        let chance = Entropy::pinned(1);
        for screen in [(1920, 1080), (1366, 768), (2560, 1440), (0, 0)] {
            for _ in 0..200 {
                let drawn = FingerprintInput::drawn("Win32", screen.0, screen.1, &chance);
                let fits = drawn.inner_width + drawn.outer_dw <= drawn.avail_width
                    && drawn.inner_height + drawn.outer_dh <= drawn.avail_height
                    && drawn.avail_height <= drawn.size_height;
                assert!(fits || screen == (0, 0), "{drawn:?}");
            }
        }
    }
}
