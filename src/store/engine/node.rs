//! The name of a node on a shared database: one process at a time has it.
//!
//! Two processes with one name would take each other's jobs for what their own earlier life left. The name is an advisory
//! lock on a connection of its own, so the server lets go of it when the process ends, however it ends.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use super::error::Error;
use super::open_error::OpenError;
use super::pool::Place;
use crate::ambient::Clock;
use crate::supervise::{Failure, Stop, Supervisor};

/// How often it is asked whether the name is still ours.
const EVERY: Duration = Duration::from_secs(10);
/// The server notices a peer that lost its power or its network within 11 s, by these settings of the connection…
const KEEPALIVES: [(&str, &str); 3] =
    [("tcp_keepalives_idle", "5"), ("tcp_keepalives_interval", "2"), ("tcp_keepalives_count", "3")];
/// …so a name that is taken for longer belongs to a process that lives.
const PATIENCE: Duration = Duration::from_secs(12);
const AGAIN: Duration = Duration::from_millis(250);

/// Holds the name of a node for as long as it lives.
#[derive(Debug)]
pub struct NodeName {
    options: PgConnectOptions,
    name: String,
    clock: Clock,
    connection: PgConnection,
}

/// Why a name could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// Another process has it.
    #[error("another radard with the node name `{0}` works on this database")]
    Taken(String),
    /// The database refused.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl NodeName {
    /// Takes `name` on the database at `place`; nothing when that is a file, which has one process anyway.
    pub async fn take(place: &Place, name: &str, clock: &Clock) -> Result<Option<Self>, NodeError> {
        let Place::Postgres(url, _) = place else { return Ok(None) };
        let options: PgConnectOptions = url.reveal().parse().map_err(|_| OpenError::Address)?;
        let options = options.application_name("radard").options(KEEPALIVES).disable_statement_logging();
        let connection = lock(&options, name, clock).await?;
        Ok(Some(Self { options, name: name.to_owned(), clock: clock.clone(), connection }))
    }

    /// Holds it as a task of `house`, which cannot stand without it.
    pub fn start(self, house: &Supervisor) {
        house.spawn_once("node.name", |stop| self.keep(stop));
    }

    /// Holds it until the house stops; fails once another process has it.
    async fn keep(mut self, stop: Stop) -> Result<(), Failure> {
        loop {
            tokio::select! {
                biased;
                () = stop.asked() => return Ok(()),
                () = self.clock.sleep(EVERY) => {}
            }
            // A connection that was cut without a word would never answer.
            if matches!(self.clock.limit(PATIENCE, self.connection.ping()).await, Ok(Ok(()))) {
                continue;
            }
            match lock(&self.options, &self.name, &self.clock).await {
                Ok(connection) => self.connection = connection,
                Err(taken @ NodeError::Taken(_)) => return Err(taken.into()),
                // Without the database nobody works under any name.
                Err(NodeError::Open(error)) => {
                    tracing::warn!("The name of this node could not be taken again: {error}");
                }
            }
        }
    }
}

/// Takes the name on a new connection.
async fn lock(options: &PgConnectOptions, name: &str, clock: &Clock) -> Result<PgConnection, NodeError> {
    let failed = |error| NodeError::Open(Error::in_act("take the name of this node")(error).into());
    let mut connection = options.connect().await.map_err(failed)?;
    let until = clock.steady() + PATIENCE;
    loop {
        let ask = sqlx::query_as("SELECT pg_try_advisory_lock(hashtextextended('radard node ' || $1, 0))").bind(name);
        let (is_ours,): (bool,) = ask.fetch_one(&mut connection).await.map_err(failed)?;
        if is_ours {
            return Ok(connection);
        }
        if clock.steady() >= until {
            return Err(NodeError::Taken(name.to_owned()));
        }
        clock.sleep(AGAIN).await;
    }
}
