//! A small disk of one story's own: a file system in memory that only this story and its daemons can see.
//!
//! A quiet process holds it in a mount namespace of its own and daemons enter there. It reads from a pipe of ours, so it
//! goes when we go, however we go, and the kernel takes the file system with it. We look inside through `/proc`.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The holder of the file system.
#[derive(Debug)]
pub(crate) struct SmallDisk {
    holder: Child,
    inside: PathBuf,
}

impl SmallDisk {
    /// Mounts `size` of memory at `place`; `None` where this machine forbids it.
    pub(crate) fn mount(place: &Path, size: &str) -> Option<Self> {
        std::fs::create_dir_all(place).ok()?;
        let script = "mount -t tmpfs -o size=$1,mode=0700 tmpfs \"$2\" && echo mounted && exec cat >/dev/null";
        let mut holder = Command::new("unshare")
            .args(["--mount", "--propagation", "private", "sh", "-c", script, "sh", size])
            .arg(place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut said = String::new();
        let _ended = BufReader::new(holder.stdout.take()?).read_line(&mut said);
        let inside = PathBuf::from(format!("/proc/{}/root{}", holder.id(), place.display()));
        let disk = Self { holder, inside };
        (said.trim() == "mounted").then_some(disk)
    }

    /// Where the file system is seen from outside.
    pub(crate) fn inside(&self) -> &Path {
        &self.inside
    }

    /// The program that a daemon runs under to live there.
    pub(crate) fn enter(&self) -> Vec<OsString> {
        ["nsenter", "--mount", "--target", &self.holder.id().to_string(), "--"].map(OsString::from).into()
    }

    /// Takes all space that is left, to the last block.
    pub(crate) fn fill(&self) {
        use std::io::Write as _;
        let mut filler = std::fs::File::create(self.inside.join("filler")).unwrap();
        for block in [1 << 20, 4096] {
            while filler.write_all(&vec![7; block]).is_ok() {}
        }
    }

    /// Copies a database that nobody has open to where SQLite can follow its path.
    pub(crate) fn bring_out(&self, name: &str, to: &Path) -> PathBuf {
        for ending in ["", "-wal"] {
            let name = format!("{name}{ending}");
            if self.inside.join(&name).exists() {
                std::fs::copy(self.inside.join(&name), to.join(&name)).unwrap();
            }
        }
        to.join(name)
    }

    /// Gives it back.
    pub(crate) fn clear(&self) {
        std::fs::remove_file(self.inside.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _already_gone = self.holder.kill();
        let _gone = self.holder.wait();
    }
}
