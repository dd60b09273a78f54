//! systemd's end of the notify socket.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::clock;

/// Hears what a daemon says to systemd.
#[derive(Debug)]
pub(crate) struct Notify {
    socket: UnixDatagram,
    path: PathBuf,
}

impl Notify {
    pub(crate) fn bind(path: &Path) -> Self {
        let _from_an_earlier_life = std::fs::remove_file(path);
        let socket = UnixDatagram::bind(path).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
        Self { socket, path: path.to_owned() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The next message, if one comes within `limit`.
    pub(crate) fn next(&self, limit: Duration) -> Option<String> {
        self.socket.set_read_timeout(Some(limit.max(Duration::from_millis(1)))).unwrap();
        let mut buffer = [0; 4096];
        let length = self.socket.recv(&mut buffer).ok()?;
        Some(String::from_utf8_lossy(&buffer[..length]).into_owned())
    }

    /// Waits for a message with this line; gives how long it took and the whole message.
    pub(crate) fn wait_for(&self, line: &str, limit: Duration) -> Option<(Duration, String)> {
        let begun = clock().steady();
        loop {
            let spent = clock().steady().saturating_sub(begun);
            let message = self.next(limit.checked_sub(spent)?)?;
            if message.lines().any(|said| said == line) {
                return Some((clock().steady().saturating_sub(begun), message));
            }
        }
    }

    /// Throws away what was said so far.
    pub(crate) fn forget(&self) {
        while self.next(Duration::from_millis(1)).is_some() {}
    }
}
