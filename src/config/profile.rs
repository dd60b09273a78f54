//! Stored logins: the `[profile.NAME]` tables.

use toml::de::DeTable;

use super::draft::Draft;
use super::entries::{self, Entry, Shape};
use super::forms::{AGENT_OR_NONE, LOCALE_OR_NONE, NAME, PROXY, ZONE_OR_NONE};
use super::kind::Kind;
use super::place::Text;
use super::sections::Profile;
use crate::advice;
use crate::domain::Platform;

const SHAPE: Shape = Shape {
    list: "profile",
    fields: &[
        ("platform", Kind::Choice(&Platform::NAMES, &[]), None),
        ("proxy", Kind::Text(PROXY), Some("")),
        ("locale", Kind::Text(LOCALE_OR_NONE), Some("")),
        ("timezone", Kind::Text(ZONE_OR_NONE), Some("")),
        ("user_agent", Kind::Text(AGENT_OR_NONE), Some("")),
    ],
    others: &[],
};

/// Takes the tables of the file.
pub(super) fn lay(tables: &DeTable<'_>, text: &Text<'_>, draft: &mut Draft) {
    for (name, table) in tables {
        let key = format!("profile.{}", super::kind::shorten(name.get_ref()));
        if (NAME.read)(name.get_ref()).is_err() {
            let message = format!("{key} cannot be used: it is no name");
            draft.problem(&text.place(name.span().start), &key, message, advice::config::give(NAME.wanted));
            continue;
        }
        let Some((entry, _)) = entries::read_one(SHAPE, key, table, text, draft) else { continue };
        match build(name.get_ref(), &entry) {
            Ok(profile) => draft.profiles.push((profile, entry.place)),
            Err(field) => draft.unheld(&format!("{}.{field}", entry.key), &entry.place),
        }
    }
}

fn build(name: &str, entry: &Entry) -> Result<Profile, &'static str> {
    let platform: String = entry.values.typed("platform")?;
    Ok(Profile {
        name: name.to_owned(),
        platform: platform.parse().map_err(|_| "platform")?,
        proxy: entry.values.typed("proxy")?,
        locale: entry.values.typed("locale")?,
        timezone: entry.values.typed("timezone")?,
        user_agent: entry.values.typed("user_agent")?,
    })
}
