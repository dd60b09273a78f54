//! The code that a page shows to be scanned, as its modules: so it can be shown where no page can.

use super::page::Page;
use super::trouble::Trouble;

/// Looks for the largest picture that is a code, and reads its modules off.
const READ: &str = include_str!("code.js");

/// A code: rows of modules, dark or light.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    rows: Vec<Vec<bool>>,
}

impl Code {
    /// From rows of `1` and `0`, all of one length.
    fn of(text: &str) -> Option<Self> {
        let rows: Vec<Vec<bool>> = text.lines().map(|line| line.chars().map(|c| c == '1').collect()).collect();
        let is_square = !rows.is_empty() && rows.iter().all(|row| row.len() == rows.len());
        is_square.then_some(Self { rows })
    }

    /// Its modules, with `quiet` light ones around them.
    pub fn with_quiet(&self, quiet: usize) -> Vec<Vec<bool>> {
        let edge = self.rows.len() + 2 * quiet;
        let at = |x: usize, y: usize| {
            let row = self.rows.get(y.checked_sub(quiet)?)?;
            row.get(x.checked_sub(quiet)?).copied()
        };
        (0..edge).map(|y| (0..edge).map(|x| at(x, y).unwrap_or(false)).collect()).collect()
    }
}

impl Page {
    /// The code that it shows; nothing when there is none, or none that can be read.
    pub async fn code(&self) -> Result<Option<Code>, Trouble> {
        match self.run(READ, &[]).await {
            Ok(text) => Ok(Code::of(&text)),
            // Between two pages there is none.
            Err(Trouble::Refused { .. } | Trouble::Script(_)) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_read_and_stand_in_a_quiet_zone() {
        let code = Code::of("10\n01").unwrap();
        assert_eq!(code.with_quiet(1)[1], [false, true, false, false]);
        assert_eq!(code.with_quiet(1)[2], [false, false, true, false]);
        assert_eq!(code.with_quiet(1).len(), 4);
        for text in ["", "10\n0", "1"] {
            assert_eq!(Code::of(text).is_some(), text == "1", "{text:?}");
        }
    }
}
