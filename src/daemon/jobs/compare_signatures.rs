//! Lets a page of Douyin sign once a day and compares that with our own signature, so that a new version of the site's
//! script is known before requests are refused. Asking twice costs a page and a request more, and changes nothing.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::daemon::fetch::Fetcher;
use crate::daemon::live::Live;
use crate::domain::{Class, Platform};
use crate::platform::douyin::Compared;
use crate::queue::{Job, Lease, Miss, Settled};
use crate::store::alarms::{Raise, Severity};
use crate::store::{Error, Store, alarms, captures};

/// The alarm about a difference.
const ALARM: &str = "signature_differs";

/// Compare signatures.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::daemon) struct CompareSignatures {}

/// What comparing needs.
#[derive(Clone)]
pub(in crate::daemon) struct Tools {
    /// Where alarms are.
    pub(in crate::daemon) store: Store,
    /// Which profiles there are.
    pub(in crate::daemon) live: Live,
    /// Asks the site.
    pub(in crate::daemon) fetcher: Fetcher,
}

impl Job for CompareSignatures {
    const KIND: &'static str = "compare_signatures";
    type Tools = Tools;

    fn lane(&self) -> String {
        "douyin/compare".to_owned()
    }

    async fn run(self, tools: &Tools, _lease: &Lease) -> Result<Settled, Miss> {
        if !has_profile(tools).await? {
            return Ok(Settled::Done(json!({"skipped": "there is no profile of Douyin"})));
        }
        let different = match Box::pin(tools.fetcher.compare()).await? {
            Compared::NoBrowser => return Ok(Settled::Done(json!({"skipped": "there is no browser"}))),
            Compared::Same => Vec::new(),
            Compared::Differs(different) => different,
        };
        let raise = Raise {
            name: ALARM,
            subject: "douyin".to_owned(),
            severity: Severity::Warning,
            class: Class::Signature,
            detail: format!("a page of the site signs in another way: {}", different.join(", ")),
        };
        let is_same = different.is_empty();
        let told = tools.store.write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                if is_same { alarms::close(tx, ALARM, "douyin").await } else { alarms::raise(tx, &raise).await }
            })
        });
        told.await?;
        Ok(Settled::Done(json!({"differs": different})))
    }
}

async fn has_profile(tools: &Tools) -> Result<bool, Error> {
    if tools.live.now().profiles.iter().any(|profile| profile.platform == Platform::Douyin) {
        return Ok(true);
    }
    let made = tools.store.read::<_, Error, _>(|tx| Box::pin(captures::all(tx))).await?;
    Ok(made.iter().any(|capture| capture.platform == Platform::Douyin.as_str()))
}
