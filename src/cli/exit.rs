//! Exit codes: what scripts and systemd branch on.
//!
//! They are frozen. Everything that ends a command passes through here, so that no failure leaves with 0.

use std::process::ExitCode;

use crate::domain::Class;

/// How a command ended, for whoever started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// Done.
    Done,
    /// It failed, or some of its items did.
    Failed,
    /// The command line, or what it carried, was wrong.
    Usage,
    /// A plan found changes.
    Changes,
    /// The site refused: risk, rate or signature.
    Refused,
    /// A login is needed.
    Login,
    /// Another instance holds the data directory.
    Held,
    /// The configuration or a key is wrong.
    Config,
    /// Interrupted by the person at the terminal.
    Interrupted,
}

impl Exit {
    /// The number.
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Changes => 3,
            Self::Refused => 4,
            Self::Login => 16,
            Self::Held => 75,
            Self::Config => 78,
            Self::Interrupted => 130,
        }
    }

    /// The end that an answer of the API means: its class first, then its status.
    pub(super) fn of_answer(status: u16, class: Option<Class>) -> Self {
        match (status, class.map(Self::of_class)) {
            (200..=299, _) => Self::Done,
            (_, Some(exit @ (Self::Refused | Self::Login))) => exit,
            (400, _) | (403, Some(Self::Failed)) => Self::Usage,
            _ => Self::Failed,
        }
    }

    /// The end of a command that does nothing because of this.
    pub(super) const fn of_class(class: Class) -> Self {
        match class {
            Class::Ok => Self::Done,
            Class::Risk | Class::Rate | Class::Signature => Self::Refused,
            Class::Auth => Self::Login,
            Class::Gone | Class::Private | Class::Schema | Class::Network | Class::Local => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_map_to_the_frozen_codes() {
        let table = [
            (200, None, 0),
            (201, None, 0),
            (202, Some(Class::Risk), 0),
            (400, None, 2),
            (400, Some(Class::Schema), 2),
            (404, Some(Class::Gone), 1),
            (409, Some(Class::Schema), 1),
            (401, Some(Class::Auth), 16),
            (403, Some(Class::Risk), 4),
            (403, Some(Class::Schema), 2),
            (429, Some(Class::Rate), 4),
            (400, Some(Class::Signature), 4),
            (500, Some(Class::Local), 1),
            (503, None, 1),
            (507, Some(Class::Local), 1),
        ];
        for (status, class, code) in table {
            assert_eq!(Exit::of_answer(status, class).code(), code, "{status} {class:?}");
        }
    }

    #[test]
    fn every_end_has_a_code_of_its_own() {
        let all = [
            Exit::Done,
            Exit::Failed,
            Exit::Usage,
            Exit::Refused,
            Exit::Login,
            Exit::Held,
            Exit::Config,
            Exit::Interrupted,
        ];
        assert_eq!(all.map(Exit::code), [0, 1, 2, 4, 16, 75, 78, 130]);
    }
}
