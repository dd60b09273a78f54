//! Moments and intervals.

use radard::domain::Interval;
use radard::platform::douyin::{parse_moment, parse_shown, show_moment};
use radard::wire::Json;
use serde::Deserialize;
use serde_json::{Value, json};

use super::file::{Wrong, each, same};

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Vector {
    TimestampToStr { input: Value, expect: Value },
    IntervalMs { interval: String, which: String, expect: Value },
    Filter { interval: String, create_times: Vec<String>, expect_kept: Option<Vec<usize>> },
}

impl Vector {
    fn check(&self) -> Result<(), Wrong> {
        match self {
            Self::TimestampToStr { input, expect } => {
                let text = input.to_string();
                let read = Json::parse(text.as_bytes(), radard::wire::json::Caps::default()).unwrap();
                same("shown", json!(parse_moment(read.root()).and_then(show_moment)), expect.clone())
            }
            Self::IntervalMs { interval, which, expect } => {
                let got = match (Interval::parse(interval), which.as_str()) {
                    (Ok(Some(interval)), "start") => json!(interval.start.0),
                    (Ok(Some(interval)), "end") => json!(interval.end.0),
                    _ => json!({"error": "bad_interval"}),
                };
                same(interval, got, expect.clone())
            }
            Self::Filter { interval, create_times, expect_kept } => {
                let kept = Interval::parse(interval).ok().flatten().map(|interval| {
                    let inside = |(_, time): &(usize, &String)| parse_shown(time).is_some_and(|at| interval.holds(at));
                    create_times.iter().enumerate().filter(inside).map(|(at, _)| at).collect::<Vec<_>>()
                });
                same(interval, kept, expect_kept.clone())
            }
        }
    }
}

#[test]
fn times() {
    each("douyin_times.json", Vector::check);
}
