//! Reads what is given in a file or on standard input: the whole of it, or nothing.

use std::io::{self, Read};

/// The most that is read.
const MOST: u64 = 8 << 20;

/// All that `from` gives; more than is read is refused, for half of a text has another signature.
pub(super) fn whole(from: impl Read) -> io::Result<String> {
    let mut read = String::new();
    from.take(MOST + 1).read_to_string(&mut read)?;
    let fits = u64::try_from(read.len()).is_ok_and(|length| length <= MOST);
    if fits { Ok(read) } else { Err(io::Error::other("it has more than 8 MiB")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_read_by_half() {
        assert_eq!(whole(&b"a\n"[..]).unwrap(), "a\n");
        assert_eq!(whole(io::repeat(b'x').take(MOST)).unwrap().len(), 8 << 20);
        assert_eq!(whole(io::repeat(b'x')).unwrap_err().to_string(), "it has more than 8 MiB");
    }
}
