//! A figure: its value, the bar it has to hold, and the line of JSON that says so.
//!
//! A bar that depends on a peer has no height unless the peer was run in the same call; such a figure is printed all
//! the same, and is neither held nor missed.

use serde_json::{Value, json};

/// Which side of the bar is the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Speeds.
    AtLeast,
    /// Times and sizes.
    AtMost,
}

/// What a figure has to hold.
#[derive(Debug, Clone)]
pub(crate) enum Bar {
    /// It is only printed.
    None,
    /// A fixed number.
    Fixed(Side, f64),
    /// So many times what another measured in the same call: its name, and what it measured if it ran.
    Times(Side, f64, &'static str, Option<f64>),
}

/// One figure.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    /// Its name, dotted.
    pub(crate) name: &'static str,
    /// What was measured; absent when it could not be, with the reason.
    pub(crate) value: Result<f64, String>,
    /// What it counts.
    pub(crate) unit: &'static str,
    /// What it has to hold.
    pub(crate) bar: Bar,
}

impl Figure {
    /// A figure that was measured.
    pub(crate) fn new(name: &'static str, value: f64, unit: &'static str, bar: Bar) -> Self {
        Self { name, value: Ok(value), unit, bar }
    }

    /// A figure that could not be measured here.
    pub(crate) fn not_run(name: &'static str, why: &str, bar: Bar) -> Self {
        Self { name, value: Err(format!("not run: {why}")), unit: "", bar }
    }

    /// Whether the bar holds, if it could be judged.
    pub(crate) fn holds(&self) -> Option<bool> {
        let value = *self.value.as_ref().ok()?;
        let (side, height) = match self.bar {
            Bar::None => return None,
            Bar::Fixed(side, height) => (side, height),
            Bar::Times(side, times, _, peer) => (side, times * peer?),
        };
        Some(if side == Side::AtLeast { value >= height } else { value <= height })
    }

    /// Its line.
    pub(crate) fn line(&self) -> Value {
        let sign = |side| if side == Side::AtLeast { ">=" } else { "<=" };
        let (bar, peer) = match &self.bar {
            Bar::None => (Value::Null, Value::Null),
            Bar::Fixed(side, height) => (json!(format!("{} {height}", sign(*side))), Value::Null),
            Bar::Times(side, times, peer, ran) => {
                let ran = ran.map_or_else(|| json!("not run"), |ran| json!({"name": peer, "value": rounded(ran)}));
                (json!(format!("{} {times} x {peer}", sign(*side))), ran)
            }
        };
        let value = self.value.as_ref().map_or_else(|why| json!(why), |value| json!(rounded(*value)));
        json!({"figure": self.name, "value": value, "unit": self.unit, "bar": bar, "holds": self.holds(), "peer": peer})
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The value below which the share `share` of `values` lies.
pub(crate) fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        clippy::as_conversions,
        reason = "counts of samples are small"
    )]
    let at = ((values.len() as f64 * share).ceil() as usize).saturating_sub(1);
    values.get(at).copied().unwrap_or(f64::NAN)
}

/// How many a second.
pub(crate) fn rate(count: usize, took: std::time::Duration) -> f64 {
    u32::try_from(count).map_or(f64::NAN, f64::from) / took.as_secs_f64()
}

/// Prints one line of JSON.
#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
pub(crate) fn print(line: &Value) {
    println!("{line}");
}
