//! Lets a page of a platform sign once a day and compares that with our own signature, so that a new version of the site's
//! script is known before requests are refused. A second run costs one page and one request, and changes nothing.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::config::Current;
use crate::domain::{AlarmName, Class, Miss, Platform};
use crate::platform::signer::Compared;
use crate::queue::{Job, Lease, Settled};
use crate::session::fetch::Fetcher;
use crate::session::profiles::Profiles;
use crate::store::alarms::{Raise, Severity};
use crate::store::{Error, Store, alarms};

/// Compare signatures of `platform`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompareSignatures {
    pub(in crate::session) platform: Signs,
}

/// A platform whose pages sign their requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signs {
    /// Douyin.
    Douyin,
    /// The Creative Center of TikTok.
    CreativeRadar,
}

impl Signs {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Douyin, Self::CreativeRadar];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Douyin => Platform::Douyin.as_str(),
            Self::CreativeRadar => Platform::CreativeRadar.as_str(),
        }
    }

    /// The lane in which its signatures are compared.
    pub fn lane(self) -> String {
        format!("{}/compare", self.as_str())
    }
}

/// What comparing needs.
#[derive(Clone)]
pub struct Tools {
    /// Where alarms are.
    pub store: Store,
    /// Which profiles there are.
    pub current: Current,
    /// Asks Douyin.
    pub fetcher: Fetcher,
    /// Opens pages of the Creative Center.
    pub profiles: Profiles,
}

impl Job for CompareSignatures {
    const KIND: &'static str = "compare_signatures";
    type Tools = Tools;

    fn lane(&self) -> String {
        self.platform.lane()
    }

    async fn run(self, tools: &Tools, _lease: &Lease) -> Result<Settled, Miss> {
        let settings = tools.current.now();
        let profile = settings.profiles.iter().find(|profile| profile.platform.as_str() == self.platform.as_str());
        let Some(profile) = profile else {
            let why = format!("there is no profile of {}", self.platform.as_str());
            return Ok(Settled::Done(json!({"skipped": why})));
        };
        let compared = match self.platform {
            Signs::Douyin => Box::pin(tools.fetcher.compare()).await?,
            Signs::CreativeRadar => Box::pin(tools.profiles.compare(profile)).await?,
        };
        let different = match compared {
            Compared::Skipped(why) => return Ok(Settled::Done(json!({"skipped": why}))),
            Compared::Differs(different) => different,
        };
        let subject = self.platform.as_str();
        let raise = Raise {
            name: AlarmName::SignatureDiffers,
            subject: subject.to_owned(),
            severity: Severity::Warning,
            class: Class::Signature,
            detail: format!("a page of the site signs in another way: {}", different.join(", ")),
        };
        let is_same = different.is_empty();
        let told = tools.store.write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                if is_same {
                    alarms::close(tx, AlarmName::SignatureDiffers, subject).await
                } else {
                    alarms::raise(tx, &raise).await
                }
            })
        });
        told.await?;
        Ok(Settled::Done(json!({"differs": different})))
    }
}
