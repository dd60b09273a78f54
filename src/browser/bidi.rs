//! The socket beside a session: commands with their answers in any order, and events.
//!
//! One task reads and writes; whoever asks waits for their own answer, no longer than a command may take. When the
//! socket ends, everybody who waits is told at once. An event goes to those who said that they want it, before they
//! come to look: what none wants is dropped where it is read.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::trouble::{Trouble, first_line};
use crate::ambient::Clock;

/// How long a command may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
/// The largest message: an answer of a long page, an event with a long body.
const LARGEST: usize = 64 << 20;
/// What Chromium says of a tab that crashed; it answers nothing about it from then on.
pub(super) const CRASHED: &str = "goog:cdp.Inspector.targetCrashed";
/// Events that wait for whoever wants them; the next is dropped.
const WAITING: usize = 1024;

/// Something that happened in the browser.
#[derive(Clone)]
pub(super) struct Event {
    pub(super) method: String,
    pub(super) params: Value,
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.method)
    }
}

impl Event {
    /// The text at `place`; empty when there is none.
    pub(super) fn text(&self, place: &str) -> &str {
        self.params.pointer(place).and_then(Value::as_str).unwrap_or_default()
    }
}

type Answer = Result<Value, (String, String)>;
type Wants = Box<dyn Fn(&Event) -> bool + Send>;

/// A cheap handle on the socket; clones share it.
#[derive(Clone)]
pub(super) struct Bidi(Arc<Inner>);

struct Inner {
    clock: Clock,
    next: AtomicU64,
    outbox: mpsc::Sender<Message>,
    shared: Arc<Mutex<Shared>>,
    _task: JoinSet<()>,
}

#[derive(Default)]
struct Shared {
    is_closed: bool,
    pending: HashMap<u64, oneshot::Sender<Answer>>,
    listeners: Vec<(Wants, mpsc::Sender<Event>)>,
    /// The tabs that crashed, by their sessions.
    crashed: watch::Sender<HashSet<String>>,
}

impl fmt::Debug for Bidi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bidi")
    }
}

impl Bidi {
    /// Shakes hands over `stream`, which leads to `url`.
    pub(super) async fn open(stream: TcpStream, url: &str, clock: &Clock) -> Result<Self, Trouble> {
        let failed = |why: &dyn fmt::Display| Trouble::Socket(first_line(&why.to_string()));
        let config = WebSocketConfig::default().max_message_size(Some(LARGEST)).max_frame_size(Some(LARGEST));
        let hands = client_async_with_config(url, stream, Some(config));
        let (socket, _) =
            clock.limit(PATIENCE, hands).await.map_err(|late| failed(&late))?.map_err(|why| failed(&why))?;
        let (outbox, orders) = mpsc::channel(64);
        let shared = Arc::new(Mutex::new(Shared::default()));
        let mut task = JoinSet::new();
        task.spawn(carry(socket, orders, shared.clone()));
        let next = AtomicU64::new(1);
        Ok(Self(Arc::new(Inner { clock: clock.clone(), next, outbox, shared, _task: task })))
    }

    /// Sends a command; gives its result.
    pub(super) async fn call(&self, method: &'static str, params: Value) -> Result<Value, Trouble> {
        self.call_within(PATIENCE, method, params).await
    }

    /// The same with a limit of its own.
    pub(super) async fn call_within(
        &self,
        limit: Duration,
        method: &'static str,
        params: Value,
    ) -> Result<Value, Trouble> {
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        let (tell, told) = oneshot::channel();
        {
            let mut shared = lock(&self.0.shared);
            if shared.is_closed {
                return Err(Trouble::Gone);
            }
            shared.pending.insert(id, tell);
        }
        let order = json!({"id": id, "method": method, "params": params}).to_string();
        let asked = async {
            self.0.outbox.send(Message::text(order)).await.map_err(|_| Trouble::Gone)?;
            told.await.map_err(|_| Trouble::Gone)
        };
        let answer = self.0.clock.limit(limit, asked).await;
        lock(&self.0.shared).pending.remove(&id);
        let refused = |(error, message): (String, String)| Trouble::Refused {
            what: method,
            why: first_line(&format!("{error}: {message}")),
        };
        answer.map_err(|_| Trouble::Hung(method))??.map_err(refused)
    }

    /// Keeps the events that `wants` says yes to, from now on; the channel ends with the socket.
    pub(super) fn listen(&self, wants: impl Fn(&Event) -> bool + Send + 'static) -> mpsc::Receiver<Event> {
        let (tell, told) = mpsc::channel(WAITING);
        let mut shared = lock(&self.0.shared);
        if !shared.is_closed {
            shared.listeners.push((Box::new(wants), tell));
        }
        told
    }

    /// Ends when the tab of `session` crashes.
    pub(super) async fn crash_of(&self, session: &str) {
        let mut crashed = lock(&self.0.shared).crashed.subscribe();
        if crashed.wait_for(|all| all.contains(session)).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.clock
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Carries messages both ways until one side ends.
async fn carry(
    mut socket: WebSocketStream<TcpStream>,
    mut orders: mpsc::Receiver<Message>,
    shared: Arc<Mutex<Shared>>,
) {
    loop {
        tokio::select! {
            order = orders.recv() => {
                let Some(order) = order else { break };
                if socket.send(order).await.is_err() {
                    break;
                }
            }
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => take(&text, &shared),
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
        }
    }
    let mut shared = lock(&shared);
    shared.is_closed = true;
    shared.pending.clear();
    shared.listeners.clear();
}

/// Hands a message to whoever waits for it.
fn take(text: &str, shared: &Mutex<Shared>) {
    let Ok(mut message) = serde_json::from_str::<Value>(text) else { return };
    let word = |message: &Value, name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut shared = lock(shared);
    match message.get("type").and_then(Value::as_str) {
        Some("event") => {
            let params = message.get_mut("params").map(Value::take).unwrap_or_default();
            let event = Event { method: word(&message, "method"), params };
            if event.method == CRASHED {
                shared.crashed.send_if_modified(|all| all.insert(event.text("/session").to_owned()));
            }
            shared.listeners.retain(|(_, to)| !to.is_closed());
            for (_, to) in shared.listeners.iter().filter(|(wants, _)| wants(&event)) {
                let _full = to.try_send(event.clone());
            }
        }
        Some(kind) => {
            let waits = message.get("id").and_then(Value::as_u64).and_then(|id| shared.pending.remove(&id));
            let answer = match kind {
                "success" => Ok(message.get_mut("result").map(Value::take).unwrap_or_default()),
                _ => Err((word(&message, "error"), word(&message, "message"))),
            };
            let _nobody_waits_any_more = waits.map(|waits| waits.send(answer));
        }
        None => {}
    }
}
