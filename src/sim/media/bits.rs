//! Bits, one behind the other.

/// Writes the highest bit of a byte first, as most formats do.
#[derive(Debug, Default)]
pub(super) struct High {
    pub(super) bytes: Vec<u8>,
    open: u32,
    count: u32,
}

impl High {
    /// The `width` lowest bits of `value`, at most 24.
    pub(super) fn put(&mut self, value: u32, width: u32) {
        self.open = self.open << width | value & ((1 << width) - 1);
        self.count += width;
        while self.count >= 8 {
            self.count -= 8;
            self.bytes.push((self.open >> self.count & 0xFF).to_le_bytes()[0]);
        }
        self.open &= (1 << self.count) - 1;
    }

    /// A number as Exp-Golomb codes it: so many zeros in front as it has digits behind its first.
    pub(super) fn golomb(&mut self, value: u32) {
        let digits = (value + 1).ilog2();
        self.put(0, digits);
        self.put(value + 1, digits + 1);
    }

    /// Fills the last byte up with `bit`.
    pub(super) fn close(&mut self, bit: bool) {
        let missing = (8 - self.count) % 8;
        self.put(if bit { 0xFF } else { 0 }, missing);
    }
}

/// Writes the lowest bit of a byte first.
#[derive(Debug, Default)]
pub(super) struct Low {
    pub(super) bytes: Vec<u8>,
    open: u32,
    count: u32,
}

impl Low {
    /// The `width` lowest bits of `value`, at most 24.
    pub(super) fn put(&mut self, value: u32, width: u32) {
        self.open |= (value & ((1 << width) - 1)) << self.count;
        self.count += width;
        while self.count >= 8 {
            self.bytes.push(self.open.to_le_bytes()[0]);
            self.open >>= 8;
            self.count -= 8;
        }
    }

    /// Fills the last byte up with nothing.
    pub(super) fn close(&mut self) {
        if self.count > 0 {
            self.put(0, 8 - self.count);
        }
    }
}
