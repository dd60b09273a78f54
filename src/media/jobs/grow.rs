//! Fetches the bytes of a file into its part, and goes on behind what an earlier run kept.
//!
//! How far it has come is remembered about once a second, with the hash of all that is written and what names the
//! version of the file at its server. A later run asks for the rest of that version only (`If-Range`). Whatever does
//! not certainly fit behind the kept bytes is fetched from the beginning: two versions are never joined.
//!
//! Only growth beyond what any run had counts as progress. A file that a server gives only from the beginning, and
//! whose download kills the process at the same place each time, is poison.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::tools::{Settings, Tools, off_thread};
use crate::domain::amount::roughly_size;
use crate::domain::{Class, Miss, Next};
use crate::media::format::{HEAD, Wanted};
use crate::media::part::{PartError, PartFile, Written};
use crate::media::space::Claim;
use crate::net::{Ask, Refusal, Share, Stream};
use crate::queue::Lease;

/// Bytes that are gathered before they are written.
const BLOCK: usize = 256 * 1024;
/// A kill costs at most so much of a fast download…
const STEP: u64 = 1 << 20;
/// …or what came in so long a time; it is not remembered more often, because each time syncs the disk.
const SOON: Duration = Duration::from_millis(250);
/// What is said where work on the part broke off earlier.
const LOST: &str = "writing the file failed";
/// A slow download is remembered so often.
const LATE: Duration = Duration::from_secs(2);

/// What a download remembers between runs. What earlier versions remembered has no hash and is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Remembered {
    pub(super) bytes: u64,
    pub(super) sha256: String,
    /// The most bytes that any run had.
    pub(super) most: u64,
    /// The version of the file at its server, when the server tells versions apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<Version>,
    /// The name that the whole file is about to get.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
}

/// One version of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Version {
    validator: String,
    total: u64,
}

impl Remembered {
    pub(super) fn written(&self) -> Written {
        Written { bytes: self.bytes, sha256: self.sha256.clone() }
    }

    /// Whether all of the file is written.
    fn is_whole(&self) -> bool {
        self.file.is_some() || self.version.as_ref().is_some_and(|version| version.total == self.bytes)
    }
}

/// What is fetched, and for whom.
#[derive(Clone, Copy)]
pub(super) struct Order<'a> {
    pub(super) url: &'a str,
    pub(super) wanted: Wanted,
    pub(super) tools: &'a Tools,
    pub(super) settings: &'a Settings,
    pub(super) lease: &'a Lease,
}

/// A part that grows.
pub(super) struct Growing<'a> {
    order: Order<'a>,
    /// Away while it is worked on, and when that broke off.
    pub(super) part: Option<PartFile>,
    /// How many bytes stand in it.
    pub(super) bytes: u64,
    version: Option<Version>,
    most: u64,
    /// What it still needs of the disk; nothing when all of it is there.
    claim: Option<Claim>,
    block: Vec<u8>,
    /// How many bytes were remembered last, and when.
    saved: (u64, Duration),
}

/// What brings the bytes that are still missing.
enum Way {
    /// The rest of the kept version.
    Rest(Stream),
    /// All of the file.
    Anew(Stream),
}

/// Fetches the whole file into its part.
pub(super) async fn fetch<'o>(order: Order<'o>, known: Option<&Remembered>) -> Result<Growing<'o>, Miss> {
    let Order { tools, settings, lease, .. } = order;
    let (stem, most) = (lease.id().to_string(), known.map_or(0, |known| known.most));
    let kept = match known.filter(|known| known.bytes > 0 && (known.version.is_some() || known.file.is_some())) {
        Some(known) => {
            let (dir, stem, rights, written) =
                (tools.dir.clone(), stem.clone(), settings.rights.clone(), known.written());
            let part = off_thread(move || Ok(PartFile::resume(&dir, &stem, rights, &written))).await?;
            part.map(|part| (known, part))
        }
        None => None,
    };
    let growing = |part, version, bytes| {
        let saved = (bytes, tools.net.clock().steady());
        Growing { order, part: Some(part), bytes, version, most, block: Vec::with_capacity(BLOCK), saved, claim: None }
    };
    let (way, kept) = match kept {
        Some((known, part)) if known.is_whole() => return Ok(growing(part, known.version.clone(), known.bytes)),
        Some((known, part)) => (ask_rest(order, known).await?, Some((known, part))),
        None => (Way::Anew(open(order).await?), None),
    };
    match (way, kept) {
        (Way::Rest(stream), Some((known, part))) => {
            let mut growing = growing(part, known.version.clone(), known.bytes);
            growing.claim = Some(claim(order, stream.length).await?);
            growing.receive(stream).await?;
            Ok(growing)
        }
        (Way::Rest(stream) | Way::Anew(stream), _) => {
            let (stream, head) = judged(order, stream).await?;
            let claim = claim(order, stream.length).await?;
            let version = stream.validator().zip(stream.length);
            let version = version.map(|(validator, total)| Version { validator, total });
            let (dir, rights): (PathBuf, _) = (tools.dir.clone(), settings.rights.clone());
            let part = off_thread(move || PartFile::begin(&dir, &stem, rights)).await?;
            let mut growing = Growing { claim: Some(claim), ..growing(part, version, 0) };
            growing.block.extend_from_slice(&head);
            growing.receive(stream).await?;
            Ok(growing)
        }
    }
}

