//! Something that was tried and did not work, and what follows from it.

use std::time::Duration;

use super::class::{Class, Next};
use super::held::Held;

/// Whom the wait of a miss binds besides the job that met it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binds {
    /// Nobody.
    Job,
    /// The jobs of its lane, in this process: our own limits decided the wait, and they are asked again soon.
    Lane,
    /// The jobs of its lane, everywhere and after a restart: this one, an account or a host, must not be asked before.
    Subject(String),
}

/// A run that missed, and what its class asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// The class of the miss.
    pub class: Class,
    /// What follows; [`Class::next`] unless the miss is a wait.
    pub next: Next,
    /// What went wrong, on one line.
    pub error: String,
    /// How long the other side asked us to wait.
    pub after: Option<Duration>,
    /// What of ours held the request back; nothing when it was sent.
    pub held: Option<Held>,
    /// Whom the wait binds besides this job: no other of them would fare better before it ends.
    pub binds: Binds,
}

impl Miss {
    /// A miss that does what its class says.
    pub fn new(class: Class, error: impl Into<String>) -> Self {
        Self { class, next: class.next(), error: error.into(), after: None, binds: Binds::Job, held: None }
    }

    /// A miss that only has to wait: a full disk, quiet hours. It spends no attempt, however often.
    pub fn waiting(class: Class, after: Duration, error: impl Into<String>) -> Self {
        Self { next: Next::Wait, after: Some(after), ..Self::new(class, error) }
    }

    /// The same miss with the wait that the other side asked for.
    #[must_use]
    pub const fn after(mut self, wait: Option<Duration>) -> Self {
        self.after = wait;
        self
    }

    /// The same miss with a wait that its whole lane keeps.
    #[must_use]
    pub fn for_whole_lane(mut self) -> Self {
        self.binds = Binds::Lane;
        self
    }

    /// The same miss with a wait that `subject` asked for or is in: its lane is closed until then.
    #[must_use]
    pub fn because_of(mut self, subject: impl Into<String>) -> Self {
        self.binds = Binds::Subject(subject.into());
        self
    }
}
