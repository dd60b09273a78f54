//! Whether somebody is logged in: who is sees a whole page of a list, anybody else its first three rows.

use super::lists::Asker;
use crate::domain::amount::counted;
use crate::domain::{Class, Millis};
use crate::net::Refusal;

/// What anybody sees.
const ANYBODY: usize = 3;

/// Asks for a page of a list, of the newer one where the older is retired; fine when more comes than anybody would see.
pub async fn prove(base: &str, asker: &Asker<'_>, now: Millis) -> Result<(), Refusal> {
    let rows = match asker.creators(base, now).await {
        Err(refusal) if refusal.class == Class::Gone => asker.hashtags(base).await?,
        other => other?,
    };
    if rows > ANYBODY {
        return Ok(());
    }
    let host = crate::config::host_of(base);
    let why = format!("it shows {}, as it does to anybody: nobody is logged in", counted(rows, "row"));
    asker.client.tell(Err(Refusal::new(Class::Auth, host, why))).await
}
