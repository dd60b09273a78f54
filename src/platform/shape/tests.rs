//! What is noticed of a site that changes, and what is not taken for a change.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::ambient::Clock;
use crate::domain::Millis;
use crate::observe::Metrics;
use crate::wire::json::{Caps, Json, Path};

/// A list of works, as an endpoint would describe it.
const WORKS: &[Expected] = &[
    Expected { base: Path::new(""), is_list: false, fields: &[Field { name: "more", place: "has_more" }] },
    Expected {
        base: Path::new("works"),
        is_list: true,
        fields: &[
            Field { name: "id", place: "id" },
            Field { name: "cover", place: "video.cover[0]" },
            Field { name: "total", place: "$.total" },
            Field { name: "nobody", place: "nobody" },
        ],
    },
];

fn watch() -> (Watch, Metrics) {
    let metrics = Metrics::new();
    (Watch::new("site", Clock::simulated(Millis(1_000)), metrics.clone()), metrics)
}

fn see(watch: &Watch, answer: &Value, times: u32) {
    let text = answer.to_string();
    let json = Json::parse(text.as_bytes(), Caps::default()).unwrap();
    for _ in 0..times {
        watch.look("works", WORKS, json.root());
    }
}

/// What is known of the only endpoint; nothing when nothing was worth writing down.
fn known(watch: &Watch) -> Option<Memory> {
    watch.take_changed().pop().map(|kept| kept.memory)
}

fn gone(memory: &Memory) -> Vec<String> {
    memory.gone().into_iter().map(|gone| gone.place).collect()
}

fn whole() -> Value {
    json!({"has_more": 1, "total": 3, "works": [{"id": "1", "video": {"cover": ["a"]}}, {"id": "2"}]})
}

#[test]
fn a_field_that_was_always_there_is_missed_and_comes_back() {
    let (watch, metrics) = watch();
    see(&watch, &whole(), 20);
    watch.take_changed();
    let without = json!({"has_more": 1, "total": 3, "works": [{"number": "1", "video": {"cover": []}}]});
    see(&watch, &without, 55);
    let memory = known(&watch).unwrap();
    assert_eq!(gone(&memory), ["works[].id"], "an empty list says nothing of its items");
    assert_eq!(memory.gone()[0].since, Millis(1_000));
    assert_eq!(memory.fresh().iter().map(|fresh| fresh.place.as_str()).collect::<Vec<_>>(), ["works[].number"]);
    let told = metrics.render();
    assert!(told.contains("radard_schema_gone_fields{endpoint=\"site.works\"} 1"), "{told}");
    assert!(told.contains("radard_schema_new_fields_total{endpoint=\"site.works\"} 1"), "{told}");
    see(&watch, &whole(), 60);
    assert_eq!(gone(&known(&watch).unwrap()), [""; 0]);
    assert!(metrics.render().contains("radard_schema_gone_fields{endpoint=\"site.works\"} 0"));
}

#[test]
fn a_field_that_comes_and_goes_is_not_missed_at_once() {
    let mut memory = Memory::default();
    let mut look = |answer: &Value| {
        let text = answer.to_string();
        memory.look(WORKS, Json::parse(text.as_bytes(), Caps::default()).unwrap().root(), Millis(7));
        gone(&memory)
    };
    let without = json!({"has_more": 1, "total": 3, "works": [{"id": "1"}]});
    for _ in 0..40 {
        look(&without);
        assert_eq!(
            look(&json!({"has_more": 1, "total": 3, "works": [{"id": "1", "video": {"cover": ["a"]}}]})),
            [""; 0]
        );
    }
    for _ in 0..2 {
        assert_eq!(
            look(&json!({"has_more": 1, "works": [{"id": "1"}]})),
            [""; 0],
            "two answers without its total are no change"
        );
    }
    assert_eq!(look(&json!({"has_more": 1, "works": [{"id": "1"}]})), ["total"], "three are, after eighty that had it");
}

