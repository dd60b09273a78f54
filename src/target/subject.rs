//! What a target is about: who or what its link names, and whether that has what the target takes.
//!
//! Nobody is asked for it. A short link says what it names only to whoever opens it, so that is found out when the
//! target is crawled for the first time.

use crate::advice;
use crate::config::{Part, Problem, Problems, QueueFile, Said, Target};
use crate::domain::Take;
use crate::platform::douyin::link::{BadLink, Kind, Link, find_any};

/// What a target is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The login, or nobody in particular.
    Nobody,
    /// A page, by the kind of what it shows and its id.
    Page(Kind, String),
    /// Whatever this short link leads to.
    Short(String),
}

/// The id of the creator that `text` names: the id itself, or the link of their page. A name is none.
pub fn creator_of(text: &str) -> Option<String> {
    let text = text.trim();
    let linked = Link::parse(text).and_then(|link| find_any(&link)).ok().filter(|found| found.kind == Kind::User);
    let id = linked.map_or_else(|| text.to_owned(), |found| found.id);
    let is_number = (1..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    (Kind::User.is_of(&id) || is_number).then_some(id)
}

impl Subject {
    /// The page, when it is one.
    pub fn page(self) -> Option<(Kind, String)> {
        if let Self::Page(kind, id) = self { Some((kind, id)) } else { None }
    }
}

/// What the target `name` is about, whose link is `url`; `found_out` is what its short link led to, as `kind/id`.
pub fn subject_of(name: &str, url: Option<&str>, found_out: Option<&str>) -> Result<Subject, Said> {
    let found_out = found_out.and_then(|subject| subject.split_once('/'));
    if let Some((kind, id)) = found_out
        && let Ok(kind) = kind.parse()
    {
        return Ok(Subject::Page(kind, id.to_owned()));
    }
    let Some(url) = url else { return Ok(Subject::Nobody) };
    let bad = |bad: BadLink| (format!("the url of `{name}` names nothing: {bad}"), bad.advice());
    match Link::parse(url).and_then(|link| find_any(&link)) {
        Ok(found) => Ok(Subject::Page(found.kind, found.id)),
        Err(BadLink::NeedsRedirect) => Ok(Subject::Short(url.to_owned())),
        Err(other) => Err(bad(other)),
    }
}

/// Refuses targets whose links name nothing, or something that has not what they take. A bare id becomes the link that it
/// stands for, where that can be one thing only.
pub fn check_links(targets: QueueFile) -> Result<QueueFile, Problems> {
    let mut targets = targets.judged(|target| match meant_by(target) {
        Meant::Several(kinds) => Some((Part::Url, ambiguous(target, &kinds))),
        Meant::Nothing | Meant::Link(_) => None,
    })?;
    for target in &mut targets.all {
        if let Meant::Link(link) = meant_by(target) {
            target.url = Some(link);
        }
    }
    targets.judged(|target| match subject_of(&target.name, target.url.as_deref(), None) {
        Err(said) => Some((Part::Url, said)),
        Ok(Subject::Page(kind, _)) => {
            let take = target.take.iter().find(|take| !has(kind, **take))?;
            Some((Part::Take, unfit(&target.name, kind, *take)))
        }
        Ok(Subject::Nobody | Subject::Short(_)) => None,
    })
}

/// What somebody means who writes an id in the place of a link.
enum Meant {
    /// It is no id.
    Nothing,
    /// This link.
    Link(String),
    /// One of several things.
    Several(Vec<Kind>),
}

/// What the target means by its `url`, when that is a bare id: the one thing of its form that has what is taken.
fn meant_by(target: &Target) -> Meant {
    let id = target.url.as_deref().unwrap_or_default().trim();
    let kinds = Kind::of_id(id);
    let mut fit = kinds.iter().copied().filter(|kind| target.take.iter().all(|take| has(*kind, *take)));
    match (fit.next(), fit.next(), kinds.as_slice()) {
        (Some(one), None, _) => Meant::Link(one.link(id)),
        // It has not what is taken: that is told with the link.
        (None, _, [one]) => Meant::Link(one.link(id)),
        (_, _, []) => Meant::Nothing,
        (Some(one), Some(other), _) => Meant::Several([one, other].into_iter().chain(fit).collect()),
        (None, _, several) => Meant::Several(several.to_vec()),
    }
}

fn ambiguous(target: &Target, kinds: &[Kind]) -> Said {
    let id = target.url.as_deref().unwrap_or_default().trim();
    let choices: Vec<_> = kinds.iter().map(|kind| kind.called()).collect();
    let links: Vec<_> = kinds.iter().map(|kind| format!("{} ({})", kind.link(id), kind.called())).collect();
    let what = format!("the url of `{}` is an id that can be of {}", target.name, choices.join(" or "));
    (what, advice::config::one_of_links(&links.join(" or ")))
}

/// What will not be found as the file stands: lists that a guest is not shown. The file is followed all the same.
pub fn advise(targets: &QueueFile) -> Vec<Problem> {
    targets.notes(|target| {
        let closed = target.take.iter().filter(|take| take.needs_login() && target.profiles.is_empty());
        let closed: Vec<_> = closed.map(|take| format!("`{}`", take.as_str())).collect();
        let (name, verb) = (&target.name, if closed.len() == 1 { "needs" } else { "need" });
        let what = format!("{} {verb} a login, and the target `{name}` goes as a guest", closed.join(" and "));
        let advice = advice::config::add_profile_to(name, &closed.join(" and "));
        (!closed.is_empty()).then_some((Part::Take, (what, advice)))
    })
}

/// Whether a page of this kind has it.
pub fn has(kind: Kind, take: Take) -> bool {
    about(take).is_none_or(|kinds| kinds.contains(&kind))
}

/// The kinds of page that have it; nothing when it is of no page.
const fn about(take: Take) -> Option<&'static [Kind]> {
    Some(match take {
        Take::Profile | Take::Posts | Take::Likes | Take::Following | Take::Followers | Take::Search => &[Kind::User],
        Take::Comments => &[Kind::User, Kind::Work],
        Take::Related => &[Kind::Work],
        Take::Mix => &[Kind::Mix, Kind::Work],
        Take::Live => &[Kind::User, Kind::Live, Kind::Room],
        Take::Collection
        | Take::Collects
        | Take::Music
        | Take::Friend
        | Take::Follow
        | Take::Feed
        | Take::FollowingLives => return None,
    })
}

