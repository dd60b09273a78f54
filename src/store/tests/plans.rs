//! How `SQLite` goes about the statements that run all day: over an index, however many rows wait elsewhere.
//!
//! A claim that walks over what it cannot take is the classic way for a queue to slow down as it fills. The plan says
//! so before any clock does. It is asked of a table that holds the two hard cases: a closed lane with thousands of
//! waiting jobs, and thousands that are not due.

use sqlx::{ConnectOptions, Row, SqliteConnection};

use super::*;
use crate::store::{Error, STATEMENTS, gates};

/// The statement whose text has all of `marks`, and its plan, a step a line.
async fn plan(db: &mut SqliteConnection, marks: &[&str]) -> Vec<String> {
    let all = STATEMENTS.iter().copied().flatten().copied().flatten().copied();
    let found: Vec<_> = all.filter(|text| marks.iter().all(|mark| text.contains(mark))).collect();
    let found: Vec<_> = found.into_iter().filter(|text| !text.contains("FOR UPDATE")).collect();
    let [text] = found[..] else { panic!("{marks:?} name {} statements", found.len()) };
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"))).fetch_all(db).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>("detail")).collect()
}

/// Fills the table; gives a connection to it.
async fn filled(analysed: bool) -> (Fresh, Store, SqliteConnection) {
    let fresh = Fresh::sqlite();
    let (store, _writer) = fresh.open().await;
    let mut news = Vec::new();
    for n in 0..5000 {
        news.push(jobs::New { lane: "shut".into(), ..new(format!("shut{n}")) });
        news.push(jobs::New { run_at: Some(BEGIN + Duration::from_hours(n)), ..new(format!("later{n}")) });
    }
    news.extend((0..10).map(new));
    insert(&store, news).await;
    let until = BEGIN + Duration::from_hours(6);
    let close =
        store.write::<_, Error, _>(move |tx| Box::pin(async move { gates::close(tx, &puzzle("shut", until)).await }));
    close.await.unwrap();
    let file = store.file().unwrap();
    let mut db = sqlx::sqlite::SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    if analysed {
        sqlx::query("ANALYZE").execute(&mut db).await.unwrap();
    }
    (fresh, store, db)
}

/// A step that reads the rows of `job` one after the other.
fn walks(step: &str) -> bool {
    ["SCAN job", "SCAN j", "SCAN n"].iter().any(|scan| {
        step.strip_prefix(scan).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric) && !rest.contains("INDEX"))
    })
}

#[test]
fn nothing_that_runs_all_day_walks_over_the_jobs() {
    let statements: [(&[&str], &str); 9] = [
        (&["WITH RECURSIVE head(id)"], "job_line"),
        (&["UPDATE job SET state = 'running'", "AND crashes < $7"], "job_line"),
        (&["UPDATE job SET state = 'running'", "AND crashes > 0"], "job_suspect"),
        (&["turn IS NULL", "run_at <= $1 ORDER BY run_at"], "job_later"),
        (&["SELECT MIN(run_at) FROM job"], "job_later"),
        (&["lease_until < $2"], "job_leased"),
        (&["SELECT", "class = 'auth'"], "job_person"),
        (&["SELECT", "class = 'local'"], "job_space"),
        (&["UPDATE", "class = 'auth'"], "job_person"),
    ];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for analysed in [false, true] {
            let (_fresh, _store, mut db) = filled(analysed).await;
            for (marks, index) in statements {
                let plan = plan(&mut db, marks).await;
                assert!(!plan.iter().any(|step| walks(step)), "analysed: {analysed}, {marks:?}: {plan:#?}");
                let used = plan.iter().any(|step| step.contains(&format!("INDEX {index}")));
                assert!(used, "analysed: {analysed}, {marks:?} do not use {index}: {plan:#?}");
            }
        }
    });
}

/// The control: the same look finds a statement that does walk.
#[test]
fn a_look_at_plans_finds_a_statement_that_walks() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (_fresh, _store, mut db) = filled(false).await;
        let text = "EXPLAIN QUERY PLAN SELECT id FROM job WHERE priority > 3 ORDER BY created_at";
        let steps = sqlx::query(text).fetch_all(&mut db).await.unwrap();
        assert!(steps.iter().any(|row| walks(row.get("detail"))));
    });
}

/// What the plans promise, seen: a claim takes what is due behind thousands that are not, and nothing else.
#[test]
fn a_claim_takes_what_is_due_from_behind_thousands_that_are_not() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (_fresh, store, _db) = filled(false).await;
        let taken = take(&store, 100, "w").await;
        // The first of those for later was due at once.
        assert_eq!(taken.len(), 11);
        assert!(taken.iter().all(|job| job.lane == "l"));
    });
}
