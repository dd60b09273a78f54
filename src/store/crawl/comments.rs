//! What people say below posts, and what others answer.

use crate::domain::{Comment, Millis};
use crate::store::engine::batch::{Batch, Cell, Of};
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

const PUT: Batch = Batch::of_both(
    &[
        ("v_id", Of::Text),
        ("v_post", Of::Text),
        ("v_parent", Of::Text),
        ("v_creator", Of::Text),
        ("v_nickname", Of::Text),
        ("v_text", Of::Text),
        ("v_made_at", Of::Number),
        ("v_likes", Of::Number),
        ("v_replies", Of::Number),
        ("v_now", Of::Number),
    ],
    "INSERT INTO comment (id, post, parent, creator, nickname, text, made_at, likes, replies, first_at, last_at)
    SELECT v_id, v_post, v_parent, v_creator, v_nickname, v_text, v_made_at, v_likes, v_replies, v_now, v_now FROM v
        WHERE v_id IS NOT NULL
    ON CONFLICT (id) DO UPDATE SET nickname = excluded.nickname, text = excluded.text, likes = excluded.likes,
        replies = COALESCE(excluded.replies, comment.replies), last_at = excluded.last_at, gone_at = NULL
    RETURNING CASE WHEN first_at = last_at THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END",
);
const ANSWERED: &str =
    "SELECT id FROM comment WHERE post = $1 AND parent IS NULL AND replies > 0 AND last_at >= $2 AND id > $3
    ORDER BY id LIMIT 1";

pub(in crate::store) const STATEMENTS: &[&str] = &[ANSWERED];
pub(in crate::store) const BATCHES: &[Batch] = &[PUT];

/// Keeps the comments of a page below `post`, or the answers to `parent`; gives how many were never seen before.
pub async fn keep(tx: &mut Tx, post: &str, parent: Option<&str>, comments: &[Comment]) -> Result<usize, Error> {
    let now = tx.now.0;
    let rows: Vec<[Cell<'_>; 10]> = comments
        .iter()
        .filter(|comment| !comment.id.is_empty())
        .map(|it| {
            [
                (&it.id).into(),
                post.into(),
                parent.into(),
                (&it.author.id).into(),
                (&it.author.nickname).into(),
                (&it.text).into(),
                it.made_at.map(|at| at.0).into(),
                it.likes.into(),
                it.replies.into(),
                now.into(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return Ok(0);
    }
    let new: Vec<(i64,)> = PUT.run(tx, &rows).await.map_err(Error::in_act("keep comments"))?;
    Ok(new.iter().filter(|(new,)| *new == 1).count())
}

/// The next comment below `post` that was met since `began` and has answers, behind the comment `after`.
pub async fn answered(tx: &mut Tx, post: &str, began: Millis, after: &str) -> Result<Option<String>, Error> {
    let found: Result<Option<(String,)>, _> =
        on!(tx, db => sqlx::query_as(ANSWERED).bind(post).bind(began.0).bind(after).fetch_optional(db).await);
    Ok(found.map_err(Error::in_act("look for answered comments"))?.map(|(id,)| id))
}