fn unfit(name: &str, kind: Kind, take: Take) -> Said {
    let mut wanted: Vec<_> = about(take).unwrap_or_default().iter().map(|kind| kind.called()).collect();
    wanted.dedup();
    let what = format!("the url of `{name}` is of {}, which has no `{}`", kind.called(), take.as_str());
    (what, advice::config::link_of(&wanted.join(" or of "), take.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{QueueText, check_queue};

    fn checked(url: &str, take: &str) -> Result<Vec<Subject>, String> {
        let text = format!("[[target]]\nname = \"a\"\nurl = \"{url}\"\ntake = [\"{take}\"]\n");
        let text = QueueText { file: "queue.toml".into(), read: Some(Ok(text.into_bytes())) };
        let targets = check_queue(&text, &[]).and_then(check_links).map_err(|problems| problems.to_string())?;
        Ok(targets.all.iter().map(|target| subject_of("a", target.url.as_deref(), None).unwrap()).collect())
    }

    const USER: &str = "MS4wLjABAAAAQDxwpjX_D8UT8PDQSXrPVed5HjrAoVrtyzpnVs-i4K9";

    #[test]
    fn a_bare_id_is_taken_where_it_can_mean_one_thing_only() {
        let (id, page) = ("7856714127684905912", |kind, id: &str| Ok(vec![Subject::Page(kind, id.to_owned())]));
        assert_eq!(checked(USER, "posts"), page(Kind::User, USER));
        assert_eq!(checked(id, "comment"), page(Kind::Work, id));
        assert_eq!(checked(id, "live"), page(Kind::Room, id));
        assert_eq!(checked("775841227732", "live"), page(Kind::Live, "775841227732"));
        let said = checked(id, "mix").unwrap_err();
        assert!(said.starts_with("queue.toml:3:7  the url of `a` is an id that can be of a post or a mix\n"), "{said}");
        assert!(
            said.contains("do: write the link: https://www.douyin.com/video/7856714127684905912 (a post) or"),
            "{said}"
        );
        let said = checked(USER, "related").unwrap_err();
        assert!(said.contains("is of a creator, which has no `related`"), "{said}");
        assert!(checked("banana", "posts").unwrap_err().contains("names nothing"));
    }

    #[test]
    fn a_link_has_what_is_taken_of_it_or_is_refused_with_its_place() {
        let user = format!("https://www.douyin.com/user/{USER}");
        assert_eq!(checked(&user, "posts"), Ok(vec![Subject::Page(Kind::User, USER.to_owned())]));
        assert_eq!(checked("https://v.douyin.com/iPOAFMmL/", "posts").map(|all| all.len()), Ok(1), "nobody knows yet");
        let said = checked("https://www.douyin.com/video/7856714127684905912", "posts").unwrap_err();
        assert_eq!(
            said,
            "queue.toml:4:8  the url of `a` is of a post, which has no `posts`\n  do: give the link of a creator, or leave `posts` out"
        );
        let said = checked("https://www.douyin.com/video/7856714127684905912", "live").unwrap_err();
        assert!(said.contains("is of a post, which has no `live`") && said.ends_with("leave `live` out"), "{said}");
        assert!(checked(&user, "live").is_ok() && checked("https://live.douyin.com/775841227732", "live").is_ok());
        let said = checked("https://example.org/x", "posts").unwrap_err();
        assert!(said.starts_with("queue.toml:3:7  the url of `a` names nothing: "), "{said}");
        assert!(
            checked(&user, "comments").is_ok()
                && checked("https://www.douyin.com/video/7856714127684905912", "comments").is_ok()
        );
    }
}
