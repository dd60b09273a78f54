//! Signers, byte for byte.

use std::collections::BTreeMap;

use base64::Engine as _;
use radard::domain::Secret;
use radard::sign::{
    Abogus, AbogusAgent, AbogusInput, Fingerprint, FingerprintInput, MsToken, MsTokenInput, Scheme as _, Shop,
    ShopInput, VerifyFp, VerifyFpInput, WebcastStub, WebcastStubInput, Xbogus, XbogusAgent, XbogusInput,
};
use serde::Deserialize;

use super::file::{Wrong, each, same};

#[derive(Deserialize)]
struct AbogusVector {
    params: String,
    body: String,
    user_agent: String,
    fingerprint: String,
    start_ms: u64,
    end_ms: u64,
    rd: [u32; 3],
    options: [u32; 3],
    a_bogus: String,
}

#[test]
fn a_bogus() {
    each("abogus.json", |vector: &AbogusVector| {
        let AbogusVector { params, body, fingerprint, start_ms, end_ms, rd, options, .. } = vector;
        let agent = AbogusAgent::of(&vector.user_agent);
        let (start_ms, end_ms, rd, options) = (*start_ms, *end_ms, *rd, *options);
        let input = AbogusInput { params, body, agent, fingerprint, start_ms, end_ms, rd, options };
        same("a_bogus", Abogus::sign(&input), vector.a_bogus.clone())
    });
}

#[derive(Deserialize)]
struct XbogusVector {
    params: String,
    user_agent: String,
    unix_time_s: u64,
    x_bogus: String,
}

#[test]
fn x_bogus() {
    each("xbogus.json", |vector: &XbogusVector| {
        let agent = XbogusAgent::of(&vector.user_agent);
        let input = XbogusInput { params: &vector.params, agent, unix_time_s: vector.unix_time_s };
        same("x_bogus", Xbogus::sign(&input), vector.x_bogus.clone())
    });
}

#[derive(Deserialize)]
struct FingerprintVector {
    browser: String,
    inner_width: u32,
    inner_height: u32,
    outer_dw: u32,
    outer_dh: u32,
    screen_y: u32,
    size_width: u32,
    size_height: u32,
    avail_width: u32,
    avail_height: u32,
    fingerprint: String,
}

#[test]
fn browser_fingerprint() {
    each("ab_fingerprint.json", |vector: &FingerprintVector| {
        let input = FingerprintInput {
            system: Fingerprint::system_of(&vector.browser),
            inner_width: vector.inner_width,
            inner_height: vector.inner_height,
            outer_dw: vector.outer_dw,
            outer_dh: vector.outer_dh,
            screen_y: vector.screen_y,
            size_width: vector.size_width,
            size_height: vector.size_height,
            avail_width: vector.avail_width,
            avail_height: vector.avail_height,
        };
        same("fingerprint", Fingerprint::sign(&input), vector.fingerprint.clone())
    });
}

#[derive(Deserialize)]
struct MsTokenVector {
    length: usize,
    draws: Vec<u8>,
    random_str: String,
    ms_token: String,
}

#[test]
fn made_up_ms_token() {
    each("douyin_mstoken.json", |vector: &MsTokenVector| {
        same("length", vector.draws.len(), vector.length)?;
        let token = MsToken::sign(&MsTokenInput { draws: &vector.draws });
        same("random_str", token.trim_end_matches('='), vector.random_str.as_str())?;
        same("ms_token", &token, &vector.ms_token)
    });
}

#[derive(Deserialize)]
struct VerifyFpVector {
    unix_time_ms: u64,
    draws: [u8; 31],
    verify_fp: String,
}

#[test]
fn verify_fp() {
    each("verify_fp.json", |vector: &VerifyFpVector| {
        let input = VerifyFpInput { unix_time_ms: vector.unix_time_ms, draws: &vector.draws };
        same("verify_fp", VerifyFp::sign(&input), vector.verify_fp.clone())
    });
}

#[derive(Deserialize)]
struct StubVector {
    room_id: String,
    user_unique_id: String,
    raw: String,
    x_ms_stub: String,
}

#[test]
fn webcast_stub() {
    each("webcast_stub.json", |vector: &StubVector| {
        let stub =
            WebcastStub::sign(&WebcastStubInput { room_id: &vector.room_id, user_unique_id: &vector.user_unique_id });
        same("raw", &stub.raw, &vector.raw)?;
        same("x_ms_stub", &stub.x_ms_stub, &vector.x_ms_stub)
    });
}

#[derive(Deserialize)]
struct ShopVector {
    id: String,
    app_secret: String,
    path: String,
    query: BTreeMap<String, String>,
    content_type: String,
    body_utf8: Option<String>,
    body_base64: Option<String>,
    string_to_sign: String,
    sign: String,
    must_reject: Vec<Mistake>,
}

#[derive(Deserialize)]
struct Mistake {
    mistake: String,
    sign: String,
}

impl ShopVector {
    fn body(&self) -> Vec<u8> {
        let packed = self.body_base64.as_ref();
        let unpacked = packed.map(|text| base64::engine::general_purpose::STANDARD.decode(text).unwrap());
        unpacked.or_else(|| self.body_utf8.clone().map(String::into_bytes)).unwrap_or_default()
    }

    fn check(&self) -> Result<(), Wrong> {
        let app_secret = Secret::new(self.app_secret.clone());
        let query: Vec<_> = self.query.clone().into_iter().rev().collect();
        let (path, content_type, body) = (self.path.as_str(), self.content_type.as_str(), self.body());
        let signed = Shop::sign(&ShopInput { app_secret: &app_secret, path, query: &query, content_type, body: &body });
        let text = String::from_utf8_lossy(signed.string_to_sign.reveal()).into_owned();
        same(&self.id, text, self.string_to_sign.clone())?;
        same(&self.id, &signed.sign, &self.sign)?;
        for mistake in &self.must_reject {
            if mistake.sign == signed.sign {
                return Err(format!("{}: it makes the mistake `{}`", self.id, mistake.mistake));
            }
        }
        Ok(())
    }
}

#[test]
fn tiktok_shop() {
    each("tiktok_shop_sign.json", ShopVector::check);
}
