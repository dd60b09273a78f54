//! Workbooks beside those of people's libraries: the same rows, from the same table, with a sheet of sums behind them.

use std::path::Path;

use anyhow::Context;
use radard::report::Workbook;
use radard::store::crawl::export::Field;
use radard::store::crawl::table::{Column, Form};
use serde_json::Value;
use sqlx::{ConnectOptions as _, Row as _};

use super::figure::{Bar, Figure, Side};
use super::peers;

/// What each figure is called here.
pub(crate) const NAMES: &[&str] = &["export.xlsx.xlsxwriter", "export.xlsx.pandas", "export.xlsx.memory"];

const PER_CPU: &str = "rows_per_cpu_s";
/// Rows that are handed to whoever writes at a time.
const PAGE: usize = 512;

/// Measures them, beside the peers when they are here.
pub(crate) fn figures(_runtime: &tokio::runtime::Runtime) -> anyhow::Result<Vec<Figure>> {
    let names = ["xlsxwriter-stream", "pandas-openpyxl"];
    let results =
        peers::run("export.py", &names, &[("radard", "export --db {db} --out {out}")], &["--runs=3".to_owned()])?;
    let measured = |who, what| peers::measured(results.as_ref(), who, what);
    let times = |times, peer| Bar::Times(Side::AtLeast, times, peer, measured(peer, PER_CPU).ok());
    let figure = |name, what, unit, bar| match measured("radard", what) {
        Ok(value) => Figure::new(name, value, unit, bar),
        Err(why) => Figure::not_run(name, &why, bar),
    };
    Ok(vec![
        figure("export.xlsx.xlsxwriter", PER_CPU, "rows/s", times(3.0, "xlsxwriter-stream")),
        figure("export.xlsx.pandas", PER_CPU, "rows/s", times(7.0, "pandas-openpyxl")),
        figure("export.xlsx.memory", "rss_mib", "MiB", Bar::Fixed(Side::AtMost, 40.0)),
    ])
}

const fn column(name: &'static str, form: Form) -> Column {
    Column { name, form, says: "" }
}

const ROWS: &[Column] = &[
    column("id", Form::Number),
    column("day", Form::Text),
    column("ts", Form::Number),
    column("product", Form::Text),
    column("sku", Form::Text),
    column("platform", Form::Text),
    column("buyer", Form::Text),
    column("qty", Form::Number),
    column("amount_cents", Form::Number),
    column("commission_cents", Form::Number),
];
const SUMS: &[Column] = &[
    column("product", Form::Text),
    column("day", Form::Text),
    column("qty", Form::Number),
    column("amount_cents", Form::Number),
    column("commission_cents", Form::Number),
    column("n", Form::Number),
];
/// Money is whole cents here.
const SELECT_ROWS: &str =
    "SELECT id, day, ts, product, sku, platform, buyer, qty, CAST(ROUND(amount * 100) AS INTEGER),
    CAST(ROUND(commission * 100) AS INTEGER) FROM conv ORDER BY id";
const SELECT_SUMS: &str = "SELECT product, day, SUM(qty), CAST(ROUND(SUM(amount) * 100) AS INTEGER),
    CAST(ROUND(SUM(commission) * 100) AS INTEGER), COUNT(*) FROM conv GROUP BY product, day ORDER BY product, day";

/// Writes the table `conv` of `db` into the workbook `out`.
pub(crate) async fn once(db: &Path, out: &Path) -> anyhow::Result<Value> {
    let folder = out.parent().context("the file has no folder")?.to_owned();
    let file = std::io::BufWriter::new(std::fs::File::create(out)?);
    let (to, mut from) = tokio::sync::mpsc::channel::<(usize, Vec<Vec<Field>>)>(4);
    let writing = tokio::task::spawn_blocking(move || -> anyhow::Result<usize> {
        let mut book = Workbook::begin(&folder)?;
        let mut sheets = [Some(book.sheet("rows", ROWS)?), None];
        let mut count = 0;
        while let Some((at, rows)) = from.blocking_recv() {
            if at == 1
                && let Some(full) = sheets[0].take()
            {
                book.close(full);
                sheets[1] = Some(book.sheet("by_product_day", SUMS)?);
            }
            let sheet = sheets.get_mut(at).and_then(Option::as_mut).context("the sheet is open")?;
            for row in &rows {
                book.row(sheet, row)?;
            }
            count += rows.len();
        }
        if let Some(last) = sheets[1].take() {
            book.close(last);
        }
        book.save(file)?;
        Ok(count)
    });
    let mut conn = sqlx::sqlite::SqliteConnectOptions::new().filename(db).read_only(true).connect().await?;
    for (at, (sql, columns)) in [(SELECT_ROWS, ROWS), (SELECT_SUMS, SUMS)].into_iter().enumerate() {
        let mut found = sqlx::query(sql).fetch(&mut conn);
        let mut page = Vec::with_capacity(PAGE);
        while let Some(row) = std::future::poll_fn(|context| found.as_mut().poll_next(context)).await {
            let row = row?;
            let field = |(n, column): (usize, &Column)| match column.form {
                Form::Text => row.try_get(n).map(Field::Text),
                _ => row.try_get(n).map(Field::Number),
            };
            page.push(columns.iter().enumerate().map(field).collect::<Result<Vec<_>, _>>()?);
            if page.len() == PAGE {
                to.send((at, std::mem::take(&mut page))).await?;
            }
        }
        to.send((at, page)).await?;
    }
    drop(to);
    let rows = writing.await??;
    Ok(serde_json::json!({"rows": rows}))
}
