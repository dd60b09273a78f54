//! What hostile bytes are thrown at: every reader of outside text, by name.
//!
//! Each target reads its bytes, and asserts what must hold of whatever came out; a panic is a finding. The same targets
//! run over their corpus in the ordinary tests, and guided by coverage in the long ones (`tests/fuzz`).

use radard::media::{Template, component};
use radard::platform::douyin::link::{Link, find_any, links};
use radard::platform::douyin::{ENDPOINTS, Reading, user_post};
use radard::wire::json::{Caps, Json};
use radard::wire::{cookie, lrc};

/// A reader under fire.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// Every target.
pub(crate) const TARGETS: [Target; 6] = [
    ("json", json),
    ("models", models),
    ("links", read_links),
    ("lyrics", lyrics),
    ("templates", templates),
    ("cookies", cookies),
];

/// What is read reads again from its own text.
fn json(bytes: &[u8]) {
    if let Ok(json) = Json::parse(bytes, Caps::default()) {
        let raw = json.root().raw();
        let again = Json::parse(raw.as_bytes(), Caps::default());
        assert!(again.is_ok_and(|again| again.root().raw() == raw));
        for value in json.root().items() {
            assert!(raw.contains(value.raw()));
            let _ = (value.text(), value.name(), value.whole());
        }
    }
}

/// The first byte chooses the endpoint; what it reads has each of its fields.
fn models(bytes: &[u8]) {
    let Some((choice, body)) = bytes.split_first() else { return };
    let Some(endpoint) = ENDPOINTS.get(usize::from(*choice) % ENDPOINTS.len()) else { return };
    if let Ok(read) = (endpoint.read)(body) {
        assert!(read.is_object() || read.is_null());
    }
    if let Ok(page) = Reading::<user_post::Answer>::of(body) {
        assert_eq!(page.to_list().len(), page.content.len);
        assert_eq!(page.raw_rows().count(), page.content.len);
    }
}

/// An id never leads anywhere.
fn read_links(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for link in links(&text) {
        if let Ok(found) = Link::parse(link).and_then(|link| find_any(&link)) {
            assert!(!found.id.is_empty() && found.id.len() <= 300 && !found.id.contains(['/', '%', '?', '#', '&']));
        }
    }
}

/// A line stays a line.
fn lyrics(bytes: &[u8]) {
    if let Ok(lrc) = lrc::to_lrc(bytes) {
        assert!(lrc.is_empty() || lrc.lines().all(|line| line.starts_with('[')));
    }
}

/// The first line is the template, the rest is what every field says.
fn templates(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (template, value) = text.split_once('\n').unwrap_or((&text, ""));
    if let Ok(template) = Template::parse(template, &["more"]) {
        let name = template.name(|_| Some(value));
        assert_eq!(component(&name), name);
        assert!(name.len() <= 230 && !name.contains(['/', '\0']));
    }
}

/// What is read can be written again.
fn cookies(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(pairs) = cookie::read(&text) {
        assert!(pairs.iter().all(|(name, value)| !name.contains(';') && !value.contains(';')));
    }
    if let Some((name, value)) = cookie::read_set(&text) {
        assert!(!name.is_empty() && !value.contains(';'));
    }
}
