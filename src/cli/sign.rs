//! `radard sign`: computes one signature from its inputs, as the requests of radard carry it. Nothing is sent.
//!
//! Inputs have the names of the public vectors, and so have outputs. What chance or the clock would give is drawn when it
//! is left out, and shown with `--json`, so that a result can be made again. What is secret may come from a file (`@FILE`)
//! or from standard input (`-`), where no list of processes shows it.

mod given;
mod queries;
mod shop;
mod signed;
mod tokens;

use super::desk::Desk;
use super::failure::Failure;
use super::out::Answer;

/// `radard sign …`, one for each signer.
#[derive(Debug, clap::Subcommand)]
pub(super) enum SignCommand {
    /// a_bogus, the signature of Douyin's queries
    #[command(alias = "a_bogus")]
    Abogus(queries::Abogus),
    /// X-Bogus, the older signature of Douyin's queries
    #[command(alias = "x_bogus")]
    Xbogus(queries::Xbogus),
    /// user-sign, the signature of TikTok Creative Radar
    #[command(alias = "user_sign")]
    UserSign(queries::UserSign),
    /// The signature of TikTok Shop's open API
    #[command(alias = "tiktok_shop_sign")]
    Shop(shop::Shop),
    /// X-MS-STUB, what the danmaku socket's signature is made from
    #[command(alias = "webcast_stub")]
    WebcastStub(queries::WebcastStub),
    /// A made-up msToken
    #[command(aliases = ["ms_token", "douyin_mstoken"])]
    MsToken(tokens::MsToken),
    /// verifyFp, which is also fp and s_v_web_id
    #[command(alias = "verify_fp")]
    VerifyFp(tokens::VerifyFp),
    /// A browser's fingerprint, as a_bogus carries it
    #[command(alias = "ab_fingerprint")]
    Fingerprint(tokens::Fingerprint),
}

impl SignCommand {
    /// Computes and tells.
    pub(super) fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let signed = match self {
            Self::Abogus(given) => given.sign(&desk.ambient)?,
            Self::Xbogus(given) => given.sign(&desk.ambient)?,
            Self::UserSign(given) => given.sign(&desk.ambient),
            Self::Shop(given) => given.sign(desk)?,
            Self::WebcastStub(given) => given.sign(),
            Self::MsToken(given) => given.sign(&desk.ambient)?,
            Self::VerifyFp(given) => given.sign(&desk.ambient)?,
            Self::Fingerprint(given) => given.sign(&desk.ambient),
        };
        Ok(signed.answer())
    }
}
