//! From facts to rows, in the order in which people read them.

use super::facts::Facts;
use super::row::Row;
use super::{config, daemon, growth, pace, platform, session, sign, store, target, vault};

/// Judges every fact.
pub fn judge(facts: &Facts) -> Vec<Row> {
    vec![
        config::settings(&facts.settings),
        store::data(&facts.data),
        daemon::daemon(&facts.daemon),
        store::database(&facts.database),
        vault::vault(&facts.vault),
        pace::limits(&facts.limits),
        sign::signers(&facts.signers, facts.compared.as_deref()),
        platform::answers(&facts.answers),
        session::profiles(&facts.profiles),
        target::targets(&facts.targets),
        session::browser(&facts.browser),
        store::disk(&facts.disk),
        growth::judge(&facts.growth, &facts.disk),
        store::clock(facts.clock, facts.doubt.as_deref()),
        store::alarms(&facts.alarms),
        daemon::unit(&facts.unit),
    ]
}
