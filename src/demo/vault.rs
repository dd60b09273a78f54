//! The hunt for secrets: they are laid where secrets go, the daemon works with them, and nothing that it wrote or said may
//! hold one, nor eight characters of one, plain, in hex or in base64.

use std::collections::HashSet;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::figure::Playing;
use super::stage::Stage;
use super::trouble::{Trouble, expected};

/// The shortest piece of a secret that counts as one.
const PIECE: usize = 8;
/// Credentials that are sealed in the database.
const SEALED: [&str; 3] = ["tiktok-client-secret", "weekly-token", "proxy-logins"];

pub(super) fn leaks(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let key_file = stage.recipe.data.join("vault.key");
        let mut hunt = Hunt::default();
        // The logins that were captured before; their own files are where they belong.
        hunt.know(&stage.sim.ads_login().1);
        for (_, value) in stage.sim.login().split("; ").filter_map(|pair| pair.split_once('=')) {
            hunt.know(value);
        }
        for name in SEALED {
            let secret = hunt.lay(stage);
            stage.must(200, "PUT", &format!("/api/v1/secrets/{name}"), Some(json!({"value": secret}))).await?;
        }
        let made =
            stage.must(201, "POST", "/api/v1/keys", Some(json!({"name": "hunted", "scopes": ["jobs:write"]}))).await?;
        hunt.know(made.get("key").and_then(Value::as_str).unwrap_or_default());
        let link = stage.link().await?;
        hunt.know(link.rsplit(['/', '=']).next().unwrap_or_default());
        let id = stage.ask("probe_platform", "hunted", json!({"platform": "tiktok"})).await?;
        stage.until_state(&id, "done").await?;
        stage.must(201, "POST", "/api/v1/backups", None).await?;

        let mut said = String::new();
        for path in ["/readyz", "/api/v1/jobs", "/api/v1/lanes", "/api/v1/alarms", "/api/v1/keys", "/api/v1/secrets"] {
            said.push_str(&stage.call("GET", path, None).await?.1.to_string());
        }
        if hunt.is_in(said.as_bytes()) {
            return Err(expected("no secret in what the API says".into(), "one is there".into()));
        }
        // The key that opens them all has a file of its own, and is none of them.
        let (dir, name) = (stage.dir.clone(), key_file);
        let hunted = hunt.clone();
        let searched = tokio::task::spawn_blocking(move || hunted.through(&dir, &name)).await;
        let searched = searched.map_err(|lost| Trouble::Died(lost.to_string()))??;
        let control = hunt.is_in(format!("so it goes: {}", hunt.laid.first().cloned().unwrap_or_default()).as_bytes());
        if !control {
            return Err(expected("a hunt that finds what is there".into(), "it found nothing".into()));
        }
        Ok(json!({"secrets": hunt.laid.len(), "files": searched.0, "bytes": searched.1, "found": 0}))
    })
}

/// What is hunted for.
#[derive(Clone, Default)]
struct Hunt {
    laid: Vec<String>,
    pieces: HashSet<[u8; PIECE]>,
    in_hex: HashSet<[u8; 2 * PIECE]>,
}

impl Hunt {
    /// A new secret.
    fn lay(&mut self, stage: &Stage) -> String {
        let mut chance = [0; 32];
        stage.ambient.entropy.fill(&mut chance);
        let letter = |byte: &u8| char::from(if byte & 1 == 0 { b'a' } else { b'A' } + byte / 2 % 26);
        let (user, password) = chance.split_at(16);
        let [user, password] = [user, password].map(|half| half.iter().map(letter).collect::<String>());
        let secret = format!("{user}:{password}");
        self.know(&secret);
        secret
    }

    fn know(&mut self, secret: &str) {
        let bytes = secret.as_bytes();
        let hex: String = bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).map(char::from).collect();
        let coded = ["", "-", "--"].map(|lead| STANDARD.encode(format!("{lead}{secret}")));
        // The first and the last digits depend on the neighbours.
        let inner = coded.iter().filter_map(|coded| coded.get(4..coded.len().saturating_sub(4)));
        let plain = inner.chain([secret]).flat_map(|form| form.as_bytes().windows(PIECE));
        self.pieces.extend(plain.filter_map(|piece| <[u8; PIECE]>::try_from(piece).ok()));
        let forms = [hex.to_uppercase(), hex];
        let hex = forms.iter().flat_map(|form| form.as_bytes().windows(2 * PIECE));
        self.in_hex.extend(hex.filter_map(|piece| <[u8; 2 * PIECE]>::try_from(piece).ok()));
        self.laid.push(secret.to_owned());
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        // Most places are ruled out by their first two bytes, which is what makes forty megabytes a matter of moments.
        let plain = self.pieces.iter().map(|[a, b, ..]| u16::from_be_bytes([*a, *b]));
        let in_hex = self.in_hex.iter().map(|[a, b, ..]| u16::from_be_bytes([*a, *b]));
        let mut may_begin = vec![false; 1 << 16];
        for begin in plain.chain(in_hex) {
            may_begin.iter_mut().skip(begin.into()).take(1).for_each(|place| *place = true);
        }
        let is_piece = |at: usize| {
            let from = bytes.get(at..).unwrap_or_default();
            from.first_chunk().is_some_and(|piece| self.pieces.contains(piece))
                || from.first_chunk().is_some_and(|piece| self.in_hex.contains(piece))
        };
        let pairs = bytes.iter().zip(bytes.iter().skip(1)).enumerate();
        pairs
            .filter(|(_, (a, b))| may_begin.get(usize::from(**a) << 8 | usize::from(**b)) == Some(&true))
            .any(|(at, _)| is_piece(at))
    }

    /// Searches every file below `dir` but `spared`; gives how many, and how many bytes.
    fn through(&self, dir: &Path, spared: &Path) -> Result<(usize, usize), Trouble> {
        let failed = |source| Trouble::Io { act: "search what the daemon wrote", source };
        let (mut files, mut bytes) = (0, 0);
        for entry in std::fs::read_dir(dir).map_err(failed)?.flatten() {
            let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
            if kind.is_dir() {
                let inner = self.through(&path, spared)?;
                (files, bytes) = (files + inner.0, bytes + inner.1);
            } else if kind.is_file() && path != spared && !is_media(&path) {
                let text = std::fs::read(&path).map_err(failed)?;
                if self.is_in(&text) {
                    return Err(expected("no secret in any file".into(), format!("one is in {}", path.display())));
                }
                (files, bytes) = (files + 1, bytes + text.len());
            }
        }
        Ok((files, bytes))
    }
}

/// What came from a platform has never seen a secret of ours, and is large; the states of logins are made of secrets.
fn is_media(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "media" || part.as_os_str() == "sessions")
}
