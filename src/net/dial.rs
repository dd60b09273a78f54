//! The one dialer, for what speaks no plain HTTP: sockets of live rooms, mail.
//!
//! It goes by the same guard as the client and through the same proxy. What it gives is a connection to the host that
//! was named; whether that is then encrypted is its caller's matter.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::guard::{Guard, look_up};
use super::proxy::{Proxy, Speaks};
use super::refusal::Refusal;
use crate::ambient::Clock;
use crate::domain::Class;

/// How long a connection may take to stand.
pub(super) const CONNECT: Duration = Duration::from_secs(10);

/// The longest head of an answer to `CONNECT`.
const HEAD: usize = 8 * 1024;

/// Opens connections under guard.
#[derive(Debug, Clone)]
pub struct Dialer {
    pub(super) guard: Arc<Guard>,
    pub(super) proxy: Option<Arc<Proxy>>,
    pub(super) clock: Clock,
}

impl Dialer {
    /// Connects to `host`, an address or a name, at `port`.
    pub async fn dial(&self, host: &str, port: u16) -> Result<TcpStream, Refusal> {
        let there = format!("{host}:{port}");
        let late = |late| Refusal::new(Class::Network, &there, format_args!("the connection {late}"));
        self.clock.limit(CONNECT, self.connect(host, port, &there)).await.map_err(late)?
    }

    async fn connect(&self, host: &str, port: u16, there: &str) -> Result<TcpStream, Refusal> {
        let forbid = |why| Refusal::forbidden(there, &why);
        let way = self.guard.way_to(host, port).map_err(forbid)?;
        let Some(proxy) = &self.proxy else {
            let found = look_up(host, port, way).await.map_err(forbid)?;
            return reach(&found).await.map_err(|why| Refusal::new(Class::Network, there, why));
        };
        let (by, port_there) = (format!("its proxy `{}:{}`", proxy.host, proxy.port), port);
        let broken = |why: String| Refusal::new(Class::Network, there, format_args!("{by}: {why}"));
        let way = proxy.way(&self.guard).map_err(forbid)?;
        let found = look_up(&proxy.host, proxy.port, way).await.map_err(forbid)?;
        let mut stream = reach(&found).await.map_err(broken)?;
        let passed = match proxy.speaks {
            Speaks::Http => connect_http(&mut stream, proxy, there).await,
            Speaks::Socks5 => connect_socks(&mut stream, proxy, host, port_there).await,
        };
        passed.map_err(broken)?;
        Ok(stream)
    }
}

/// Connects to the first address that answers.
async fn reach(found: &[SocketAddr]) -> Result<TcpStream, String> {
    let mut why = "it has no address".to_owned();
    for at in found {
        match TcpStream::connect(at).await {
            Ok(stream) => {
                // A frame that waits for the next one is a frame that comes late.
                let _set = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => why = error.to_string(),
        }
    }
    Err(why)
}

/// Asks an HTTP proxy for a way through.
async fn connect_http(stream: &mut TcpStream, proxy: &Proxy, there: &str) -> Result<(), String> {
    let login = proxy.login.as_ref().map_or_else(String::new, |(user, password)| {
        format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(format!("{user}:{}", password.reveal())))
    });
    let ask = format!("CONNECT {there} HTTP/1.1\r\nHost: {there}\r\n{login}\r\n");
    stream.write_all(ask.as_bytes()).await.map_err(text)?;
    // Byte by byte: what stands behind the head is already from the other side.
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= HEAD {
            return Err("its answer does not end".to_owned());
        }
        head.push(stream.read_u8().await.map_err(text)?);
    }
    let line = String::from_utf8_lossy(&head);
    match line.split(' ').nth(1) {
        Some("200") => Ok(()),
        Some("407") => Err("it wants another login".to_owned()),
        status => Err(format!("it answers {}", status.unwrap_or("nothing that can be read"))),
    }
}

/// Asks a SOCKS proxy for a way through; a name goes there as it is.
async fn connect_socks(stream: &mut TcpStream, proxy: &Proxy, host: &str, port: u16) -> Result<(), String> {
    let method = if proxy.login.is_some() { 2 } else { 0 };
    stream.write_all(&[5, 1, method]).await.map_err(text)?;
    match read::<2>(stream).await? {
        [5, chosen] if chosen == method => {}
        [5, _] => return Err("it wants another login".to_owned()),
        _ => return Err("it does not speak SOCKS 5".to_owned()),
    }
    if let Some((user, password)) = &proxy.login {
        let mut login = vec![1];
        for part in [user.as_str(), password.reveal()] {
            login.push(u8::try_from(part.len()).map_err(|_| "its login is too long".to_owned())?);
            login.extend_from_slice(part.as_bytes());
        }
        stream.write_all(&login).await.map_err(text)?;
        if read::<2>(stream).await?[1] != 0 {
            return Err("it wants another login".to_owned());
        }
    }
    let mut ask = vec![5, 1, 0, 3, u8::try_from(host.len()).map_err(|_| "the host's name is too long".to_owned())?];
    ask.extend_from_slice(host.as_bytes());
    ask.extend_from_slice(&port.to_be_bytes());
    stream.write_all(&ask).await.map_err(text)?;
    let [_, status, _, kind] = read::<4>(stream).await?;
    if status != 0 {
        return Err(format!("it refuses the way with {status}"));
    }
    let rest = match kind {
        1 => 4,
        4 => 16,
        3 => usize::from(stream.read_u8().await.map_err(text)?),
        _ => return Err("its answer cannot be read".to_owned()),
    };
    // Where the proxy stands is of no interest, but it is in the way.
    let mut rest = vec![0; rest + 2];
    stream.read_exact(&mut rest).await.map(drop).map_err(text)
}

async fn read<const N: usize>(stream: &mut TcpStream) -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await.map_err(text)?;
    Ok(bytes)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
fn text(error: std::io::Error) -> String {
    error.to_string()
}
