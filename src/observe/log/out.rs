//! Where lines go: stderr, or the socket of the journal.
//!
//! A line leaves in one write, so lines of two threads never mix. When the journal does not take a line (it restarts,
//! or the line is too long for one datagram), the line goes to stderr with the priority mark that systemd reads.
//! When stderr fails there is nobody left to tell, and the daemon's work goes on.

use std::io::Write;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::form;
use super::line::Line;

/// Where the journal listens.
pub(super) const JOURNAL: &str = "/run/systemd/journal/socket";

/// A form of lines, and who takes them.
pub(super) struct Out {
    form: Form,
    stream: Mutex<Box<dyn Write + Send>>,
}

enum Form {
    Console { colour: bool },
    Json,
    Journal { socket: UnixDatagram, path: PathBuf },
}

impl Out {
    pub(super) fn console(colour: bool) -> Self {
        Self::new(Form::Console { colour })
    }

    pub(super) fn json() -> Self {
        Self::new(Form::Json)
    }

    /// The journal at `path`; `Err` when nobody listens there.
    pub(super) fn journal(path: &Path) -> std::io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        // An empty datagram is no entry, but it finds out whether somebody is there.
        socket.send_to(&[], path)?;
        Ok(Self::new(Form::Journal { socket, path: path.to_owned() }))
    }

    fn new(form: Form) -> Self {
        Self { form, stream: Mutex::new(Box::new(std::io::stderr())) }
    }

    /// The same form, written to `stream` instead of stderr.
    #[cfg(test)]
    pub(super) fn onto(self, stream: impl Write + Send + 'static) -> Self {
        Self { form: self.form, stream: Mutex::new(Box::new(stream)) }
    }

    pub(super) fn write(&self, line: &Line) {
        match &self.form {
            Form::Console { colour } => self.to_stream(&form::console(line, *colour)),
            Form::Json => self.to_stream(&form::json(line)),
            Form::Journal { socket, path } => {
                if socket.send_to(&form::journal(line), path).is_err() {
                    self.to_stream(&format!("<{}>{}", form::priority(line.level), form::console(line, false)));
                }
            }
        }
    }

    fn to_stream(&self, text: &str) {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        let _nobody_left = stream.write_all(text.as_bytes());
    }
}
