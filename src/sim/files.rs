//! `GET /files/{name}`: files that follow from the seed and their name, with ranges and a strong validator.
//!
//! The size stands in the name: `clip-1048576.bin`. A name without one is no file.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::range::cut;
use super::reply::{Content, Source, Spoil, server_page};
use super::seed::Dice;
use super::world::World;
use crate::domain::Class;

/// The largest file that is made: 16 GiB.
const LARGEST: u64 = 16 << 30;

/// Answers with the file `name`. Spoilt by `network`, it breaks off in the middle.
pub(super) async fn answer(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Extension(spoil): Extension<Spoil>,
    headers: HeaderMap,
) -> Response {
    let Some(size) = size_of(&name) else {
        return server_page(StatusCode::NOT_FOUND);
    };
    let dice = Dice::of(world.seed, &name);
    let etag = format!("\"{:016x}-{size}\"", dice.key());
    let (range, cut) = match cut(&headers, size, &etag) {
        Ok(cut) => cut,
        Err(reply) => return *reply,
    };
    let told = [vec![(CONTENT_TYPE, "application/octet-stream".to_owned())], cut.headers].concat();
    let source = Source::Seeded { dice, from: range.start, to: range.end };
    Content { source, headers: told, status: cut.status }.reply(spoil.0 == Some(Class::Network), world.clock.hold())
}

/// The bytes of the file `name`, for whoever wants to compare; `None` when there is no such file.
pub fn file_bytes(seed: u64, name: &str) -> Option<Vec<u8>> {
    size_of(name).map(|size| Dice::of(seed, name).bytes(0..size))
}

/// The size that a name carries: the digits after its last dash and before its ending.
fn size_of(name: &str) -> Option<u64> {
    let (stem, _) = name.rsplit_once('.').unwrap_or((name, ""));
    let (_, digits) = stem.rsplit_once('-')?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|size| plain && *size <= LARGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_stands_in_the_name() {
        assert_eq!(size_of("clip-1048576.bin"), Some(1_048_576));
        assert_eq!(size_of("a-b-7"), Some(7));
        for name in ["clip.bin", "clip-.bin", "clip-+7.bin", "clip-99999999999999.bin", "", "-"] {
            assert_eq!(size_of(name), None, "{name}");
        }
    }
}
