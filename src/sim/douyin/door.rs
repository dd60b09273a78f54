//! Every page of the simulated site, and who is let in.
//!
//! What is not signed as a page signs gets an empty answer, as from the real one; why, stands in the header `x-refused`,
//! for whoever builds a client against this. Then the mark of a browser is looked at, and the login where one is needed.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use axum::http::{HeaderName, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::asked::{Asked, NO_LOGIN, Told, decode};
use super::judge::{Signed, is_of_page, judge};
use super::show::Files;
use super::state::{Douyin, Stand};
use super::{people, rooms, works};
use crate::domain::Class;
use crate::sim::reply::{Content, Source, Spoil, server_page};

/// The most that is read of a body.
const MOST: usize = 64 << 10;

/// Who is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// A browser with a mark.
    Mark,
    /// Somebody who is logged in.
    Login,
    /// Somebody who brings no cookie at all.
    Nothing,
}

/// A page.
#[derive(Clone, Copy)]
struct Page {
    path: &'static str,
    name: &'static str,
    is_posted: bool,
    needs: Needs,
    answer: fn(&Asked<'_>) -> Told,
}

impl Page {
    fn is_asked_by(&self, method: &Method) -> bool {
        *method == if self.is_posted { Method::POST } else { Method::GET }
    }
}

const fn page(name: &'static str, path: &'static str, needs: Needs, answer: fn(&Asked<'_>) -> Told) -> Page {
    Page { path, name, is_posted: false, needs, answer }
}

const fn posted(page: Page) -> Page {
    Page { is_posted: true, ..page }
}

use Needs::{Login, Mark, Nothing};

static PAGES: [Page; 27] = [
    page("user_profile", "/aweme/v1/web/user/profile/other/", Mark, people::profile),
    page("user_post", "/aweme/v1/web/aweme/post/", Mark, works::posts),
    page("user_like", "/aweme/v1/web/aweme/favorite/", Login, works::likes),
    posted(page("user_collection", "/aweme/v1/web/aweme/listcollection/", Login, works::collection)),
    page("user_collects", "/aweme/v1/web/collects/list/", Login, people::folders),
    page("user_collects_video", "/aweme/v1/web/collects/video/list/", Login, works::folder),
    page("user_music_collection", "/aweme/v1/web/music/listcollection/", Login, people::music),
    page("user_mix", "/aweme/v1/web/mix/aweme/", Mark, works::mix),
    page("post_detail", "/aweme/v1/web/aweme/detail/", Mark, works::detail),
    page("post_comment", "/aweme/v1/web/comment/list/", Mark, people::comment_list),
    page("post_comment_reply", "/aweme/v1/web/comment/list/reply/", Mark, people::replies),
    page("post_feed", "/aweme/v1/web/tab/feed/", Mark, works::home_feed),
    page("follow_feed", "/aweme/v1/web/follow/feed/", Login, works::follow_feed),
    posted(page("friend_feed", "/aweme/v1/web/familiar/feed/", Login, works::friend_feed)),
    page("post_related", "/aweme/v1/web/aweme/related/", Mark, works::related),
    page("locate_post", "/aweme/v1/web/locate/post/", Login, works::locate),
    page("user_following", "/aweme/v1/web/user/following/list/", Login, people::followed),
    page("user_follower", "/aweme/v1/web/user/follower/list/", Login, people::follow),
    posted(page("post_stats", "/aweme/v2/web/aweme/stats/", Login, people::stats)),
    page("home_post_search", "/aweme/v1/web/home/search/item/", Login, works::home_search),
    page("post_search", "/aweme/v1/web/general/search/single/", Login, works::search),
    page("suggest_word", "/aweme/v1/web/api/suggest_words/", Mark, people::suggestions),
    page("following_user_live", "/webcast/web/feed/follow/", Login, rooms::followed),
    page("user_live", "/webcast/room/web/enter/", Mark, rooms::enter),
    page("user_live_by_room", "/webcast/room/reflow/info/", Nothing, rooms::reflow),
    page("user_live_status", "/webcast/distribution/check_user_live_status/", Mark, rooms::status),
    page("live_im_fetch", "/webcast/im/fetch/", Mark, rooms::begin),
];

/// The name of the page at `path`, for switches.
pub(super) fn name_of(path: &str) -> Option<&'static str> {
    let known = PAGES.iter().find(|page| page.path == path).map(|page| page.name);
    known.or_else(|| (path == "/aweme/v1/web/query/user/").then_some("query_user"))
}

/// Answers whatever page is asked for.
pub(super) async fn answer(
    State(stand): State<Stand>,
    Extension(spoil): Extension<Spoil>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Some(page) = PAGES.iter().find(|page| page.path == parts.uri.path() && page.is_asked_by(&parts.method)) else {
        return server_page(StatusCode::NOT_FOUND);
    };
    let body = axum::body::to_bytes(body, MOST).await.unwrap_or_default();
    let body = String::from_utf8_lossy(&body).into_owned();
    let header = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // A form is signed with the query; what is written in JSON is not looked at.
    let form = header(CONTENT_TYPE).starts_with("application/x-www-form-urlencoded");
    let signed_body = if form { body.as_str() } else { "" };
    let world = &stand.world;
    let signed = Signed { query: "", body: signed_body, user_agent: header(USER_AGENT), now: world.clock.now() };
    let asked = parts.uri.query().unwrap_or_default();
    let is_of_page = is_of_page(header(HeaderName::from_static("x-page")), asked);
    let query = match judge(asked, &signed) {
        Ok(_) if spoil.0 == Some(Class::Signature) && !is_of_page => {
            return refuse("only the page itself signs as of today");
        }
        Ok(query) => query,
        // A site takes what the script of its own new version signs.
        Err(_) if is_of_page && world.page.is_changed() => asked.rsplit_once('&').map_or(asked, |(before, _)| before),
        Err(why) => return refuse(why),
    };
    let cookies = header(COOKIE);
    let is_owner = cookie(cookies, "sessionid") == stand.cast.session;
    if let Err(why) = let_in(page.needs, &stand, cookies, is_owner) {
        return tell(&stand, page.name, spoil, Err(why));
    }
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let base = format!("http://{}", header(HOST));
    let now = world.now();
    let cast = stand.life.cast(&stand.cast, now);
    let asked = Asked {
        parameters: pairs.map(|(name, value)| (name.to_owned(), decode(value))).collect(),
        is_owner,
        cast: &cast,
        written: &stand.written,
        lost: stand.lists.lost(),
        files: Files { base: &base, now, seed: world.seed },
    };
    let told = (page.answer)(&asked);
    tell(&stand, page.name, spoil, told)
}

/// What the site believes to be no browser.
fn refuse(why: &'static str) -> Response {
    (StatusCode::OK, [("x-refused", why)]).into_response()
}

fn let_in(needs: Needs, site: &Douyin, cookies: &str, is_owner: bool) -> Result<(), (i64, &'static str)> {
    let is_marked = site.knows_mark(cookie(cookies, "ttwid"));
    match needs {
        Nothing if cookies.is_empty() => Ok(()),
        Nothing => Err((5, "a cookie is too much")),
        Mark if is_marked || is_owner => Ok(()),
        Login if is_owner => Ok(()),
        Mark | Login => Err(NO_LOGIN),
    }
}

fn cookie<'h>(cookies: &'h str, name: &str) -> &'h str {
    let pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}

/// The answer as it is sent. Spoilt by `schema` it ends in the middle, and is whole for those who only count bytes.
fn tell(stand: &Stand, page: &str, spoil: Spoil, told: Told) -> Response {
    let mut text = match told {
        Ok(fields) => stand.renames.applied(page, format!("{{\"status_code\":0,{fields}}}")),
        Err((code, message)) => json!({"status_code": code, "status_msg": message}).to_string(),
    };
    if spoil.0 == Some(Class::Schema) {
        text.truncate(text.floor_char_boundary(text.len() / 2));
    }
    let headers = vec![(CONTENT_TYPE, "application/json; charset=utf-8".to_owned())];
    let content = Content { source: Source::Memory(text.into_bytes()), headers, status: StatusCode::OK };
    content.reply(spoil.0 == Some(Class::Network), stand.world.clock.hold())
}
