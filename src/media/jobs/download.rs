//! Brings one file home: complete under its name, or not there.
//!
//! The same deed is the same job: the name is chosen and remembered in the job's row before the file gets it, so a
//! run after a crash finds the finished file and does not fetch it again. A full disk is waited for and spends no
//! attempt.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::Class;
use crate::media::name::{wished, with_id};
use crate::media::part::{Finished, PartError, PartFile};
use crate::media::rights::Rights;
use crate::net::{Client, Refusal, Stream};
use crate::pace::Sending;
use crate::queue::{Job, Lease, Miss, Settled};

/// Bytes that are gathered before they are written.
const BLOCK: usize = 256 * 1024;
/// How long a full disk is waited for at a time.
const FULL: Duration = Duration::from_mins(1);

/// Fetch `url` into the library.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Download {
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// What a download counts as under limits.
pub fn sending() -> Sending {
    Sending { endpoint: "media".to_owned(), ..Sending::default() }
}

/// What a download needs.
#[derive(Clone)]
pub struct Tools {
    /// The way out.
    pub net: Client,
    /// The library's folder.
    pub dir: PathBuf,
    /// The settings as they are now.
    pub settings: Arc<dyn Fn() -> Settings + Send + Sync>,
}

/// Settings of the library that may change while running.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What files and folders are given.
    pub rights: Rights,
    /// The largest file.
    pub max_bytes: u64,
    /// Why nothing may be started now: the disk is low.
    pub closed: Option<String>,
}

/// What is remembered before the file gets its name.
#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    file: String,
    bytes: u64,
}

impl Job for Download {
    const KIND: &'static str = "download";
    const LIMIT: Duration = Duration::from_hours(6);
    type Tools = Tools;

    fn lane(&self) -> String {
        format!("download/{}", host_of(&self.url))
    }

    async fn run(self, tools: &Tools, lease: &Lease) -> Result<Settled, Miss> {
        let settings = (tools.settings)();
        if let Some(done) = already(&tools.dir, lease) {
            return Ok(done);
        }
        if let Some(why) = settings.closed {
            return Err(Miss::waiting(Class::Local, FULL, why));
        }
        let wish = self.name.clone().unwrap_or_else(|| last_segment(&self.url));
        let wish = wished(&wish).or_else(|_| wished(&lease.id().to_string()));
        let wish = wish.map_err(|bad| Miss::new(Class::Local, bad.to_string()))?;
        let stream = tools.net.open(&self.url).await?;
        if let Some(length) = stream.length.filter(|length| *length > settings.max_bytes) {
            // Never the URL itself: it may carry what opens the file for anybody.
            let why =
                format!("`{}` sends {length} bytes; `media.max_bytes` allows {}", stream.host, settings.max_bytes);
            return Err(Miss { next: crate::domain::Next::Dead, ..Miss::new(Class::Local, why) });
        }
        let part = fetch(stream, tools, lease, &settings).await?;
        finish(part, &wish, lease).await
    }
}

/// The finished file of an earlier run.
fn already(dir: &Path, lease: &Lease) -> Option<Settled> {
    let finished: Remembered = lease.remembered()?;
    let size = std::fs::metadata(dir.join(&finished.file)).ok()?.len();
    (size == finished.bytes).then(|| Settled::Done(json!({"file": finished.file, "bytes": finished.bytes})))
}

struct Fetched {
    part: PartFile,
    dir: PathBuf,
    bytes: u64,
}

async fn fetch(mut stream: Stream, tools: &Tools, lease: &Lease, settings: &Settings) -> Result<Fetched, Miss> {
    let (dir, stem, rights) = (tools.dir.clone(), lease.id().to_string(), settings.rights.clone());
    let mut part = off_thread(move || PartFile::begin(&dir, &stem, rights)).await?;
    let mut block = Vec::with_capacity(BLOCK);
    while let Some(piece) = stream.next_chunk().await? {
        if stream.received() > settings.max_bytes {
            let why = format!("the file is larger than the {} bytes of `media.max_bytes`", settings.max_bytes);
            return Err(Miss { next: crate::domain::Next::Dead, ..Miss::new(Class::Local, why) });
        }
        block.extend_from_slice(piece.as_ref());
        if block.len() >= BLOCK {
            part = write(part, std::mem::replace(&mut block, Vec::with_capacity(BLOCK))).await?;
        }
    }
    let part = write(part, block).await?;
    Ok(Fetched { part, dir: tools.dir.clone(), bytes: stream.received() })
}

async fn write(mut part: PartFile, block: Vec<u8>) -> Result<PartFile, Miss> {
    off_thread(move || part.write(&block).map(|()| part)).await
}

/// Names the file. Others may finish at the same moment under the same name: then the one with our id is ours alone.
async fn finish(fetched: Fetched, wish: &str, lease: &Lease) -> Result<Settled, Miss> {
    let Fetched { mut part, dir, bytes } = fetched;
    let ours = with_id(wish, &lease.id().to_string());
    for file in [wish, &ours] {
        if dir.join(file).exists() {
            continue;
        }
        lease.remember(&Remembered { file: file.to_owned(), bytes }).await?;
        let name = file.to_owned();
        match off_thread(move || part.finish(&name)).await? {
            Finished::Named(_) => return Ok(Settled::Done(json!({"file": file, "bytes": bytes}))),
            Finished::Taken(back) => part = back,
        }
    }
    Err(Miss::new(Class::Local, format!("`{wish}` and `{ours}` are taken in `{}`", dir.display())))
}

/// Work on files leaves the threads that everyone shares.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PartError> + Send + 'static,
) -> Result<T, Miss> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(Miss::from),
        Err(panicked) => Err(Miss::new(Class::Local, format!("writing the file failed: {panicked}"))),
    }
}

impl From<PartError> for Miss {
    fn from(error: PartError) -> Self {
        match error {
            PartError::Full { .. } => Self::waiting(Class::Local, FULL, error.to_string()),
            PartError::Io { .. } => Self::new(Class::Local, error.to_string()),
        }
    }
}

impl From<Refusal> for Miss {
    fn from(refusal: Refusal) -> Self {
        let miss = Self::new(refusal.class, refusal.message).after(refusal.retry_after);
        // Who is asked to slow down is asked for all that goes there.
        if refusal.is_of_pace || refusal.class == Class::Rate { miss.for_whole_lane() } else { miss }
    }
}

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.rsplit('@').next().unwrap_or_default()
}

fn last_segment(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_gives_lane_and_name() {
        assert_eq!(host_of("https://user@cdn.example.test:8443/a/b.mp4?sig=1"), "cdn.example.test:8443");
        assert_eq!(last_segment("https://cdn.example.test/a/b.mp4?sig=/x"), "b.mp4");
    }
}