#[test]
fn nothing_is_missed_where_there_is_nothing_to_have_it() {
    let mut memory = Memory::default();
    for answer in
        [whole(), json!({"has_more": 0, "works": null, "total": 0}), json!({"has_more": 0, "total": null, "works": []})]
    {
        let text = answer.to_string();
        let json = Json::parse(text.as_bytes(), Caps::default()).unwrap();
        for _ in 0..30 {
            memory.look(WORKS, json.root(), Millis(7));
        }
    }
    assert_eq!(gone(&memory), [""; 0]);
    assert_eq!(memory.never().collect::<Vec<_>>(), ["works[].nobody"], "thirty works should have had it");
}

#[test]
fn one_answer_in_fifty_is_looked_at_and_each_after_one_that_cannot_be_read() {
    let (watch, metrics) = watch();
    see(&watch, &whole(), 20 + 49 + 1 + 49 + 1 + 10);
    watch.failed("works");
    assert_eq!(known(&watch).unwrap().looked, 22, "twenty to learn from, then one in fifty");
    see(&watch, &whole(), 1);
    watch.failed("works");
    let memory = known(&watch).unwrap();
    assert_eq!((memory.looked, memory.errors), (23, 2));
    assert!(metrics.render().contains("radard_schema_errors_total{endpoint=\"site.works\"} 2"));
}

#[test]
fn what_was_written_down_is_taken_up_and_that_of_others_is_not() {
    let (watch, _) = watch();
    see(&watch, &whole(), 1);
    let kept = watch.take_changed();
    assert_eq!(watch.take_changed(), [], "it is told once");
    let text = serde_json::to_string(&kept[0].memory).unwrap();
    assert_eq!(serde_json::from_str::<Memory>(&text).unwrap(), kept[0].memory);
    let (other, metrics) = self::watch();
    let strange = Kept { endpoint: "elsewhere.works".to_owned(), memory: Memory::default() };
    other.remember(kept.into_iter().chain([strange]));
    assert!(!metrics.render().contains("elsewhere"));
    see(&other, &whole(), 1);
    other.failed("works");
    assert_eq!(known(&other).unwrap().looked, 2);
}

#[test]
fn members_that_are_named_by_a_number_are_one_place_and_no_more_are_learned_than_fit() {
    let mut memory = Memory::default();
    let mut look = |answer: &Value| {
        let text = answer.to_string();
        memory.look(&[], Json::parse(text.as_bytes(), Caps::default()).unwrap().root(), Millis(7))
    };
    for _ in 0..20 {
        look(&json!({"rooms": {"7300000000000000001": {"on": true}}}));
    }
    assert_eq!(look(&json!({"rooms": {"7300000000000000002": {"on": true}}})), 0);
    assert_eq!(look(&json!({"rooms": {"7300000000000000003": {"off": true}}})), 1);
    let many: serde_json::Map<_, _> = (0..4000).map(|at| (format!("m{at}"), json!(at))).collect();
    assert_eq!(look(&Value::Object(many)), 4000);
    let more: serde_json::Map<_, _> = (0..4000).map(|at| (format!("n{at}"), json!(at))).collect();
    assert!(look(&Value::Object(more)) < 100);
    assert_eq!(memory.fresh().len(), 32);
}

proptest! {
    /// However often a field comes, it is hardly ever missed while it keeps coming as often: chance alone makes it stay away
    /// for long once in a while, and then it is missed until it comes again.
    #[test]
    fn a_habit_is_no_change(often in 1_u32..=10, seed in any::<u64>()) {
        let (with, without) = (json!({"total": 1}), json!({"more": 1}));
        let (with, without) = (with.to_string(), without.to_string());
        let mut memory = Memory::default();
        let mut state = seed | 1;
        let (mut alarms, mut is_missed) = (0, false);
        for _ in 0..400 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let text = if state % 10 < u64::from(often) { &with } else { &without };
            let expected =
                [Expected { base: Path::new(""), is_list: false, fields: &[Field { name: "t", place: "total" }] }];
            memory.look(&expected, Json::parse(text.as_bytes(), Caps::default()).unwrap().root(), Millis(7));
            let was_missed = std::mem::replace(&mut is_missed, !memory.gone().is_empty());
            alarms += u32::from(is_missed && !was_missed);
        }
        prop_assert!(alarms <= 4, "{alarms} false alarms in 400 answers");
    }
}
