//! Keeps logins fresh: asks for a capture of each when its time has come, outside quiet hours.

use std::time::Duration;

use serde_json::json;

use super::desk::Profiles;
use crate::ambient::Clock;
use crate::daemon::live::Live;
use crate::pace::Quiet;
use crate::queue::{Ask, Queue};
use crate::supervise::{Failure, Stop};

/// How often it is looked whether something is due.
const LOOK: Duration = Duration::from_mins(1);

/// Looks for what is due until it is asked to stop.
pub(in crate::daemon) async fn keep(
    (profiles, queue): (Profiles, Queue),
    (live, clock): (Live, Clock),
    stop: Stop,
) -> Result<(), Failure> {
    loop {
        let now = clock.now();
        profiles.show_numbers(now).await?;
        if Quiet::of(&live.now().pace).until(now).is_none() {
            for (name, proved_at) in profiles.due(now).await? {
                let key = format!("{name}@{proved_at}");
                let ask = Ask {
                    kind: "capture".to_owned(),
                    key,
                    payload: json!({"profile": name}),
                    priority: 0,
                    run_at: None,
                };
                if let Err(error) = queue.ask(ask).await {
                    tracing::warn!(session.profile = name, "A login is due, and no job takes it: {error}");
                }
            }
        }
        tokio::select! {
            biased;
            () = stop.asked() => return Ok(()),
            () = clock.sleep(LOOK) => {}
        }
    }
}
