//! Where the id of what stands in a link.

use super::bad::BadLink;
use super::kind::Kind;
use super::parts::{Host, Link, shorten};

/// An id and what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is of.
    pub kind: Kind,
    /// The id.
    pub id: String,
}

/// The id of a `kind` in `link`.
pub fn find(link: &Link<'_>, kind: Kind) -> Result<Found, BadLink> {
    if link.short_code().is_some() {
        return Err(BadLink::NeedsRedirect);
    }
    let Some(id) = standing(kind, link) else {
        // A room that the app shares is named by its broadcast alone.
        return match standing(Kind::Room, link) {
            Some(room) if kind == Kind::Live && link.host == Host::Webcast => Err(BadLink::RoomIdGiven(shorten(room))),
            _ => Err(BadLink::NotFound(kind)),
        };
    };
    if kind == Kind::Live && id.len() == 19 && id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BadLink::RoomIdGiven(id.to_owned()));
    }
    if kind.fits(id) {
        return Ok(Found { kind, id: id.to_owned() });
    }
    Err(BadLink::BadId { kind, shown: shorten(id) })
}

/// The id of whatever `link` names: a post before the mix, the mix before the room, and the creator last.
pub fn find_any(link: &Link<'_>) -> Result<Found, BadLink> {
    let mut worst = BadLink::Nothing;
    for kind in Kind::ALL {
        match find(link, kind) {
            Ok(found) => return Ok(found),
            Err(BadLink::NotFound(_)) => {}
            Err(bad) if matches!(worst, BadLink::Nothing) => worst = bad,
            Err(_) => {}
        }
    }
    Err(worst)
}

/// What stands in a link where the id of such a thing belongs.
fn standing<'t>(kind: Kind, link: &Link<'t>) -> Option<&'t str> {
    let on_a_page = matches!(link.host, Host::Pages);
    match kind {
        Kind::User | Kind::Work | Kind::Mix if !on_a_page => None,
        Kind::User => {
            let named = link.parameter("sec_uid").or_else(|| link.parameter("sec_user_id"));
            named.or_else(|| link.after(&["user"]).filter(|id| *id != "self"))
        }
        Kind::Work => {
            let named = ["video", "note", "slides"].into_iter().find_map(|name| link.after(&[name]));
            let on_creator = || link.parameter("vid").filter(|_| link.segments.contains(&"user"));
            named.or_else(|| link.parameter("modal_id")).or_else(on_creator)
        }
        Kind::Mix => link.after(&["collection"]).or_else(|| link.after(&["mix", "detail"])),
        Kind::Live => match (link.host, link.segments.as_slice()) {
            (Host::Live, [only]) => Some(only),
            (Host::Live, []) => link.parameter("webRid"),
            (Host::Pages, _) => link.after(&["live"]).or_else(|| link.parameter("webRid")),
            _ => None,
        },
        Kind::Room => {
            let shared = link.after(&["reflow"]).filter(|_| link.host == Host::Webcast);
            shared.or_else(|| link.parameter("room_id")).or_else(|| link.parameter("roomId"))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn names(url: &str, expected: Result<(&str, &str), &str>) {
        let got = Link::parse(url).and_then(|link| find_any(&link));
        let got = got.as_ref().map(|found| (found.kind.as_str(), found.id.as_str())).map_err(BadLink::code);
        assert_eq!(got, expected, "{url}");
    }

    #[test]
    fn a_link_names_what_its_page_shows() {
        let user = "MS4wLjABAAAAQDxwpjX_D8UT8PDQSXrPVed5HjrAoVrtyzpnVs-i4K9";
        names(&format!("https://www.douyin.com/user/{user}"), Ok(("user", user)));
        names(
            &format!("https://www.douyin.com/user/{user}?modal_id=7856714127684905912"),
            Ok(("work", "7856714127684905912")),
        );
        names("https://live.douyin.com/775841227732?room_id=7558738710601907353", Ok(("live", "775841227732")));
        names(
            "https://webcast.amemv.com/douyin/webcast/reflow/7823176560835043298",
            Ok(("room", "7823176560835043298")),
        );
        names("https://live.douyin.com/7678583204911024427", Err("room_id_given"));
        names("https://www.douyin.com/", Err("not_found"));
        names("https://www.douyin.com/video/abc", Err("bad_id"));
        names("https://v.douyin.com/iPOAFMmL/", Err("needs_redirect"));
        names("https://v.douyin.com/", Err("not_found"));
    }

    #[test]
    fn no_host_but_the_platforms_own_is_taken() {
        for url in [
            "https://",
            "https://douyin.com.evil.example/video/7856714127684905912",
            "https://www.douyin.com\\@evil.example/video/7856714127684905912",
            "https://www.douyin.com:443@evil.example/",
            "https://user:pass@www.douyin.com/",
            "https://www.douyin.com:8443/",
            "https://www.douyin.com./",
            "https://127.0.0.1/video/7856714127684905912",
        ] {
            names(url, Err("bad_host"));
        }
    }

    #[test]
    fn an_id_cannot_lead_out_of_a_folder() {
        for id in ["..", ".", "..%2f", "a/b", "a b", "", "x".repeat(41).as_str(), "é"] {
            assert!(Kind::ALL.iter().all(|kind| !kind.fits(id)), "{id}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in any::<String>(), tail in "[a-z0-9/?=&#%.:@_]{0,60}") {
            for url in [text.as_str(), &format!("https://www.douyin.com/{tail}"), &format!("http://live.douyin.com{tail}")] {
                for link in super::super::text::links(url) {
                    if let Ok(Found { kind, id }) = Link::parse(link).and_then(|link| find_any(&link)) {
                        prop_assert!(kind.fits(&id) && !id.contains(['/', '%']));
                    }
                }
            }
        }
    }
}
