//! From text to nodes, in one pass.
//!
//! The children of a list or an object stand side by side in one vector, behind all that lies deeper; they wait on a
//! second one until their parent closes. So reading allocates twice, however many lists an answer has.

use std::ops::Range;

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
    #[error("it has more than {0} bytes")]
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

/// A string between its quotes, as it was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quoted<'a> {
    pub(super) raw: &'a str,
    pub(super) escaped: bool,
}

impl Quoted<'_> {
    pub(super) const NONE: Quoted<'static> = Quoted { raw: "", escaped: false };
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'a> {
    Null,
    Bool(bool),
    Number,
    Text(Quoted<'a>),
    List(u32, u32),
    Object(u32, u32),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'a> {
    /// Its name, when it stands in an object.
    pub(super) key: Quoted<'a>,
    pub(super) kind: Kind<'a>,
    /// Where it stands in the text.
    from: u32,
    to: u32,
}

/// A text that was read.
#[derive(Debug)]
pub struct Json<'a> {
    pub(super) text: &'a str,
    nodes: Vec<Node<'a>>,
    pub(super) root: Node<'a>,
}

impl<'a> Json<'a> {
    /// Reads `bytes` under `caps`.
    pub fn parse(bytes: &'a [u8], caps: Caps) -> Result<Self, BadJson> {
        if bytes.len() > caps.bytes.min(LONGEST) {
            return Err(BadJson::TooLong(caps.bytes.min(LONGEST)));
        }
        let text = str::from_utf8(bytes).map_err(|error| BadJson::NotUtf8(error.valid_up_to()))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // A value of an answer takes about twenty bytes; a text of shorter ones grows the vector a few times.
        let nodes = Vec::with_capacity((text.len() / 20).min(caps.values));
        let mut reader = Reader { text, at: 0, caps, deep: 0, nodes, open: Vec::new() };
        reader.skip_white();
        let root = reader.value(Quoted::NONE)?;
        reader.skip_white();
        if reader.at < text.len() {
            return Err(BadJson::Syntax(reader.at));
        }
        Ok(Self { text, nodes: reader.nodes, root })
    }

    pub(super) fn children(&self, from: u32, count: u32) -> &[Node<'a>] {
        let from = wide(from);
        self.nodes.get(from..from + wide(count)).unwrap_or_default()
    }

    pub(super) fn raw(&self, node: &Node<'a>) -> &'a str {
        self.text.get(wide(node.from)..wide(node.to)).unwrap_or_default()
    }
}

/// No text is longer: places in it are kept in 32 bits.
const LONGEST: usize = 1 << 30;

fn wide(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    caps: Caps,
    deep: usize,
    /// Children whose parent has closed.
    nodes: Vec<Node<'a>>,
    /// Children whose parent is open.
    open: Vec<Node<'a>>,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
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

    fn value(&mut self, key: Quoted<'a>) -> Result<Node<'a>, BadJson> {
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
        Ok(Node { key, kind, from: narrow(from), to: narrow(self.at) })
    }

    fn word(&mut self, word: &str, kind: Kind<'a>) -> Result<Kind<'a>, BadJson> {
        for byte in word.bytes() {
            self.expect(byte)?;
        }
        Ok(kind)
    }

    fn number(&mut self) -> Result<Kind<'a>, BadJson> {
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

    fn string(&mut self) -> Result<Quoted<'a>, BadJson> {
        self.expect(b'"')?;
        let (from, mut escaped) = (self.at, false);
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.at += 1;
                    self.escape()?;
                }
                Some(0x20..) => self.at += 1,
                _ => return Err(self.wrong()),
            }
        }
        let raw = self.text.get(from..self.at).unwrap_or_default();
        self.at += 1;
        Ok(Quoted { raw, escaped })
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

    fn object(&mut self) -> Result<Kind<'a>, BadJson> {
        let Range { start, end } = self.between((b'}', self.caps.members), |reader| {
            let key = reader.string()?;
            reader.skip_white();
            reader.expect(b':')?;
            reader.skip_white();
            reader.value(key)
        })?;
        Ok(Kind::Object(start, end - start))
    }

    fn list(&mut self) -> Result<Kind<'a>, BadJson> {
        let Range { start, end } = self.between((b']', usize::MAX), |reader| reader.value(Quoted::NONE))?;
        Ok(Kind::List(start, end - start))
    }

    /// At most so many children with commas between them, up to `close`; gives their places.
    fn between(
        &mut self,
        (close, most): (u8, usize),
        child: impl Fn(&mut Self) -> Result<Node<'a>, BadJson>,
    ) -> Result<Range<u32>, BadJson> {
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
        Ok(narrow(from)..narrow(self.nodes.len()))
    }
}
