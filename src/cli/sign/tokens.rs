//! What a browser makes up for itself: tokens, marks, its fingerprint.

use serde_json::json;

use super::given::{Numbers, numbers};
use super::signed::Signed;
use crate::advice;
use crate::ambient::Ambient;
use crate::cli::failure::Failure;
use crate::domain::amount::counted;
use crate::sign::{self, Scheme as _};

/// Inputs of a made-up `msToken`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct MsToken {
    /// How many characters it has before its two equals signs
    #[arg(long, value_name = "N", default_value_t = sign::MsTokenInput::LENGTH)]
    length: usize,
    /// Throws below 64, one for each character, with commas; drawn when they are left out
    #[arg(long, value_name = "A,B,…", value_parser = numbers::<64>)]
    draws: Option<Numbers>,
}

impl MsToken {
    pub(super) fn sign(self, ambient: &Ambient) -> Result<Signed, Failure> {
        if self.length > 4096 {
            return Err(Failure::usage("--length is above 4096").advise(advice::cli::token_length()));
        }
        let throw = || u8::try_from(ambient.entropy.below(sign::MsTokenInput::THROWS)).unwrap_or(0);
        let draws = self.draws.map_or_else(|| std::iter::repeat_with(throw).take(self.length).collect(), |n| n.bytes());
        let ms_token = sign::MsToken::sign(&sign::MsTokenInput { draws: &draws });
        let random_str = ms_token.trim_end_matches('=');
        let all = json!({"length": draws.len(), "draws": draws, "random_str": random_str, "ms_token": ms_token});
        Ok(Signed { version: sign::MsToken::VERSION, main: ms_token, all })
    }
}

/// Inputs of `verifyFp`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct VerifyFp {
    /// When, in Unix milliseconds; now when it is left out
    #[arg(long, value_name = "MS")]
    unix_time_ms: Option<u64>,
    /// 31 throws below 62, with commas; drawn when they are left out
    #[arg(long, value_name = "A,B,…", value_parser = numbers::<62>)]
    draws: Option<Numbers>,
}

impl VerifyFp {
    pub(super) fn sign(self, ambient: &Ambient) -> Result<Signed, Failure> {
        let now = || u64::try_from(ambient.clock.now().0).unwrap_or(0);
        let unix_time_ms = self.unix_time_ms.unwrap_or_else(now);
        let throw = || u8::try_from(ambient.entropy.below(sign::VerifyFpInput::THROWS)).unwrap_or(0);
        let draws = self.draws.map_or_else(|| std::iter::repeat_with(throw).take(31).collect(), |n| n.bytes());
        let draws: [u8; 31] = draws.try_into().map_err(|draws: Vec<u8>| {
            Failure::usage(format!("--draws holds {}", counted(draws.len(), "number"))).advise(advice::cli::draws())
        })?;
        let verify_fp = sign::VerifyFp::sign(&sign::VerifyFpInput { unix_time_ms, draws: &draws });
        let all = json!({"unix_time_ms": unix_time_ms, "draws": draws, "verify_fp": verify_fp});
        Ok(Signed { version: sign::VerifyFp::VERSION, main: verify_fp, all })
    }
}

/// Inputs of a fingerprint; what is left out is drawn to fit a screen of 1920 by 1080.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Fingerprint {
    /// The browser: Edge, Chrome, Firefox, Safari
    #[arg(long, default_value = "Edge")]
    browser: String,
    /// Width of the page
    #[arg(long, value_name = "PX")]
    inner_width: Option<u32>,
    /// Height of the page
    #[arg(long, value_name = "PX")]
    inner_height: Option<u32>,
    /// How much wider the window is
    #[arg(long, value_name = "PX")]
    outer_dw: Option<u32>,
    /// How much higher the window is
    #[arg(long, value_name = "PX")]
    outer_dh: Option<u32>,
    /// How far down the window stands
    #[arg(long, value_name = "PX")]
    screen_y: Option<u32>,
    /// Width of the screen
    #[arg(long, value_name = "PX")]
    size_width: Option<u32>,
    /// Height of the screen
    #[arg(long, value_name = "PX")]
    size_height: Option<u32>,
    /// Width of the screen without bars
    #[arg(long, value_name = "PX")]
    avail_width: Option<u32>,
    /// Height of the screen without bars
    #[arg(long, value_name = "PX")]
    avail_height: Option<u32>,
}

impl Fingerprint {
    pub(super) fn sign(self, ambient: &Ambient) -> Signed {
        let (width, height) = (self.size_width.unwrap_or(1920), self.size_height.unwrap_or(1080));
        let drawn =
            sign::FingerprintInput::drawn(sign::Fingerprint::system_of(&self.browser), width, height, &ambient.entropy);
        let input = sign::FingerprintInput {
            inner_width: self.inner_width.unwrap_or(drawn.inner_width),
            inner_height: self.inner_height.unwrap_or(drawn.inner_height),
            outer_dw: self.outer_dw.unwrap_or(drawn.outer_dw),
            outer_dh: self.outer_dh.unwrap_or(drawn.outer_dh),
            screen_y: self.screen_y.unwrap_or(drawn.screen_y),
            avail_width: self.avail_width.unwrap_or(drawn.avail_width),
            avail_height: self.avail_height.unwrap_or(drawn.avail_height),
            ..drawn
        };
        let fingerprint = sign::Fingerprint::sign(&input);
        let all = json!({
            "browser": self.browser, "inner_width": input.inner_width, "inner_height": input.inner_height,
            "outer_dw": input.outer_dw, "outer_dh": input.outer_dh, "screen_y": input.screen_y,
            "size_width": input.size_width, "size_height": input.size_height, "avail_width": input.avail_width,
            "avail_height": input.avail_height, "fingerprint": fingerprint,
        });
        Signed { version: sign::Fingerprint::VERSION, main: fingerprint, all }
    }
}
