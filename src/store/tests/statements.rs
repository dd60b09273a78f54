//! Every statement, understood by both databases: this stands in the place of checked macros.

use sqlx::{ConnectOptions, Executor, SqlSafeStr};

use super::*;
use crate::store::STATEMENTS;

#[test]
fn every_statement_is_prepared_on_both_databases() {
    let seen = AtomicU32::new(0);
    on_each(async |store, _| {
        let sqlite = store.file().map(std::path::Path::to_owned);
        for text in STATEMENTS.iter().copied().flatten().copied().flatten() {
            // A row lock is PostgreSQL's word alone.
            let locks = text.contains("FOR UPDATE");
            match &sqlite {
                Some(_) if locks => continue,
                Some(file) => {
                    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
                    let mut db = options.connect().await.unwrap();
                    assert!(db.prepare(text.into_sql_str()).await.is_ok(), "{text}");
                }
                None => {
                    let crate::store::pool::Pool::Postgres(pool) = store.pool() else { unreachable!() };
                    assert!(pool.prepare(text.into_sql_str()).await.is_ok(), "{text}");
                }
            }
            seen.fetch_add(1, Ordering::Relaxed);
        }
    });
    assert!(seen.load(Ordering::Relaxed) > 40, "the list of statements has lost its families");
}
