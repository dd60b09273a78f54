//! From text to nodes, in one pass.
//!
//! The children of a list or an object stand side by side in one vector, behind all that lies deeper; they wait on a
//! second one until their parent closes. So reading allocates twice, however many lists an answer has.

use crate::domain::amount::roughly_long;

/// The most that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Bytes of text.
    pub bytes: usize,
    /// Values, each list and object and what stands in it.
    pub values: usize,
    /// Lists and objects inside each other.
    pub depth: usize,
    /// Members of one object, which are looked through for every name.
    pub members: usize,
}

impl Default for Caps {
    /// Enough for any answer that was ever seen: a page of twenty posts has about three thousand values, nine deep.
    fn default() -> Self {
        Self { bytes: 8 << 20, values: 1 << 19, depth: 64, members: 1 << 12 }
    }
}

/// A text that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadJson {
    /// It is longer than the cap.
    #[error("it has more than {}", roughly_long(*.0))]
    TooLong(usize),
    /// Its values are more than the cap.
    #[error("it holds more than {0} values")]
    TooMany(usize),
    /// It is deeper than the cap.
    #[error("its lists and objects are more than {0} deep")]
    TooDeep(usize),
    /// An object has more members than the cap.
    #[error("an object in it has more than {0} members")]
    TooWide(usize),
    /// It is no text.
    #[error("it is no UTF-8 from byte {0} on")]
    NotUtf8(usize),
    /// It ends too early.
    #[error("it ends in the middle of a value")]
    Cut,
    /// It is no JSON.
    #[error("it is no JSON at byte {0}")]
    Syntax(usize),
}

/// A part of the text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) from: u32,
    pub(super) to: u32,
}

/// A string between its quotes, as it was written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Quoted {
    pub(super) at: Span,
    pub(super) escaped: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number,
    Text(Quoted),
    /// Its children.
    List(Span),
    /// Its members.
    Object(Span),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// Its name, when it stands in an object.
    pub(super) key: Quoted,
    pub(super) kind: Kind,
    /// Where it stands in the text.
    at: Span,
}

/// A text that was read.
#[derive(Debug)]
pub struct Json {
    text: String,
    nodes: Vec<Node>,
    pub(super) root: Node,
}

impl Json {
    /// Reads `bytes` under `caps`, and keeps them.
    pub fn parse(bytes: impl Into<Vec<u8>>, caps: Caps) -> Result<Self, BadJson> {
        let bytes = bytes.into();
        if bytes.len() > caps.bytes.min(LONGEST) {
            return Err(BadJson::TooLong(caps.bytes.min(LONGEST)));
        }
        let text = String::from_utf8(bytes).map_err(|bad| BadJson::NotUtf8(bad.utf8_error().valid_up_to()))?;
        // A value of an answer takes about twenty bytes; a text of shorter ones grows the vector a few times.
        let nodes = Vec::with_capacity((text.len() / 20).min(caps.values));
        let at = if text.starts_with(MARK) { MARK.len_utf8() } else { 0 };
        let mut reader = Reader { text: text.as_bytes(), at, caps, deep: 0, nodes, open: Vec::new() };
        reader.skip_white();
        let root = reader.value(Quoted::default())?;
        reader.skip_white();
        if reader.at < text.len() {
            return Err(BadJson::Syntax(reader.at));
        }
        let nodes = reader.nodes;
        Ok(Self { text, nodes, root })
    }

    pub(super) fn children(&self, Span { from, to }: Span) -> &[Node] {
        self.nodes.get(wide(from)..wide(to)).unwrap_or_default()
    }

    pub(super) fn part(&self, Span { from, to }: Span) -> &str {
        self.text.get(wide(from)..wide(to)).unwrap_or_default()
    }

    pub(super) fn raw(&self, node: &Node) -> &str {
        self.part(node.at)
    }
}

/// What some put before a text, to say in which order its bytes come.
const MARK: char = '\u{feff}';
/// No text is longer: places in it are kept in 32 bits.
const LONGEST: usize = 1 << 30;

