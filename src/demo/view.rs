//! What a viewer in a terminal reads while the steps run.

use std::time::Duration;

use serde_json::Value;

use super::setup::Event;

/// The lines of one event.
pub fn lines(event: &Event) -> Vec<String> {
    match event {
        Event::Page { link } => {
            vec![String::new(), format!("    Look over its shoulder: {link}"), String::new()]
        }
        Event::Begin { name, sentence } => vec![format!("  … {name:<10} {sentence}")],
        Event::End { name, outcome: Ok(figures), took } => {
            vec![format!("  ✓ {name:<10} {} ({})", figures_of(figures), span(*took))]
        }
        Event::End { name, outcome: Err(why), took } => vec![format!("  ✗ {name:<10} {why} ({})", span(*took))],
        Event::Stays => {
            vec![String::new(), "    All steps are done. The page stays until you press Ctrl-C.".to_owned()]
        }
    }
}

/// `lost 0, doubled 0`: what a step measured.
fn figures_of(figures: &Value) -> String {
    let pairs = figures.as_object().into_iter().flatten();
    let words: Vec<_> = pairs
        .map(|(name, value)| {
            let value = value.as_str().map_or_else(|| value.to_string().replace('"', ""), str::to_owned);
            format!("{} {value}", name.replace('_', " "))
        })
        .collect();
    words.join(", ")
}

fn span(took: Duration) -> String {
    if took < Duration::from_secs(1) {
        return format!("{} ms", took.as_millis());
    }
    format!("{:.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_step_reads_as_one_line_with_its_figures() {
        let took = Duration::from_millis(1300);
        let end = Event::End { name: "kill", outcome: Ok(json!({"lost": 0, "acknowledged": 150})), took };
        assert_eq!(lines(&end), ["  ✓ kill       acknowledged 150, lost 0 (1.3 s)"]);
        let bad = Event::End { name: "kill", outcome: Err("a job is gone".into()), took: Duration::from_millis(7) };
        assert_eq!(lines(&bad), ["  ✗ kill       a job is gone (7 ms)"]);
    }
}
