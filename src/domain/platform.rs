//! The platforms by name, with one text form for SQL, JSON, config, logs and pages.

use std::fmt;
use std::str::FromStr;

/// A platform that radard speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    /// Douyin, its web API and its live rooms.
    Douyin,
    /// TikTok Creative Radar, the ranked lists of trends.
    CreativeRadar,
    /// TikTok's open API, for publishing.
    Tiktok,
    /// TikTok Shop's open API, for affiliates.
    TiktokShop,
    /// TikAPI, a paid reader of TikTok.
    Tikapi,
}

impl Platform {
    /// Every platform, in the order of the documents.
    pub const ALL: [Self; 5] = [Self::Douyin, Self::CreativeRadar, Self::Tiktok, Self::TiktokShop, Self::Tikapi];

    /// Their words.
    pub const NAMES: [&'static str; 5] = {
        let [a, b, c, d, e] = Self::ALL;
        [a.as_str(), b.as_str(), c.as_str(), d.as_str(), e.as_str()]
    };

    /// The word that stands in SQL, JSON, config, logs and on pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Douyin => "douyin",
            Self::CreativeRadar => "creative_radar",
            Self::Tiktok => "tiktok",
            Self::TiktokShop => "tiktok_shop",
            Self::Tikapi => "tikapi",
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that is no platform.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a platform: one of douyin creative_radar tiktok tiktok_shop tikapi")]
pub struct UnknownPlatform(pub String);

impl FromStr for Platform {
    type Err = UnknownPlatform;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|p| p.as_str() == word).ok_or_else(|| UnknownPlatform(word.to_owned()))
    }
}

impl serde::Serialize for Platform {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Platform {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_platform_reads_back_what_it_writes() {
        for platform in Platform::ALL {
            assert_eq!(platform.as_str().parse(), Ok(platform));
            let json = serde_json::to_string(&platform).unwrap();
            assert_eq!(serde_json::from_str::<Platform>(&json).unwrap(), platform);
        }
        let unknown = "Douyin".parse::<Platform>().unwrap_err();
        assert!(Platform::ALL.iter().all(|p| unknown.to_string().contains(p.as_str())), "{unknown}");
    }
}
