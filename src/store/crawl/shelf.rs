//! What logins keep beside posts: folders and music; and live rooms, with how their numbers went.

use crate::domain::{Folder, Millis, Music, Room};
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

const FOLDER: &str = "INSERT INTO folder (id, name, total, made_at, first_at, last_at) VALUES ($1, $2, $3, $4, $5, $5)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, total = excluded.total, last_at = excluded.last_at";
const NEXT_FOLDER: &str =
    "SELECT item FROM listed WHERE list = 'folders' AND owner = $1 AND last_at >= $2 AND item > $3
    ORDER BY item LIMIT 1";
const TOTAL: &str = "SELECT total FROM folder WHERE id = $1 AND last_at >= $2";
const MUSIC: &str = "INSERT INTO music (id, title, author, duration, first_at, last_at) VALUES ($1, $2, $3, $4, $5, $5)
    ON CONFLICT (id) DO UPDATE SET title = excluded.title, author = excluded.author, duration = excluded.duration,
        last_at = excluded.last_at";
const ROOM: &str = "INSERT INTO room (number, show, owner, nickname, title, status, first_at, last_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
    ON CONFLICT (number) DO UPDATE SET show = excluded.show, owner = excluded.owner, nickname = excluded.nickname,
        title = excluded.title, status = excluded.status, last_at = excluded.last_at";
const ROOM_COUNT: &str = "INSERT INTO room_count (number, at, show, status, viewers, visitors, likes)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (number, at) DO NOTHING";
const OFF_AIR: &str = "UPDATE room SET status = 4, last_at = $1 WHERE owner = $2 AND (status IS NULL OR status <> 4)";

pub(in crate::store) const STATEMENTS: &[&str] = &[FOLDER, NEXT_FOLDER, TOTAL, MUSIC, ROOM, ROOM_COUNT, OFF_AIR];

/// Keeps a folder.
pub async fn folder(tx: &mut Tx, folder: &Folder) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(FOLDER).bind(&folder.id).bind(&folder.name).bind(folder.total)
        .bind(folder.made_at.map(|at| at.0)).bind(now).execute(db).await.map(drop))
    .map_err(Error::in_act("keep a folder"))
}

/// The next folder of `owner` that was met since `began`, behind the folder `after`.
pub async fn next_folder(tx: &mut Tx, owner: &str, began: Millis, after: &str) -> Result<Option<String>, Error> {
    let found: Result<Option<(String,)>, _> =
        on!(tx, db => sqlx::query_as(NEXT_FOLDER).bind(owner).bind(began.0).bind(after).fetch_optional(db).await);
    Ok(found.map_err(Error::in_act("look for folders"))?.map(|(id,)| id))
}

/// How many posts the platform counts in a folder, if the folder was seen since `began`.
pub async fn total_since(tx: &mut Tx, id: &str, began: Millis) -> Result<Option<i64>, Error> {
    let found: Result<Option<(Option<i64>,)>, _> =
        on!(tx, db => sqlx::query_as(TOTAL).bind(id).bind(began.0).fetch_optional(db).await);
    Ok(found.map_err(Error::in_act("read the size of a folder"))?.and_then(|(total,)| total))
}

/// Keeps a piece of music.
pub async fn music(tx: &mut Tx, music: &Music) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(MUSIC).bind(&music.id).bind(&music.title).bind(&music.author).bind(music.duration)
        .bind(now).execute(db).await.map(drop))
    .map_err(Error::in_act("keep music"))
}

/// Keeps a room, and its numbers of this moment.
pub async fn room(tx: &mut Tx, room: &Room) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(ROOM).bind(&room.number).bind(&room.show).bind(&room.owner.id).bind(&room.owner.nickname)
        .bind(&room.title).bind(room.status).bind(now).execute(db).await.map(drop))
    .map_err(Error::in_act("keep a room"))?;
    on!(tx, db => sqlx::query(ROOM_COUNT).bind(&room.number).bind(now).bind(&room.show).bind(room.status)
        .bind(&room.viewers).bind(&room.visitors).bind(room.likes).execute(db).await.map(drop))
    .map_err(Error::in_act("keep numbers of a room"))
}

/// Notes that the show in the room of this creator has ended.
pub async fn off_air(tx: &mut Tx, owner: &str) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(OFF_AIR).bind(now).bind(owner).execute(db).await.map(drop))
        .map_err(Error::in_act("note that a show has ended"))
}
