//! Whether a request was signed as a page signs, judged from the signature backwards.
//!
//! A signature is taken apart and each piece compared with what the request says: the digests of query, body and user
//! agent, the time, the page's own constants, the sum. Nothing of the client's signers is used here, so that the same
//! mistake made twice cannot pass; the client builds forwards, this reads backwards.

mod a_bogus;
mod cipher;
mod page;
mod signed;
mod x_bogus;

#[cfg(test)]
mod tests;

pub(in crate::sim) use page::is_of_page;
pub(in crate::sim) use signed::Signed;

/// Judges the last parameter of `query`; gives the query before it, or what is wrong.
pub(in crate::sim) fn judge<'q>(query: &'q str, signed: &Signed<'_>) -> Result<&'q str, &'static str> {
    let (before, last) = query.rsplit_once('&').ok_or("the query has one parameter")?;
    let signed = Signed { query: before, ..*signed };
    match last.split_once('=') {
        Some(("a_bogus", value)) => a_bogus::judge(value, &signed)?,
        Some(("X-Bogus", value)) => x_bogus::judge(value, &signed)?,
        _ => return Err("the last parameter is no signature"),
    }
    Ok(before)
}
