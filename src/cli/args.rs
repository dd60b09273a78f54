//! The command line as types: what is written here is what `--help`, the completions and the manual say.
//!
//! One line per command; what a command takes stands in its own file. A command that does not exist yet is not listed.

use super::alarm::AlarmCommand;
use super::backup::BackupCommand;
use super::check::Check;
use super::demo::Demo;
use super::diagnose::Diagnose;
use super::export::Export;
use super::fetch::Fetch;
use super::forget::ForgetCommand;
use super::global::Global;
use super::id::Id;
use super::init::Init;
use super::job::JobCommand;
use super::key::KeyCommand;
use super::manual::Completions;
use super::open::Open;
use super::profile::ProfileCommand;
use super::replay::Replay;
use super::run::Run;
use super::schedule::ScheduleCommand;
use super::secrets::SecretsCommand;
use super::sign::SignCommand;
use super::sim::Sim;
use super::target::{PlanCommand, TargetCommand};

const CODES: &str = "Exit codes:
  0 done · 1 failed, or some items failed · 2 usage · 4 the site refused · 16 a login is needed
  75 another instance holds the data directory · 78 configuration or key error · 130 interrupted";

/// An honest daemon for a small creator-economy team: what it cannot do, it says.
#[derive(Debug, clap::Parser)]
#[command(name = "radard", version, about, max_term_width = 100, after_help = CODES)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Every command.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Run the daemon
    Run(Run),
    /// Write the settings file and the systemd unit; never overwrites
    Init(Init),
    /// Show radard at work on simulated platforms
    Demo(Demo),
    /// Run the simulated platforms alone
    Sim(Sim),
    /// Check the configuration and name every problem
    Check(Check),
    /// Look radard over: each failure names its fix
    Doctor,
    /// Keys for the API
    #[command(subcommand)]
    Key(KeyCommand),
    /// What a person should know
    #[command(subcommand)]
    Alarm(AlarmCommand),
    /// Print a link that signs a browser in; it works once, for 10 minutes
    Open(Open),
    /// Durable work
    #[command(subcommand)]
    Job(JobCommand),
    /// Jobs that run at set times
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    /// What is kept up to date: the targets of the queue file
    #[command(subcommand)]
    Target(TargetCommand),
    /// What taking the queue file over would change
    Plan(PlanCommand),
    /// Logins: take in, capture, prove, go back, give out
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// List what a link leads to: posts, people, comments, rooms
    Fetch(Fetch),
    /// Write what was found as a table: csv, jsonl or xlsx
    Export(Export),
    /// Throw away all that is known of somebody
    #[command(subcommand)]
    Forget(ForgetCommand),
    /// Find the ids in links, and in texts with links in them
    Id(Id),
    /// Compute a signature from its inputs; sends nothing
    #[command(subcommand)]
    Sign(SignCommand),
    /// Copies of the database
    #[command(subcommand)]
    Backup(BackupCommand),
    /// Secrets at rest: their key, and credentials that are kept sealed
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Read kept exchanges with platforms again, as this build reads them; sends nothing
    Replay(Replay),
    /// Write a file for a bug report, without secrets
    Diagnose(Diagnose),
    /// Bring the database to the present
    Migrate,
    /// Print the completions of a shell
    Completions(Completions),
    /// Print the manual page
    Man,
}
