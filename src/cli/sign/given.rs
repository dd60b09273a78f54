//! Inputs as they are written on a command line: lists of numbers, and texts that may stand elsewhere.

use crate::advice;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::whole::whole;

/// `text`, or what stands in the file `@FILE`, or on standard input when it is `-`.
pub(super) fn text(flag: &str, text: &str) -> Result<String, Failure> {
    let failed = |why: &dyn std::fmt::Display| {
        Failure::new(format!("cannot read {flag}: {why}")).advise(advice::cli::given()).exit(Exit::Usage)
    };
    let read = match text.strip_prefix('@') {
        _ if text == "-" => whole(std::io::stdin().lock()),
        Some(path) => std::fs::File::open(path).and_then(whole),
        None => return Ok(text.to_owned()),
    };
    read.map_err(|error| failed(&error))
}

/// The same on one line: the line break that editors put behind it is none of it.
pub(super) fn line(flag: &str, given: &str) -> Result<String, Failure> {
    let text = text(flag, given)?;
    let line = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    Ok(line.map_or(text.clone(), str::to_owned))
}

/// Numbers with commas between them, each from 0 up to, not including, `BELOW`.
pub(super) fn numbers<const BELOW: u32>(text: &str) -> Result<Numbers, String> {
    let text = text.trim_start_matches('[').trim_end_matches(']');
    if text.trim().is_empty() {
        return Ok(Numbers(Vec::new()));
    }
    let number = |word: &str| word.trim().parse().ok().filter(|number| *number < BELOW);
    let numbers: Option<Vec<u32>> = text.split(',').map(number).collect();
    numbers.map(Numbers).ok_or_else(|| format!("whole numbers below {BELOW} are wanted, with commas between them"))
}

/// Three of them, of any size.
pub(super) fn three(text: &str) -> Result<[u32; 3], String> {
    let Numbers(numbers) = numbers::<{ u32::MAX }>(text)?;
    numbers.try_into().map_err(|numbers: Vec<u32>| format!("three numbers are wanted, and there are {}", numbers.len()))
}

/// A list of numbers; a type of its own, so that one flag takes the whole list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbers(pub(super) Vec<u32>);

impl Numbers {
    /// The same as bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.iter().map(|number| u8::try_from(*number).unwrap_or(u8::MAX)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_with_or_without_brackets() {
        assert_eq!(three("1,2,3"), Ok([1, 2, 3]));
        assert_eq!(three("[4964, 0, 9999]"), Ok([4964, 0, 9999]));
        assert!(three("1,2").unwrap_err().ends_with("there are 2"));
        for wrong in ["", "1,,2", "1,x,2", "-1,0,0"] {
            assert!(three(wrong).is_err(), "{wrong}");
        }
        assert_eq!(numbers::<62>("61,0"), Ok(Numbers(vec![61, 0])));
        assert!(numbers::<62>("62").unwrap_err().contains("below 62"));
    }
}
