//! Signers of queries and headers.

use serde_json::json;

use super::given::{line, text, three};
use super::signed::Signed;
use crate::ambient::Ambient;
use crate::cli::failure::Failure;
use crate::domain::identity::GUEST_AGENT;
use crate::sign::{self, Scheme as _};

/// Which method a request has; it takes no part in the signature.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
#[value(rename_all = "UPPER")]
enum Method {
    Get,
    Post,
}

/// Inputs of `a_bogus`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Abogus {
    /// The query as it is sent, without the signature; @FILE, or - for standard input
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    params: String,
    /// The body as it is sent; @FILE, or - for standard input
    #[arg(long, default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    body: String,
    /// The user agent of the request
    #[arg(long, value_name = "UA", default_value = GUEST_AGENT, hide_default_value = true)]
    user_agent: String,
    /// The browser's fingerprint; drawn when it is left out
    #[arg(long)]
    fingerprint: Option<String>,
    /// When the signing began, in Unix milliseconds; now when it is left out
    #[arg(long, value_name = "MS")]
    start_ms: Option<u64>,
    /// When it ended
    #[arg(long, value_name = "MS")]
    end_ms: Option<u64>,
    /// Three throws below 10000, with commas; drawn when they are left out
    #[arg(long, value_name = "A,B,C", value_parser = three)]
    rd: Option<[u32; 3]>,
    /// What the page asks of the signer
    #[arg(long, value_name = "A,B,C", value_parser = three, default_value = "0,1,14")]
    options: [u32; 3],
    /// The method of the request, which takes no part
    #[arg(long, value_enum, ignore_case = true)]
    method: Option<Method>,
}

impl Abogus {
    pub(super) fn sign(self, ambient: &Ambient) -> Result<Signed, Failure> {
        let Self { user_agent, options, method: _takes_no_part, .. } = self;
        let (params, body) = (line("--params", &self.params)?, text("--body", &self.body)?);
        let chance = &ambient.entropy;
        let throw = || u32::try_from(chance.below(sign::AbogusInput::THROWS)).unwrap_or(0);
        let rd = self.rd.unwrap_or_else(|| [throw(), throw(), throw()]);
        let drawn = || sign::Fingerprint::sign(&sign::FingerprintInput::drawn("Win32", 1920, 1080, chance));
        let fingerprint = self.fingerprint.unwrap_or_else(drawn);
        let start_ms = self.start_ms.unwrap_or_else(|| u64::try_from(ambient.clock.now().0).unwrap_or(0));
        let end_ms = self.end_ms.unwrap_or(start_ms);
        let agent = sign::AbogusAgent::of(&user_agent);
        let input = sign::AbogusInput {
            params: &params,
            body: &body,
            agent,
            fingerprint: &fingerprint,
            start_ms,
            end_ms,
            rd,
            options,
        };
        let a_bogus = sign::Abogus::sign(&input);
        let all = json!({
            "user_agent": user_agent, "fingerprint": fingerprint, "start_ms": start_ms, "end_ms": end_ms, "rd": rd,
            "options": options, "a_bogus": a_bogus,
        });
        Ok(Signed { version: sign::Abogus::VERSION, main: a_bogus, all })
    }
}

/// Inputs of `X-Bogus`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Xbogus {
    /// The query as it is sent, without the signature; @FILE, or - for standard input
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    params: String,
    /// The user agent of the request
    #[arg(long, value_name = "UA", default_value = GUEST_AGENT, hide_default_value = true)]
    user_agent: String,
    /// When, in Unix seconds; now when it is left out
    #[arg(long, value_name = "S")]
    unix_time_s: Option<u64>,
}

impl Xbogus {
    pub(super) fn sign(self, ambient: &Ambient) -> Result<Signed, Failure> {
        let params = line("--params", &self.params)?;
        let now = || u64::try_from(ambient.clock.now().0 / 1000).unwrap_or(0);
        let unix_time_s = self.unix_time_s.unwrap_or_else(now);
        let agent = sign::XbogusAgent::of(&self.user_agent);
        let x_bogus = sign::Xbogus::sign(&sign::XbogusInput { params: &params, agent, unix_time_s });
        let signed_query = format!("{params}&X-Bogus={x_bogus}");
        let all = json!({
            "user_agent": self.user_agent, "unix_time_s": unix_time_s, "x_bogus": x_bogus, "signed_query": signed_query,
        });
        Ok(Signed { version: sign::Xbogus::VERSION, main: x_bogus, all })
    }
}

/// Inputs of `user-sign`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct UserSign {
    /// The header web-id, when the request carries one
    #[arg(long, value_name = "ID")]
    web_id: Option<String>,
    /// The header anonymous-user-id, which counts when there is no web-id
    #[arg(long, value_name = "ID", required_unless_present = "web_id")]
    anonymous_user_id: Option<String>,
    /// The header timestamp, in Unix seconds; now when it is left out
    #[arg(long, value_name = "S")]
    timestamp: Option<u64>,
}

impl UserSign {
    pub(super) fn sign(self, ambient: &Ambient) -> Signed {
        let now = || u64::try_from(ambient.clock.now().0 / 1000).unwrap_or(0);
        let timestamp = self.timestamp.unwrap_or_else(now);
        let anonymous_user_id = self.anonymous_user_id.as_deref().unwrap_or_default();
        let input = sign::UserSignInput { web_id: self.web_id.as_deref(), anonymous_user_id, timestamp };
        let user_sign = sign::UserSign::sign(&input);
        let all = json!({
            "web_id": self.web_id, "anonymous_user_id": self.anonymous_user_id, "timestamp": timestamp,
            "user_sign": user_sign,
        });
        Signed { version: sign::UserSign::VERSION, main: user_sign, all }
    }
}

/// Inputs of `X-MS-STUB`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct WebcastStub {
    /// The id of the broadcast
    #[arg(long, value_name = "ID")]
    room_id: String,
    /// The id of the guest who listens
    #[arg(long, value_name = "ID")]
    user_unique_id: String,
}

impl WebcastStub {
    pub(super) fn sign(self) -> Signed {
        let Self { room_id, user_unique_id } = self;
        let input = sign::WebcastStubInput { room_id: &room_id, user_unique_id: &user_unique_id };
        let sign::Stub { raw, x_ms_stub } = sign::WebcastStub::sign(&input);
        let all = json!({
            "room_id": room_id, "user_unique_id": user_unique_id, "raw": raw, "x_ms_stub": x_ms_stub,
        });
        Signed { version: sign::WebcastStub::VERSION, main: x_ms_stub, all }
    }
}
