//! The ways to sign, put together from the settings; and a look at whether they work.

use crate::base::Plan;
use crate::domain::identity::{Identity, Told};
use crate::platform::signer::{Asked, Command, Signer as _, What};
use crate::sign::SCHEMES;

/// What became of trying every way to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// How many recipes this build has.
    pub recipes: usize,
    /// Those that no longer give what their example gives.
    pub broken: Vec<String>,
    /// What became of the operator's program, when there is one.
    pub command: Option<Result<(), String>>,
}

/// Tries every recipe on its example, and the operator's program on a query.
pub(super) async fn try_all(plan: &Plan) -> Tried {
    let broken = SCHEMES.iter().filter(|(_, holds)| !holds()).map(|(version, _)| version.to_string()).collect();
    let command = match Command::new(&plan.config.douyin.sign_command, plan.ambient.clock.clone()) {
        Some(command) => Some(try_command(&command).await),
        None => None,
    };
    Tried { recipes: SCHEMES.len(), broken, command }
}

async fn try_command(command: &Command) -> Result<(), String> {
    let guest = Identity::of(Told::default(), |_, _| {
        "1536|747|1536|834|0|30|0|0|1536|834|1536|864|1525|747|24|24|Win32".to_owned()
    });
    let identity = guest.map_err(|why| why.to_string())?;
    let what = What::Query("device_platform=webapp&aid=6383&count=10", "");
    let asked = Asked { endpoint: "doctor", identity: &identity, what };
    command.sign(&asked).await.map(drop).map_err(|why| why.to_string())
}
