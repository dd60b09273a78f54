//! Compares how we sign with how a page of the site does it, for the same query and the same browser.

use super::site::Douyin;
use super::visitor::Visitor;
use crate::domain::{Class, Secret};
use crate::net::{Ask, Refusal};
use crate::platform::douyin::ask::{Caller, Endpoint as _, query_of};
use crate::platform::douyin::query_user;
use crate::platform::signer::{Compared, PageAsk};
use crate::sign::{Abogus, AbogusAgent, AbogusFields, AbogusInput, Scheme as _};

impl Douyin {
    /// Lets a page send one query, and compares its signature with ours. Costs a page and a request.
    pub async fn compare(&self, visitor: &Visitor) -> Result<Compared, Refusal> {
        let Some(page) = self.0.page.as_ref().filter(|page| page.is_at_hand()) else {
            return Ok(Compared::no_browser());
        };
        let (holder, request) = (visitor.holder(), query_user::Request);
        let base = query_user::Request::PLACE.site.base(&self.0.settings);
        let host = crate::config::host_of(base);
        let (tokens, identity) = (&self.0.tokens, &visitor.identity);
        let (ms_token, verify_fp) = (tokens.ms_token(&holder).await, tokens.verify_fp(&holder).await);
        let caller = Caller { identity, ms_token: ms_token.value.reveal(), verify_fp: &verify_fp };
        let query = query_of(&request, &caller).map_err(|bad| Refusal::new(Class::Local, host, &bad))?;
        let url = format!("{}?{query}", query_user::Request::PLACE.url(&self.0.settings));
        let cookies = Secret::new(visitor.cookies_with(&tokens.ttwid(&holder).await?));
        let (profile, user_agent) = (visitor.profile(), identity.user_agent.as_str());
        let ask = PageAsk { profile, user_agent, cookies: cookies.reveal(), url: &url };
        let sent = async {
            page.fetch(ask).await.map_err(|why| Refusal::new(Class::Network, host, format_args!("its page: {why}")))
        };
        let reply = visitor.client.fetch_by(Ask::get(&url), sent).await?;
        Ok(Compared::Differs(differences(&reply.sent, user_agent, &identity.fingerprint)))
    }
}

/// What differs between the signature in `url` and ours of the same query.
fn differences(url: &str, user_agent: &str, fingerprint: &str) -> Vec<String> {
    let Some((params, signature)) = url.split_once('?').and_then(|(_, query)| query.rsplit_once("&a_bogus=")) else {
        return vec!["the page sends no a_bogus".to_owned()];
    };
    let signature = signature.split(['&', '#']).next().unwrap_or_default();
    let signature = signature.replace("%2F", "/").replace("%3D", "=");
    let theirs = match AbogusFields::read(&signature) {
        Ok(theirs) => theirs,
        Err(why) => return vec![format!("the whole a_bogus: {why}")],
    };
    let (agent, options) = (AbogusAgent::of(user_agent), AbogusInput::OPTIONS);
    let (start_ms, end_ms, rd) = (theirs.numbers.start_ms, theirs.numbers.end_ms, theirs.numbers.rd);
    let ours = Abogus::sign(&AbogusInput { params, body: "", agent, fingerprint, start_ms, end_ms, rd, options });
    match AbogusFields::read(&ours) {
        Ok(ours) => ours.differences(&theirs).into_iter().map(str::to_owned).collect(),
        Err(why) => vec![format!("our own a_bogus: {why}")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINT: &str = "1536|747|1536|834|0|30|0|0|1536|834|1536|864|1525|747|24|24|Win32";

    fn compared(params: &str, sent: &str, user_agent: &str) -> Vec<String> {
        let input = AbogusInput {
            params,
            body: "",
            agent: AbogusAgent::of("Mozilla/5.0"),
            fingerprint: PRINT,
            start_ms: 1_763_700_000_123,
            end_ms: 1_763_700_000_125,
            rd: [1, 2, 3],
            options: AbogusInput::OPTIONS,
        };
        let url = format!("https://www.douyin.com/aweme/?{sent}&a_bogus={}", Abogus::sign(&input));
        differences(&url, user_agent, PRINT)
    }

    #[test]
    fn what_a_page_sent_is_compared_with_ours_of_the_same_query() {
        assert_eq!(compared("aid=6383&x=1", "aid=6383&x=1", "Mozilla/5.0"), [""; 0]);
        assert_eq!(compared("aid=6383&x=1", "aid=6383&x=2", "Mozilla/5.0"), ["query"]);
        assert_eq!(compared("aid=6383&x=1", "aid=6383&x=1", "Mozilla/6.0"), ["user agent"]);
        let of = |url: &str| differences(url, "Mozilla/5.0", PRINT);
        assert_eq!(of("https://www.douyin.com/aweme/?aid=6383"), ["the page sends no a_bogus"]);
        assert_eq!(
            of("https://www.douyin.com/aweme/?aid=6383&a_bogus=abc"),
            ["the whole a_bogus: it is shorter than any that is known"]
        );
    }
}
