//! Links in texts: what people paste is mostly a message around one.

/// What may stand behind a link without belonging to it.
const AFTER: &[char] = &['.', ',', ';', ':', '!', '?', '\'', '"', ')', ']', '>'];

/// Every link in `text`, in its order. A link ends at white space, and where Chinese begins.
///
/// ```
/// use radard::platform::douyin::link::links;
/// let text = "看这个 https://v.douyin.com/iPOAFMmL/复制此链接, or HTTP://a.example/x.";
/// assert_eq!(links(text), ["https://v.douyin.com/iPOAFMmL/", "HTTP://a.example/x"]);
/// ```
pub fn links(text: &str) -> Vec<&str> {
    let mut links = Vec::new();
    let mut rest = text;
    while let Some(at) = begins(rest) {
        let from = rest.get(at..).unwrap_or_default();
        let end = from.find(|c: char| c.is_ascii_whitespace() || c.is_ascii_control() || !c.is_ascii());
        let (link, after) = from.split_at(end.unwrap_or(from.len()));
        links.push(link.trim_end_matches(AFTER));
        rest = after;
    }
    links
}

/// Where the first link begins; its scheme may be written in any case.
fn begins(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let starts = |at: usize, scheme: &[u8]| {
        bytes.get(at..at + scheme.len()).is_some_and(|found| found.eq_ignore_ascii_case(scheme))
    };
    (0..bytes.len()).find(|at| starts(*at, b"http://") || starts(*at, b"https://"))
}
