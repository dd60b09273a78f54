//! Ids from links.

use radard::platform::douyin::link::{BadLink, Found, Kind, Link, find, links};
use serde::Deserialize;

use super::file::{Wrong, each, same};

#[derive(Deserialize)]
struct Vector {
    want: String,
    input: String,
    redirected_url: Option<String>,
    expect: Expect,
    #[serde(default)]
    strict: bool,
}

#[derive(Deserialize)]
struct Expect {
    id: Option<String>,
    error: Option<String>,
    follow: Option<String>,
}

impl Vector {
    fn want(&self) -> Result<Kind, Wrong> {
        match self.want.as_str() {
            "aweme" => Ok(Kind::Work),
            "webcast" => Ok(Kind::Live),
            other => other.parse().map_err(|unknown: radard::platform::douyin::link::UnknownKind| unknown.to_string()),
        }
    }

    /// The id, asking a short link where the vector says that it leads.
    fn found(&self, want: Kind) -> Result<Found, BadLink> {
        let url = links(&self.input).first().copied().ok_or(BadLink::NoUrl)?;
        let link = Link::parse(url)?;
        match &self.redirected_url {
            Some(url) if link.short_code().is_some() => find(&Link::parse(url)?, want),
            _ => find(&link, want),
        }
    }

    fn check(&self) -> Result<(), Wrong> {
        let found = self.found(self.want()?);
        let id = found.as_ref().ok().map(|found| &found.id);
        same(&self.input, id, self.expect.id.as_ref())?;
        let refused = found.err().map(|bad| bad.code().to_owned());
        same(&self.input, refused.is_some(), self.expect.error.is_some())?;
        if self.strict {
            same(&self.input, refused, self.expect.error.clone())?;
        }
        if let Some(follow) = &self.expect.follow {
            same(&self.input, links(&self.input).first().copied(), Some(follow.as_str()))?;
        }
        Ok(())
    }
}

#[test]
fn ids() {
    each("url_ids.json", Vector::check);
}
