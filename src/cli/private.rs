//! What every command does first: it keeps what it writes and what it knows from other users.

use rustix::fs::Mode;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit, umask};

/// Lets nobody else read the files that this process makes, unless the code that makes one says so; and keeps its
/// memory, which may hold secrets, out of dumps and from other processes of the same user.
pub(super) fn keep_private() -> std::io::Result<()> {
    umask(Mode::RWXG | Mode::RWXO);
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none)?;
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}
