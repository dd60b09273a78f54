//! Secrets: what they are called, and where each was found.
//!
//! A secret comes from systemd's credential, else from the file named under `[secrets]`, else from the environment
//! under the name that older systems used, which earns a warning. The value is never written in a setting, and never
//! appears in a problem, a warning or an origin.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::draft::Draft;
use super::kind::Form;
use super::place::{Origin, Place};
use super::sources::{Sources, Unreadable};
use super::value::Value;
use crate::domain::Secret;

/// A secret that radard knows what to do with.
#[derive(Debug, Clone, Copy)]
pub struct Credential {
    /// Its name, for systemd and under `[secrets]`.
    pub name: &'static str,
    /// One sentence for people.
    pub doc: &'static str,
}

/// All secrets by name.
pub const CREDENTIALS: &[Credential] = &[
    Credential { name: "store-url", doc: "The whole postgres:// URL of the database, with its password." },
    Credential { name: "vault-key", doc: "The key that seals secrets at rest." },
    Credential {
        name: "proxy-logins",
        doc: "Logins at proxies, one in a line: a profile's name, a space, USER:PASSWORD.",
    },
    Credential {
        name: "douyin-device-report",
        doc: "A device report recorded from a browser, with which real request tokens are asked for.",
    },
    Credential {
        name: "douyin-cookies",
        doc: "Cookies of logins at Douyin, one in a line: a profile's name, a space, the Cookie header.",
    },
    Credential { name: "weekly-token", doc: "The bearer token of the weekly report's trigger." },
    Credential { name: "tiktok-client-key", doc: "The client key of the TikTok app." },
    Credential { name: "tiktok-client-secret", doc: "The client secret of the TikTok app." },
    Credential { name: "tiktok-app-key", doc: "The app key of the TikTok Shop app." },
    Credential { name: "tiktok-app-secret", doc: "The app secret of the TikTok Shop app." },
    Credential { name: "tiktok-ads-cookie", doc: "The cookie of a signed-in Creative Radar browser." },
    Credential { name: "tiktok-ads-user-sign", doc: "The user-sign header of that browser." },
];

/// The names of older systems, and the credential that each is now; nothing where no part of radard takes it yet.
const OLD_NAMES: &[(&str, Option<&str>)] = &[
    ("TIKTOK_ADS_COOKIE", Some("tiktok-ads-cookie")),
    ("TIKTOK_ADS_COUNTRY_CODE", None),
    ("TIKTOK_ADS_SESSION_DIR", None),
    ("TIKTOK_ADS_USER_SIGN", Some("tiktok-ads-user-sign")),
    ("TIKTOK_ADS_WEB_ID", None),
    ("TIKTOK_APP_KEY", Some("tiktok-app-key")),
    ("TIKTOK_APP_SECRET", Some("tiktok-app-secret")),
    ("TIKTOK_CLIENT_KEY", Some("tiktok-client-key")),
    ("TIKTOK_CLIENT_SECRET", Some("tiktok-client-secret")),
    ("TIKTOK_REDIRECT_URI", None),
    ("WEEKLY_TOKEN", Some("weekly-token")),
];

/// The path of a secret's file. A refusal never repeats it: a secret may have been written in its place.
pub(super) const SECRET_PATH: Form = Form {
    wanted: "the absolute path of a file that holds the secret, such as \"/etc/radard/weekly-token\"",
    open: false,
    read: |text| {
        if text.starts_with('/') && !text.contains(char::is_control) {
            Ok(Value::Text(text.to_owned()))
        } else {
            Err("it is no absolute path; a secret itself is never written here".to_owned())
        }
    },
};

/// Notes that the secret called `name` is in the file at `path`.
pub(super) fn name_file(draft: &mut Draft, name: &'static str, path: &str, place: Place) {
    draft.secret_paths.insert(name, (PathBuf::from(path), place));
}

/// The secrets that were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Secrets(BTreeMap<&'static str, Given>);

/// A secret, and whether only an old name of the environment gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Given {
    secret: Secret<String>,
    is_old: bool,
}

impl Secrets {
    /// The secret called `name`, when it was given.
    pub fn get(&self, name: &str) -> Option<&Secret<String>> {
        self.0.get(name).map(|given| &given.secret)
    }

    /// All that were given, by name: for the log filter, which must know them.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Secret<String>)> {
        self.0.iter().map(|(name, given)| (*name, &given.secret))
    }

    /// Whether systemd or a file gave `name`: then nothing that is kept elsewhere counts.
    pub fn is_settled(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|given| !given.is_old)
    }

    /// Takes what is kept elsewhere under `name`, unless systemd or a file gave it.
    pub fn fill(&mut self, name: &'static str, secret: Secret<String>) {
        if !self.is_settled(name) {
            self.0.insert(name, Given { secret, is_old: false });
        }
    }
}

/// Finds each secret, and says where it was or why it could not be had.
pub(super) fn collect(sources: &Sources, draft: &mut Draft) -> (Secrets, Vec<Origin>) {
    let mut secrets = Secrets::default();
    let mut origins = Vec::new();
    for credential in CREDENTIALS {
        let found = given(sources, draft, credential.name).or_else(|| {
            let (old, _) = OLD_NAMES.iter().find(|(_, now)| *now == Some(credential.name))?;
            let value = sources.env.get(*old).filter(|value| !value.is_empty())?;
            Some((Ok(Secret::new(value.clone())), Place::Environment { name: (*old).to_owned() }))
        });
        let key = format!("secrets.{}", credential.name);
        match found {
            None => {}
            Some((Err(why), place)) => {
                draft.problem(&place, &key, format!("{key} is not there: {why}"), why.advice());
            }
            Some((Ok(secret), place)) => {
                let is_old =
                    matches!(place, Place::Environment { .. }) && !draft.secret_paths.contains_key(credential.name);
                secrets.0.insert(credential.name, Given { secret, is_old });
                origins.push(Origin { key, value: "set".to_owned(), place });
            }
        }
    }
    warn_of_old_names(sources, draft, &secrets);
    (secrets, origins)
}

/// The credential from systemd, else from the file that the settings name.
fn given(sources: &Sources, draft: &Draft, name: &str) -> Option<(Result<Secret<String>, Unreadable>, Place)> {
    if let Some(held) = sources.credentials.get(name) {
        return Some((held.clone(), Place::Credential { name: name.to_owned() }));
    }
    let (path, place) = draft.secret_paths.get(name)?;
    let unread = || Err(Unreadable::Refused("nobody has read it".to_owned()));
    Some((sources.secret_files.get(path).cloned().unwrap_or_else(unread), place.clone()))
}

fn warn_of_old_names(sources: &Sources, draft: &mut Draft, secrets: &Secrets) {
    for (old, now) in OLD_NAMES {
        let Some(value) = sources.env.get(*old).filter(|value| !value.is_empty()) else { continue };
        draft.warnings.push(match now {
            None => format!("environment {old} is not used: no part of this build takes it"),
            Some(name) if secrets.get(name).is_some_and(|held| held.reveal() != value) => {
                format!("environment {old} is not used: the credential `{name}` says otherwise; unset {old}")
            }
            Some(name) => format!(
                "environment {old} is an old name: use the credential `{name}` (systemd, or a file under [secrets])"
            ),
        });
    }
}
