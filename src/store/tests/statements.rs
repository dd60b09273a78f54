//! Every statement, understood by both databases: this stands in the place of checked macros.

use sqlx::{AssertSqlSafe, ConnectOptions, Executor, SqlSafeStr};

use super::*;
use crate::store::{BATCHES, STATEMENTS};

#[test]
fn every_statement_is_prepared_on_both_databases() {
    let seen = AtomicU32::new(0);
    on_each(async |store, _| {
        let sqlite = store.file().map(std::path::Path::to_owned);
        let one_by_one = STATEMENTS.iter().copied().flatten().copied().flatten().map(|text| (*text).to_owned());
        let batches = BATCHES.iter().copied().flatten().copied().flatten();
        let batches = batches.map(|batch| if sqlite.is_some() { batch.sqlite(4) } else { batch.postgres() });
        for text in one_by_one.chain(batches) {
            // Each has words of its own for locking a row, and for where a row lies.
            let of_postgres = text.contains("FOR UPDATE") || text.contains("FOR SHARE");
            let of_sqlite = text.contains("rowid");
            match &sqlite {
                Some(_) if of_postgres => continue,
                None if of_sqlite => continue,
                Some(file) => {
                    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
                    let mut db = options.connect().await.unwrap();
                    assert!(db.prepare(AssertSqlSafe(text.clone()).into_sql_str()).await.is_ok(), "{text}");
                }
                None => {
                    let crate::store::engine::pool::Pool::Postgres(kept) = store.pool() else { unreachable!() };
                    assert!(kept.pool.prepare(AssertSqlSafe(text.clone()).into_sql_str()).await.is_ok(), "{text}");
                }
            }
            seen.fetch_add(1, Ordering::Relaxed);
        }
    });
    assert!(seen.load(Ordering::Relaxed) > 40, "the list of statements has lost its families");
}
