//! Hostile bytes: the corpus of every fuzz target and thousands of its mutations, with an eye on memory.
//!
//! No input may break a reader, and none may make it take more memory than its caps say: so the allocator of this
//! program counts what its thread holds.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::PathBuf;

use radard::platform::douyin::{ENDPOINTS, Reading, user_post};
use radard::wire::json::{Caps, Json};

use crate::fuzz::{TARGETS, Target};

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counted.
struct Counted;

#[global_allocator]
static ALLOCATOR: Counted = Counted;

#[expect(unsafe_code, reason = "an allocator can only be written so; it hands everything on to the system's")]
// SAFETY: each call goes to the system's allocator with the arguments it came with.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // A thread that ends frees after its counters are gone; what it frees then is no reader's.
        let _gone = HELD.try_with(|held| {
            held.set(held.get().wrapping_add(layout.size()));
            let _gone = MOST.try_with(|most| most.set(most.get().max(held.get())));
        });
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let _gone = HELD.try_with(|held| held.set(held.get().wrapping_sub(layout.size())));
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

/// The most bytes that `act` held at any time beyond what was held before.
fn most_held(act: impl FnOnce()) -> usize {
    HELD.set(0);
    MOST.set(0);
    act();
    MOST.get()
}

/// What a reader may hold for an input of this length: its nodes, what was read of them, and a view of that.
const fn cap(length: usize) -> usize {
    (1 << 20) + length * 100
}

fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = PathBuf::from("tests/fixtures/fuzz").join(name);
    let files = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    files.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }

    /// `bytes` with a few of them changed, cut, doubled, or swapped for what parsers stumble over.
    fn mutate(&mut self, bytes: &[u8]) -> Vec<u8> {
        const STUMBLES: [&[u8]; 8] = [b"[", b"{\"", b"\\u", b"null", b"1e999", b"\xff", b"\0", "\u{202e}".as_bytes()];
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            match self.below(5) {
                0 => bytes.truncate(at),
                1 => bytes.splice(at..at, STUMBLES[self.below(STUMBLES.len())].iter().copied()).for_each(drop),
                2 => {
                    let piece: Vec<u8> = bytes[at..].iter().copied().take(self.below(64)).collect();
                    bytes.splice(at..at, piece).for_each(drop);
                }
                3 => drop(bytes.drain(at..(at + self.below(9)).min(bytes.len()))),
                _ => {
                    let byte = u8::try_from(self.below(256)).unwrap();
                    bytes.splice(at..(at + 1).min(bytes.len()), [byte]).for_each(drop);
                }
            }
        }
        bytes
    }
}

#[track_caller]
fn hold(target: Target) {
    let (name, read) = target;
    let corpus = corpus(name);
    assert!(corpus.len() >= 8, "{name} has {} files to begin with", corpus.len());
    let mut dice = Dice(7);
    for (path, bytes) in &corpus {
        for turn in 0..200 {
            let bytes = if turn == 0 { bytes.clone() } else { dice.mutate(bytes) };
            let held = most_held(|| read(&bytes));
            assert!(held <= cap(bytes.len()), "{}: {held} bytes for {}", path.display(), bytes.len());
        }
    }
}

/// One test for each target.
macro_rules! targets {
    ($($test:ident: $at:literal;)+) => {
        $(
            #[test]
            fn $test() {
                hold(TARGETS[$at]);
            }
        )+

        #[test]
        fn every_target_has_a_test() {
            assert_eq!([$($at),+].len(), TARGETS.len());
            $(assert_eq!(TARGETS[$at].0, stringify!($test));)+
        }
    };
}

targets! {
    json: 0;
    models: 1;
    links: 2;
    lyrics: 3;
    templates: 4;
    cookies: 5;
}

#[test]
fn the_worst_that_fits_the_caps_stays_below_a_bound() {
    // As many of the shortest values as may be, and as long a text as may be.
    let caps = Caps::default();
    for text in [
        format!("[{}1]", "1,".repeat(caps.values - 2)),
        format!("[{}[]]", "[],".repeat(caps.values - 3)),
        format!("[\"{}\"]", "x".repeat(caps.bytes - 4)),
        "[1,".repeat(caps.bytes / 3),
        format!("[{}", "1,".repeat(caps.bytes / 2 - 1)),
    ] {
        let held = most_held(|| drop(Json::parse(text.as_bytes(), caps)));
        assert!(held <= 128 << 20, "{held} bytes for {text:.12}…");
    }
}

#[test]
fn no_list_and_no_head_makes_a_page_grow_beyond_a_bound() {
    let lists = ["aweme_list", "followings", "followers", "comments", "mix_infos", "data", "collects_list", "mc_list"];
    let long = "x".repeat(1 << 20);
    for list in lists {
        let rows = |count: usize| format!("[{}]", vec!["{}"; count].join(","));
        let wide = (0..4000).map(|at| format!("\"k{at}\":0")).collect::<Vec<_>>().join(",");
        for count in [1000, 1001] {
            let body = format!("{{{wide},\"nickname\":\"{long}\",\"cursor\":\"{long}\",\"{list}\":{}}}", rows(count));
            for endpoint in ENDPOINTS {
                let held = most_held(|| drop((endpoint.read)(body.as_bytes())));
                assert!(held <= 64 << 20, "{held} bytes for `{}` and {list}", endpoint.place.name);
            }
        }
    }
    let page = |count: usize| format!("{{\"max_cursor\":\"{long}\",\"aweme_list\":[{}]}}", vec!["{}"; count].join(","));
    let (most, more) = (page(1000), page(1001));
    let held = most_held(|| drop(Reading::<user_post::Answer>::of(most.as_bytes()).unwrap().to_list()));
    assert!(held <= 64 << 20, "{held} bytes for a list of rows");
    let refused = Reading::<user_post::Answer>::of(more.as_bytes()).unwrap_err().to_string();
    assert_eq!(refused, "its list has 1001 rows, and more than 1000 are not read");
    let wide = (0..4097).map(|at| format!("\"k{at}\":0")).collect::<Vec<_>>().join(",");
    let refused = Json::parse(format!("{{{wide}}}").as_bytes(), Caps::default()).unwrap_err();
    assert_eq!(refused.to_string(), "an object in it has more than 4096 members");
}

#[test]
fn the_count_sees_what_is_held() {
    assert!(most_held(|| drop(vec![0_u8; 5_000_000])) >= 5_000_000);
    assert!(most_held(|| ()) < 1000);
}
