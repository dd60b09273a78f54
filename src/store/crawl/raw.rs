//! Records as the site sent them: the last answer of each, packed one by one, so that one can be found and one forgotten.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::store::engine::batch::{Batch, Cell, Of};
use crate::store::engine::error::Error;
use crate::store::engine::tx::Tx;

const PUT: Batch = Batch::of_both(
    &[("v_kind", Of::Text), ("v_id", Of::Text), ("v_at", Of::Number), ("v_packed", Of::Bytes)],
    "INSERT INTO raw (kind, id, at, packed) SELECT v_kind, v_id, v_at, v_packed FROM v WHERE v_kind IS NOT NULL
    ON CONFLICT (kind, id) DO UPDATE SET at = excluded.at, packed = excluded.packed",
);

pub(in crate::store) const BATCHES: &[Batch] = &[PUT];

/// Packs what the site sent; it takes time with its length, so it is done before a transaction begins.
pub fn pack(text: &str) -> Vec<u8> {
    let mut into = DeflateEncoder::new(Vec::with_capacity(text.len() / 3), Compression::fast());
    // Memory takes everything.
    let packed = into.write_all(text.as_bytes()).and_then(|()| into.finish());
    packed.unwrap_or_default()
}

/// What was packed.
pub fn unpack(packed: &[u8]) -> String {
    let mut text = String::new();
    // What is broken is shown as far as it goes.
    let _broken = DeflateDecoder::new(packed).read_to_string(&mut text);
    text
}

/// Keeps what the site sent for records of `kind`: their ids, and what was packed.
pub async fn keep(tx: &mut Tx, kind: &str, records: &[(&str, &[u8])]) -> Result<(), Error> {
    let now = tx.now.0;
    // One text twice in a statement would be written twice, which a database refuses.
    let mut rows: Vec<[Cell<'_>; 4]> = Vec::with_capacity(records.len());
    let mut seen = std::collections::HashSet::new();
    for (id, packed) in records.iter().filter(|(id, _)| !id.is_empty() && seen.insert(*id)) {
        rows.push([kind.into(), (*id).into(), now.into(), Cell::Bytes(Some(packed))]);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let _none: Vec<(i64,)> = PUT.run(tx, &rows).await.map_err(Error::in_act("keep what was sent"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_as_it_went_in_and_what_is_broken_as_far_as_it_goes() {
        let text = "{\"夜市\":1}".repeat(1000);
        let packed = pack(&text);
        assert!(packed.len() < text.len() / 20, "{}", packed.len());
        assert_eq!(unpack(&packed), text);
        assert_eq!(unpack(&pack("")), "");
        assert!(text.starts_with(&unpack(&packed[..packed.len() / 2])));
    }
}
