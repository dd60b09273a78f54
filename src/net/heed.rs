//! The client where it heeds what hosts ask of programs like this one.
//!
//! A host is asked once in a day, by one request that counts like any other; those that come meanwhile wait for its
//! answer. A host that says it has no rules has none; one that cannot be asked forbids everything until it can.

use super::ask::{Ask, Hop};
use super::client::Client;
use super::leave::Trail;
use super::refusal::{Bound, Refusal, read_retry_after};
use super::robots::{KEPT, LONGEST, Rules, Said, UNREACHED};
use crate::domain::Class;

impl Client {
    /// Obeys the robots.txt of the host, where the operator wants that.
    pub(super) async fn heed(&self, hop: &Hop) -> Result<(), Refusal> {
        let Some(robots) = &self.robots else { return Ok(()) };
        if !robots.concerns(hop.url.host_str().unwrap_or_default()) {
            return Ok(());
        }
        let seat = robots.seat(format!("{}://{}", hop.url.scheme(), hop.host));
        let mut said = seat.lock().await;
        let known = match said.take() {
            Some(known) if self.clock.steady() < known.until => known,
            _ => Box::pin(self.ask_robots(hop)).await?,
        };
        let known = said.insert(known);
        let query = hop.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        if known.rules.let_pass(&format!("{}{query}", hop.url.path())) {
            return Ok(());
        }
        Err(match known.rules {
            Rules::Nothing => {
                Refusal::new(Class::Network, &hop.host, "its robots.txt cannot be had, so nothing may be")
            }
            _ => Refusal::new(Class::Private, &hop.host, "its robots.txt asks us not to; see egress.robots"),
        })
    }

    async fn ask_robots(&self, hop: &Hop) -> Result<Said, Refusal> {
        let mut url = hop.url.clone();
        url.set_path("/robots.txt");
        url.set_query(None);
        let rules = match self.without_ears().read_robots(url.as_str()).await {
            // A host in an outage is not known to have no rules: its stop says when it is asked again.
            Err(refusal) if refusal.class == Class::Network && refusal.bound == Bound::Nobody => Rules::Nothing,
            answered => answered?,
        };
        let kept = if rules == Rules::Nothing { UNREACHED } else { KEPT };
        Ok(Said { rules, until: self.clock.steady().saturating_add(kept) })
    }

    async fn read_robots(&self, url: &str) -> Result<Rules, Refusal> {
        let ask = Ask::get(url).unpacked();
        let (hop, leave) = self.begin(&ask).await?;
        let _hold = self.clock.hold();
        let (asked, trail) = (hop.host.clone(), Trail::default());
        let work = async {
            let (mut response, host) = self.follow(&ask, hop, leave, &trail).await?;
            match response.status().as_u16() {
                200..=299 => {}
                429 => {
                    let wait = read_retry_after(response.headers(), self.clock.now());
                    return Err(Refusal::new(Class::Rate, &host, "it asks us to slow down").after(wait));
                }
                400..=499 => return Ok(Rules::All),
                _ => return Ok(Rules::Nothing),
            }
            let mut text = Vec::new();
            while text.len() < LONGEST
                && let Some(piece) = response.chunk().await.map_err(|error| Refusal::failed(&host, &error))?
            {
                text.extend_from_slice(&piece);
            }
            text.truncate(LONGEST);
            Ok(Rules::read(&text))
        };
        let rules = self.in_time(&asked, work).await;
        let refusal = match rules {
            Ok(rules) => return Ok(rules),
            Err(refusal) => Box::pin(self.conclude(&asked, &trail, refusal)).await,
        };
        if refusal.class == Class::Rate { Box::pin(self.tell(Err(refusal))).await } else { Err(refusal) }
    }
}