/// Opens the whole file.
async fn open(order: Order<'_>) -> Result<Stream, Miss> {
    let stream = order.tools.net.open(order.url).await?;
    if stream.share() != Share::Whole {
        let why = "it sends a part of the file, and the whole file was asked for";
        return Err(Refusal::new(Class::Schema, &stream.host, why).into());
    }
    Ok(stream)
}

/// Asks for what stands behind the kept bytes. Anything but exactly that leads to the whole file.
async fn ask_rest(order: Order<'_>, known: &Remembered) -> Result<Way, Miss> {
    let Some(version) = &known.version else { return Ok(Way::Anew(open(order).await?)) };
    let range = format!("bytes={}-", known.bytes);
    let ask = Ask::get(order.url).header("range", &range).header("if-range", &version.validator);
    match order.tools.net.open(ask).await {
        Ok(stream) => match stream.share() {
            Share::Whole => Ok(Way::Anew(stream)),
            Share::Rest { from, total }
                if (from, total) == (known.bytes, version.total)
                    && stream.validator().is_some_and(|validator| validator == version.validator) =>
            {
                Ok(Way::Rest(stream))
            }
            Share::Rest { .. } | Share::Other => {
                drop(stream);
                Ok(Way::Anew(open(order).await?))
            }
        },
        // The server cannot give a part, or there is none behind these bytes any more.
        Err(refusal) if refusal.class == Class::Schema => Ok(Way::Anew(open(order).await?)),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Claims the space that the rest of the file needs.
async fn claim(order: Order<'_>, length: Option<u64>) -> Result<Claim, Miss> {
    let (claims, disk) = (order.tools.claims.clone(), order.tools.disk(order.settings));
    off_thread(move || Ok(claims.claim(&disk, length)?)).await
}

/// Reads the first bytes of a file and refuses it if they are not what was asked for, before any of it is written.
async fn judged(order: Order<'_>, mut stream: Stream) -> Result<(Stream, Vec<u8>), Miss> {
    if let Some(length) = stream.length.filter(|length| *length > order.settings.max_bytes) {
        // Never the URL itself: it may carry what opens the file for anybody.
        let why = format!(
            "`{}` sends {}; `media.max_bytes` allows {}",
            stream.host,
            roughly_size(length),
            roughly_size(order.settings.max_bytes)
        );
        return Err(Miss { next: Next::Dead, ..Miss::new(Class::Local, why) });
    }
    let mut head = Vec::new();
    while head.len() < HEAD
        && let Some(piece) = stream.next_chunk().await?
    {
        head.extend_from_slice(piece.as_ref());
    }
    match order.wanted.check(stream.content_type(), head.get(..HEAD).unwrap_or(&head)) {
        Ok(()) => Ok((stream, head)),
        Err(wrong) => Err(Refusal::new(wrong.class, &stream.host, wrong.why).into()),
    }
}

impl Growing<'_> {
    /// Receives all that `stream` brings.
    async fn receive(&mut self, mut stream: Stream) -> Result<(), Miss> {
        loop {
            let piece = match self.next(&mut stream).await {
                // Nothing comes for a while: what is here is remembered meanwhile.
                None => {
                    self.save().await?;
                    continue;
                }
                Some(Ok(piece)) => piece,
                Some(Err(refusal)) => {
                    // What came is kept for the next attempt.
                    self.save().await?;
                    return Err(refusal.into());
                }
            };
            let Some(piece) = piece else { break };
            self.block.extend_from_slice(piece.as_ref());
            self.check_size()?;
            if self.block.len() >= BLOCK {
                self.write().await?;
            }
            if self.is_due() {
                self.save().await?;
            }
        }
        self.check_size()?;
        self.write().await?;
        if let Some(total) = self.version.as_ref().map(|version| version.total).filter(|total| *total != self.bytes) {
            self.discard();
            let why = format!("it sent {} of a file that has {}", roughly_size(self.bytes), roughly_size(total));
            return Err(Refusal::new(Class::Network, &stream.host, why).into());
        }
        Ok(())
    }

    /// The next piece; `None` when it is time to remember what has come before.
    async fn next(
        &self,
        stream: &mut Stream,
    ) -> Option<Result<Option<impl AsRef<[u8]> + Send + 'static + use<>>, Refusal>> {
        if self.here() == self.saved.0 {
            return Some(stream.next_chunk().await);
        }
        self.order.tools.net.clock().limit(LATE, stream.next_chunk()).await.ok()
    }

    fn here(&self) -> u64 {
        self.bytes.saturating_add(u64::try_from(self.block.len()).unwrap_or(u64::MAX))
    }

    fn check_size(&mut self) -> Result<(), Miss> {
        let most = self.order.settings.max_bytes;
        if self.here() <= most {
            return Ok(());
        }
        self.discard();
        let why = format!("the file is larger than the {} of `media.max_bytes`", roughly_size(most));
        Err(Miss { next: Next::Dead, ..Miss::new(Class::Local, why) })
    }

    fn is_due(&self) -> bool {
        let (bytes, at) = self.saved;
        let waited = self.order.tools.net.clock().steady().saturating_sub(at);
        let new = self.here().saturating_sub(bytes);
        (new >= STEP && waited >= SOON) || (new > 0 && waited >= LATE)
    }

    async fn write(&mut self) -> Result<(), Miss> {
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
        let new = u64::try_from(block.len()).unwrap_or(u64::MAX);
        let disk = self.order.tools.disk(self.order.settings);
        self.on_disk(move |part| {
            disk.check()?;
            part.write(&block)
        })
        .await?;
        if let Some(claim) = &mut self.claim {
            claim.wrote(new);
        }
        self.bytes = self.bytes.saturating_add(new);
        Ok(())
    }

    fn discard(&mut self) {
        if let Some(part) = &mut self.part {
            part.discard();
        }
    }

    /// Work on the part, off the threads that everyone shares.
    async fn on_disk(
        &mut self,
        work: impl FnOnce(&mut PartFile) -> Result<(), PartError> + Send + 'static,
    ) -> Result<(), Miss> {
        let mut part = self.part.take().ok_or_else(|| Miss::new(Class::Local, LOST))?;
        self.part = Some(off_thread(move || work(&mut part).map(|()| part)).await?);
        Ok(())
    }

    /// Writes what has come and remembers it.
    async fn save(&mut self) -> Result<(), Miss> {
        if self.here() == self.saved.0 {
            return Ok(());
        }
        self.write().await?;
        if self.version.is_some() {
            self.on_disk(PartFile::keep).await?;
        }
        self.remember(None).await
    }

    /// Puts all of the file onto the disk, and remembers the name that it is about to get.
    pub(super) async fn name(&mut self, file: &str) -> Result<(), Miss> {
        self.on_disk(PartFile::keep).await?;
        self.remember(Some(file)).await
    }

    async fn remember(&mut self, file: Option<&str>) -> Result<(), Miss> {
        let written = self.part.as_ref().map(PartFile::written);
        let Written { bytes, sha256 } = written.ok_or_else(|| Miss::new(Class::Local, LOST))?;
        let has_grown = bytes > self.most;
        self.most = self.most.max(bytes);
        let (version, file) = (self.version.clone(), file.map(str::to_owned));
        let state = Remembered { bytes, sha256, most: self.most, version, file };
        let lease = self.order.lease;
        let remembered = if has_grown { lease.remember(&state).await } else { lease.note(&state).await };
        if remembered.is_err() {
            self.discard();
        }
        self.saved = (bytes, self.order.tools.net.clock().steady());
        Ok(remembered?)
    }
}
