//! Lets a program of the operator's sign: JSON goes in, JSON comes out, and nothing is believed before it is looked at.
//!
//! The program is started for each signature, without a shell and with an empty environment. It reads one object,
//! `{"v":1,"sign":"query"|"socket","endpoint","query","body","stub","user_agent","fingerprint"}`, and writes one:
//! `{"a_bogus": "…"}` or `{"X-Bogus": "…"}` for a query, `{"signature": "…"}` for a socket. It has five seconds.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};

use super::page::is_socket_signature;
use super::way::{Asked, Signer, Signing, Unsigned, Way, What};
use crate::ambient::Clock;
use crate::domain::amount::roughly_size;

/// How long the program may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// More than this is not read of it.
const MOST: u64 = 64 << 10;
/// The names that a program may give a signature of a query.
const NAMES: [&str; 2] = ["a_bogus", "X-Bogus"];

/// A program that signs.
#[derive(Debug, Clone)]
pub struct Command {
    program: String,
    arguments: Vec<String>,
    clock: Clock,
}

/// A program that cannot be used, or an answer that cannot.
#[derive(Debug, thiserror::Error)]
pub enum BadSigner {
    /// It does not start.
    #[error("it does not start: {0}")]
    Start(#[source] std::io::Error),
    /// It cannot be spoken with.
    #[error("it cannot be spoken with: {0}")]
    Speak(#[source] std::io::Error),
    /// It takes too long.
    #[error("it did not answer within {} s", PATIENCE.as_secs())]
    Late,
    /// It failed.
    #[error("it ended with {0}")]
    Ended(std::process::ExitStatus),
    /// It says too much.
    #[error("it wrote more than {}", roughly_size(MOST))]
    TooLong,
    /// It wrote something else than one object in JSON.
    #[error("it wrote something else than one object in JSON")]
    NoObject,
    /// The signature is missing, or looks like none.
    #[error("it gave no `{0}` that looks like a signature")]
    NoSignature(&'static str),
}

impl Command {
    /// The program of `words`: its path, then its arguments; nothing when there are none.
    pub fn new(words: &[String], clock: Clock) -> Option<Self> {
        let (program, arguments) = words.split_first()?;
        Some(Self { program: program.clone(), arguments: arguments.to_vec(), clock })
    }

    async fn way(&self, asked: &Asked<'_>) -> Result<Way, BadSigner> {
        let late = |_| BadSigner::Late;
        let written = self.clock.limit(PATIENCE, self.run(question(asked))).await.map_err(late)??;
        let told: Value = serde_json::from_slice(&written).map_err(|_| BadSigner::NoObject)?;
        let told = told.as_object().ok_or(BadSigner::NoObject)?;
        let text = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default();
        match asked.what {
            What::Stub(_) if is_socket_signature(text("signature")) => Ok(Way::Value(text("signature").to_owned())),
            What::Stub(_) => Err(BadSigner::NoSignature("signature")),
            What::Query(..) => {
                let named = NAMES.into_iter().find(|name| is_query_signature(text(name)));
                let named = named.ok_or(BadSigner::NoSignature("a_bogus` or `X-Bogus"))?;
                Ok(Way::Parameter(named, text(named).to_owned()))
            }
        }
    }

    async fn run(&self, question: String) -> Result<Vec<u8>, BadSigner> {
        let _hold = self.clock.hold();
        let mut command = tokio::process::Command::new(&self.program);
        command.args(&self.arguments).env_clear().kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(BadSigner::Start)?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let speak = async {
            if let Some(mut input) = input {
                // A program that needs nothing of it may leave before it is told.
                let _gone = input.write_all(question.as_bytes()).await;
            }
        };
        let ((), written) = tokio::join!(speak, read(output));
        let written = written?;
        let ended = child.wait().await.map_err(BadSigner::Speak)?;
        if ended.success() { Ok(written) } else { Err(BadSigner::Ended(ended)) }
    }
}

async fn read(output: Option<impl AsyncRead + Unpin>) -> Result<Vec<u8>, BadSigner> {
    let mut written = Vec::new();
    if let Some(output) = output {
        output.take(MOST + 1).read_to_end(&mut written).await.map_err(BadSigner::Speak)?;
    }
    let fits = u64::try_from(written.len()).is_ok_and(|length| length <= MOST);
    if fits { Ok(written) } else { Err(BadSigner::TooLong) }
}

fn question(asked: &Asked<'_>) -> String {
    let (sign, query, body, stub) = match asked.what {
        What::Query(query, body) => ("query", query, body, ""),
        What::Stub(stub) => ("socket", "", "", stub),
    };
    let identity = asked.identity;
    let object = json!({
        "v": 1, "sign": sign, "endpoint": asked.endpoint, "query": query, "body": body, "stub": stub,
        "user_agent": identity.user_agent, "fingerprint": identity.fingerprint,
    });
    format!("{object}\n")
}

/// Whether `text` can stand in a query as a signature.
fn is_query_signature(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=' | b'%');
    (16..=512).contains(&text.len()) && text.bytes().all(fits)
}

impl Signer for Command {
    fn version(&self) -> String {
        "command/1".to_owned()
    }

    fn sign<'a>(&'a self, asked: &'a Asked<'a>) -> Signing<'a> {
        let failed = |bad: BadSigner| Unsigned::Failed { version: self.version(), why: bad.to_string() };
        Box::pin(async move { self.way(asked).await.map_err(failed) })
    }
}
