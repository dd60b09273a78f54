//! The step that edits the queue file while the daemon runs: it is followed, refused, and crawled through failures.

use serde_json::{Value, json};

use super::figure::Playing;
use super::platform::at_the_site;
use super::stage::Stage;
use super::trouble::{Trouble, expected};
use crate::config::QUEUE;
use crate::domain::amount::counted;
use crate::platform::douyin::list::{Walk, Wants};
use crate::platform::douyin::user_post;
use crate::report::{Order, Shape, export};
use crate::store::crawl::export::Wanted;
use crate::store::crawl::table::table;
use crate::store::{Access, Place, Store};

const PATH: &str = "/api/v1/targets";

/// Saves targets, a mistake, and targets again; gives what was found.
pub(super) fn targets(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let creators = stage.sim.creators();
        let creator = |at: usize| creators.get(at).cloned().unwrap_or_default();
        let (one, other) = (creator(9), creator(12));
        let first = target("noodles", &one, "posts");
        let began = stage.ambient.clock.steady();
        save(stage, &first)?;
        stage.until("the saved file is followed", async |stage: &Stage| ended(stage, "noodles", 0).await).await?;
        let applied = stage.ambient.clock.steady().saturating_sub(began);
        stage.until("its posts are there", async |stage: &Stage| ended(stage, "noodles", 1).await).await?;
        save(stage, &format!("{first}{}", target("tea", &other, "pots")))?;
        let refusal = stage.until("a mistake is refused", async |stage: &Stage| refusal(stage).await).await?;
        if !refusal.contains("take holds") || !refusal.contains("queue.toml:") {
            return Err(expected("a refusal that names the place".into(), refusal));
        }
        // Mended; the second page of what comes with it fails once.
        stage.play("douyin.user_post.network@2")?;
        save(stage, &format!("{first}{}", target("tea", &other, "posts")))?;
        stage.until("through a failure all of it is there", async |stage: &Stage| ended(stage, "tea", 1).await).await?;
        let found = found(stage).await?;
        let there = listed(stage, &one).await? + listed(stage, &other).await?;
        if found != there {
            return Err(expected(counted(there, "post"), format!("{found} of them")));
        }
        let rows = exported(stage).await?;
        if rows != found {
            return Err(expected(format!("{} in the workbook", counted(found, "row")), format!("{rows}")));
        }
        Ok(json!({
            "applied_ms": applied.as_millis(), "mistakes_refused": 1, "posts": found, "targets": 2, "rows_exported": rows,
        }))
    })
}

/// Gives the posts out as a workbook, as `radard export` does beside a running daemon; gives how many rows it has.
async fn exported(stage: &Stage) -> Result<u64, Trouble> {
    let failed = |why: &dyn std::fmt::Display| expected("a workbook of the posts".to_owned(), why.to_string());
    let table = table("posts").ok_or_else(|| failed(&"there is no such table"))?;
    let place = Place::Sqlite(stage.recipe.data.join("radard.db"));
    let opened = Store::open(&place, Access::Read, stage.ambient.clone()).await;
    let (store, _nothing_to_write) = opened.map_err(|error| failed(&error))?;
    let file = Some(stage.recipe.data.join("posts.xlsx"));
    let order = Order { table, wanted: Wanted::default(), shape: Shape::Xlsx, file };
    let exported = export(&store, order).await;
    store.close().await;
    Ok(exported.map_err(|error| failed(&error))?.rows)
}

fn target(name: &str, creator: &str, take: &str) -> String {
    format!("[[target]]\nname = \"{name}\"\nurl = \"https://www.douyin.com/user/{creator}\"\ntake = [\"{take}\"]\n\n")
}

fn save(stage: &Stage, text: &str) -> Result<(), Trouble> {
    let file = stage.recipe.config.join(QUEUE);
    std::fs::write(&file, text).map_err(|error| expected(format!("to write {}", file.display()), error.to_string()))
}

/// Whether so many rounds of a target have ended.
async fn ended(stage: &Stage, name: &str, rounds: i64) -> Result<Result<(), String>, Trouble> {
    let told = stage.must(200, "GET", PATH, None).await?;
    let rows = told.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    let of = |row: &&Value| row.get("name").and_then(Value::as_str) == Some(name);
    let takes = rows.iter().find(of).and_then(|row| row.get("takes")?.as_array().cloned()).unwrap_or_default();
    let done = |take: &Value| take.get("rounds").and_then(Value::as_i64).is_some_and(|done| done >= rounds);
    Ok(if !takes.is_empty() && takes.iter().all(done) { Ok(()) } else { Err(format!("it is {told}")) })
}

/// Why the queue file is refused, when it is.
async fn refusal(stage: &Stage) -> Result<Result<String, String>, Trouble> {
    let told = stage.must(200, "GET", "/api/v1/readiness", None).await?;
    let parts = told.get("parts").and_then(Value::as_array).cloned().unwrap_or_default();
    let queue = parts.iter().find(|part| part.get("name").and_then(Value::as_str) == Some("queue"));
    let why = queue.and_then(|part| part.get("do")?.as_str().map(str::to_owned));
    Ok(why.ok_or_else(|| format!("it is {told}")))
}

async fn found(stage: &Stage) -> Result<u64, Trouble> {
    let told = stage.must(200, "GET", PATH, None).await?;
    let rows = told.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    let takes = rows.iter().filter_map(|row| row.get("takes")?.as_array()).flatten();
    Ok(takes.filter_map(|take| take.get("found")?.as_u64()).sum())
}

/// How many posts the site lists of a creator.
async fn listed(stage: &Stage, creator: &str) -> Result<u64, Trouble> {
    let (site, visitor) = at_the_site(stage)?;
    let mut walk = Walk::new(user_post::Request::first(creator), Wants::default());
    loop {
        let page = walk.next(&site, &visitor).await;
        match page.map_err(|refusal| expected("a page of posts".into(), refusal.message))? {
            Some(_) => {}
            None => return Ok(walk.progress().taken),
        }
    }
}
