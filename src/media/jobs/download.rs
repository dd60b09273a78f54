//! Brings one file home: complete under its name, or not there.
//!
//! The same deed is the same job: the name and the hash of the file are remembered in the job's row before the file
//! gets its name, so a run after a crash recognises its own finished file and does not fetch it again. What is not
//! finished is taken up again (`grow`). A file of another type than was asked for is refused before any of it is
//! written. A disk without room is waited for and spends no attempt.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::grow::{Growing, Order, Remembered, fetch};
use super::tools::{LOW, Tools, off_thread};
use crate::advice;
use crate::domain::{Class, Miss};
use crate::media::format::Wanted;
use crate::media::name::{wished, with_id};
use crate::media::part::{Finished, Written, is_named, is_whole, path_of};
use crate::net::authority_of;
use crate::pace::Sending;
use crate::queue::{Hopeless, Job, Lease, OpenTo, Settled};

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

impl Job for Download {
    const KIND: &'static str = "download";
    const LIMIT: Duration = Duration::from_hours(6);
    const OPEN_TO: OpenTo = OpenTo::Scripts;
    type Tools = Tools;

    fn lane(&self) -> String {
        format!("download/{}", authority_of(&self.url).unwrap_or_default())
    }

    fn check(&self, tools: &Tools) -> Result<(), Hopeless> {
        tools.net.would_ask(&self.url).map_err(|refusal| {
            let advice = refusal.advice().cloned().unwrap_or_else(advice::net::url);
            Hopeless { why: refusal.message, advice }
        })
    }

    async fn run(self, tools: &Tools, lease: &Lease) -> Result<Settled, Miss> {
        let tools = &Tools { net: tools.net.for_lane(&self.lane()), ..tools.clone() };
        let settings = tools.settings();
        let known: Option<Remembered> = lease.remembered();
        if let Some(done) = already(tools, lease, known.as_ref()).await? {
            return Ok(done);
        }
        if let Some(why) = settings.closed {
            return Err(Miss::waiting(Class::Local, LOW, why));
        }
        let of_url = last_segment(&self.url);
        let wish = self.name.clone().unwrap_or_else(|| of_url.clone());
        let wanted = Wanted::of([&wish, &of_url]);
        let wish = wished(&wish).or_else(|_| wished(&lease.id().to_string()));
        let wish = wish.map_err(|bad| Miss::new(Class::Local, bad.to_string()))?;
        let order = Order { url: &self.url, wanted, tools, settings: &settings, lease };
        let grown = fetch(order, known.as_ref()).await?;
        finish(grown, &wish, &tools.dir, lease).await
    }
}

/// The finished file of an earlier run that died before it could say so. Name and size are not enough: another job may
/// have given the same name to a file of the same size. It is ours if our part has just got this name, or if the part is
/// away and the file has our hash.
async fn already(tools: &Tools, lease: &Lease, known: Option<&Remembered>) -> Result<Option<Settled>, Miss> {
    let Some((known, file)) = known.and_then(|known| Some((known, known.file.clone()?))) else { return Ok(None) };
    let (dir, stem, written) = (tools.dir.clone(), lease.id().to_string(), known.written());
    let (name, expected) = (file.clone(), written.clone());
    let is_ours = off_thread(move || {
        Ok(match is_named(&dir, &stem, &name) {
            Some(is_one) => {
                if is_one {
                    let _left_by_a_crash = std::fs::remove_file(path_of(&dir, &stem));
                }
                is_one
            }
            None => is_whole(&dir, &name, &expected),
        })
    });
    Ok(is_ours.await?.then(|| done(&file, &written)))
}

fn done(file: &str, written: &Written) -> Settled {
    Settled::Done(json!({"file": file, "bytes": written.bytes, "sha256": written.sha256}))
}

/// Names the file. Others may finish at the same moment under the same name: then the one with our id is ours alone.
async fn finish(mut grown: Growing<'_>, wish: &str, dir: &Path, lease: &Lease) -> Result<Settled, Miss> {
    let ours = with_id(wish, &lease.id().to_string());
    for file in [wish, &ours] {
        if dir.join(file).exists() {
            continue;
        }
        grown.name(file).await?;
        let Some(part) = grown.part.take() else { break };
        let (name, written) = (file.to_owned(), part.written());
        match off_thread(move || part.finish(&name)).await? {
            Finished::Named(_) => return Ok(done(file, &written)),
            Finished::Taken(back) => grown.part = Some(back),
        }
    }
    if let Some(part) = &mut grown.part {
        part.discard();
    }
    Err(Miss::new(Class::Local, format!("`{wish}` and `{ours}` are taken in `{}`", dir.display())))
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
        let lane = |url: &str| Download { url: url.to_owned(), name: None }.lane();
        assert_eq!(lane("https://user@cdn.example.test:8443/a/b.mp4?sig=1"), "download/cdn.example.test:8443");
        // The lane is where the request goes, however the URL is written.
        for url in ["HTTPS://CDN.example.test/a", "https:cdn.example.test/a", "https://cdn.example.test\\@other.test/a"]
        {
            assert_eq!(lane(url), "download/cdn.example.test", "{url}");
        }
        assert_eq!(last_segment("https://cdn.example.test/a/b.mp4?sig=/x"), "b.mp4");
    }
}