fn wide(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn span(from: usize, to: usize) -> Span {
    Span { from: narrow(from), to: narrow(to) }
}

/// How many bytes of a string come before its end, an escape, or what may not stand in it. Eight are looked at at once:
/// most of an answer are addresses, a few hundred bytes each.
fn plain(text: &[u8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let below = |word: u64, least: u64| word.wrapping_sub(EACH * least) & !word & HIGH;
    let (words, rest) = text.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = below(word ^ (EACH * 0x22), 1) | below(word ^ (EACH * 0x5c), 1) | below(word, 0x20);
        // What is found above the first may be borrowed from it.
        if found != 0 {
            return at * 8 + wide(found.trailing_zeros() / 8);
        }
    }
    let tail = rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count();
    text.len() - rest.len() + tail
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    caps: Caps,
    deep: usize,
    /// Children whose parent has closed.
    nodes: Vec<Node>,
    /// Children whose parent is open.
    open: Vec<Node>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_white(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// What is wrong here: the text ends, or it goes on with something else.
    fn wrong(&self) -> BadJson {
        if self.at >= self.text.len() { BadJson::Cut } else { BadJson::Syntax(self.at) }
    }

    fn expect(&mut self, byte: u8) -> Result<(), BadJson> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(self.wrong())
    }

    fn value(&mut self, key: Quoted) -> Result<Node, BadJson> {
        let from = self.at;
        let kind = match self.peek() {
            Some(b'"') => Kind::Text(self.string()?),
            Some(b'{') => self.object()?,
            Some(b'[') => self.list()?,
            Some(b't') => self.word("true", Kind::Bool(true))?,
            Some(b'f') => self.word("false", Kind::Bool(false))?,
            Some(b'n') => self.word("null", Kind::Null)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => return Err(self.wrong()),
        };
        Ok(Node { key, kind, at: span(from, self.at) })
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<Kind, BadJson> {
        for byte in word.bytes() {
            self.expect(byte)?;
        }
        Ok(kind)
    }

    fn number(&mut self) -> Result<Kind, BadJson> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Kind::Number)
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), BadJson> {
        let first = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == first { Err(self.wrong()) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<Quoted, BadJson> {
        self.expect(b'"')?;
        let (from, mut escaped) = (self.at, false);
        loop {
            self.at += plain(self.text.get(self.at..).unwrap_or_default());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.at += 1;
                    self.escape()?;
                }
                _ => return Err(self.wrong()),
            }
        }
        let at = span(from, self.at);
        self.at += 1;
        Ok(Quoted { at, escaped })
    }

    fn escape(&mut self) -> Result<(), BadJson> {
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                        return Err(self.wrong());
                    }
                    self.at += 1;
                }
            }
            _ => return Err(self.wrong()),
        }
        Ok(())
    }

    fn object(&mut self) -> Result<Kind, BadJson> {
        let members = self.between(b'}', self.caps.members, |reader| {
            let key = reader.string()?;
            reader.skip_white();
            reader.expect(b':')?;
            reader.skip_white();
            reader.value(key)
        })?;
        Ok(Kind::Object(members))
    }

    fn list(&mut self) -> Result<Kind, BadJson> {
        Ok(Kind::List(self.between(b']', usize::MAX, |reader| reader.value(Quoted::default()))?))
    }

    /// At most so many children with commas between them, up to `close`; gives their places.
    fn between(
        &mut self,
        close: u8,
        most: usize,
        child: impl Fn(&mut Self) -> Result<Node, BadJson>,
    ) -> Result<Span, BadJson> {
        self.deep += 1;
        if self.deep > self.caps.depth {
            return Err(BadJson::TooDeep(self.caps.depth));
        }
        let waiting = self.open.len();
        self.at += 1;
        self.skip_white();
        while self.peek() != Some(close) {
            if self.open.len() > waiting {
                self.expect(b',')?;
                self.skip_white();
            }
            let node = child(self)?;
            if self.open.len() - waiting >= most {
                return Err(BadJson::TooWide(most));
            }
            if self.nodes.len() + self.open.len() >= self.caps.values {
                return Err(BadJson::TooMany(self.caps.values));
            }
            self.open.push(node);
            self.skip_white();
        }
        self.at += 1;
        self.deep -= 1;
        let from = self.nodes.len();
        self.nodes.extend(self.open.drain(waiting..));
        Ok(span(from, self.nodes.len()))
    }
}
