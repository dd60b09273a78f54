//! The table is clean, and the text is what a scraper expects.

use std::collections::BTreeSet;

use super::*;

/// The sample lines of one metric.
fn lines(metrics: &Metrics, name: &str) -> Vec<String> {
    metrics.render().lines().filter(|line| line.starts_with(name)).map(str::to_owned).collect()
}

#[test]
fn names_are_unique_and_say_unit_and_kind() {
    let names: BTreeSet<_> = TABLE.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), TABLE.len());
    for row in TABLE {
        assert!(row.name.starts_with("radard_"), "{}", row.name);
        assert!(row.name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", row.name);
        assert_eq!(row.name.ends_with("_total"), row.kind == Kind::Counter, "{}", row.name);
        let stem = row.name.trim_end_matches("_total");
        assert_eq!(stem.ends_with("_seconds"), row.unit == Unit::Seconds, "{}", row.name);
        assert_eq!(stem.ends_with("_bytes"), row.unit == Unit::Bytes, "{}", row.name);
        assert!(row.labels.len() <= 2 && row.help.ends_with('.') && !row.help.contains(['\n', '\\']), "{}", row.name);
    }
}

#[test]
fn the_text_has_help_type_and_value() {
    let metrics = Metrics::new();
    metrics.add(LEASE_LOST, [], 2);
    metrics.add(JOBS_SETTLED, ["download", "ok"], 3);
    metrics.add(COMMIT_SECONDS, [], Duration::from_millis(1500));
    metrics.add(COMMIT_SECONDS, [], 1);
    metrics.set(WAL_BYTES, [], 4096);
    let text = metrics.render();
    for expected in [
        "# HELP radard_lease_lost_total Leases found lost by the worker that held them.\n\
         # TYPE radard_lease_lost_total counter\nradard_lease_lost_total 2\n",
        "# TYPE radard_jobs_settled_total counter\nradard_jobs_settled_total{kind=\"download\",class=\"ok\"} 3\n",
        "\nradard_commit_seconds_total 2.500000\n",
        "# TYPE radard_wal_bytes gauge\nradard_wal_bytes 4096\n",
        concat!("\nradard_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1\n"),
        "\nradard_commits_total 0\n",
    ] {
        assert!(text.contains(expected), "{expected}\nis missing in\n{text}");
    }
}

#[test]
fn a_label_value_cannot_break_out_of_its_quotes() {
    let metrics = Metrics::new();
    metrics.set(LANE_CLOSED, ["a\"} 9\nradard_up 1\\"], 1);
    assert_eq!(lines(&metrics, "radard_lane_closed"), [r#"radard_lane_closed{lane="a\"} 9\nradard_up 1\\"} 1"#]);
}

#[test]
fn the_two_hundredth_label_value_is_other_and_nothing_is_lost() {
    let metrics = Metrics::new();
    for n in 0..1000 {
        metrics.add(JOBS_ENQUEUED, [&format!("kind-{n}")], 1);
    }
    metrics.add(JOBS_ENQUEUED, ["kind-0"], 1);
    let lines = lines(&metrics, "radard_jobs_enqueued_total");
    assert_eq!(lines.len(), MOST_SERIES);
    assert!(lines.contains(&"radard_jobs_enqueued_total{kind=\"kind-0\"} 2".to_owned()));
    assert!(lines.contains(&"radard_jobs_enqueued_total{kind=\"other\"} 801".to_owned()), "{lines:?}");
}

#[test]
fn a_long_label_value_is_cut() {
    let metrics = Metrics::new();
    metrics.add(TASK_RESTARTS, [&"é".repeat(10_000)], 1);
    assert!(lines(&metrics, "radard_tasks_restarts_total").concat().len() < 400);
}

#[test]
fn a_replaced_gauge_forgets_what_is_no_more() {
    let metrics = Metrics::new();
    metrics.set(ALARMS_OPEN, ["error"], 2);
    metrics.replace(ALARMS_OPEN, [(["warn"], 1)]);
    assert_eq!(lines(&metrics, "radard_alarms_open"), ["radard_alarms_open{severity=\"warn\"} 1"]);
}

#[test]
fn clones_share_their_numbers() {
    let metrics = Metrics::new();
    metrics.clone().add(COMMITS, [], 1);
    assert_eq!(lines(&metrics, "radard_commits_total"), ["radard_commits_total 1"]);
}
