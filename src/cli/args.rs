//! The command line as types: what is written here is what `--help`, the completions and the manual say.
//!
//! One line per command; what a command takes stands in its own file. A command that does not exist yet is not listed.

use super::alarm::AlarmCommand;
use super::backup::BackupCommand;
use super::check::Check;
use super::complete::Complete;
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
use super::open::Open;
use super::profile::ProfileCommand;
use super::replay::Replay;
use super::run::Run;
use super::schedule::ScheduleCommand;
use super::secrets::SecretsCommand;
use super::shells::Completions;
use super::sign::SignCommand;
use super::sim::Sim;
use super::target::{PlanCommand, TargetCommand};

const MORE: &str = "`radard help COMMAND` shows the options of a command and an example.

Exit codes:
  0 done · 1 failed, or some items failed · 2 usage · 4 the site refused
  16 a login is needed · 75 another instance holds the data directory
  78 configuration or key error · 130 interrupted";

/// A daemon that crawls Douyin, keeps logins and downloads files.
#[derive(Debug, clap::Parser)]
#[command(name = "radard", version, max_term_width = 100, after_help = MORE)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Every command, in the order of the help.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Show radard at work on simulated platforms
    Demo(Demo),
    /// Write the settings file and the systemd unit; never overwrites
    Init(Init),
    /// Check the settings and the queue file, and name every problem
    Check(Check),
    /// Run the daemon
    Run(Run),
    /// Check that everything works; each failure names its fix
    Doctor,
    /// Print a link to the dashboard; it works once, for 10 minutes
    Open(Open),
    /// List the targets of the queue file; run, pause or resume one
    #[command(subcommand)]
    Target(TargetCommand),
    /// Show what the saved queue file would change
    Plan(PlanCommand),
    /// List what a link leads to: posts, people, comments, rooms
    Fetch(Fetch),
    /// Write what was found as a table: csv, jsonl or xlsx
    Export(Export),
    /// Find the ids in links, and in texts with links in them
    Id(Id),
    /// Delete all that is known of a person
    #[command(subcommand)]
    Forget(ForgetCommand),
    /// Import, capture, test, roll back and export logins
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// List alarms and acknowledge them
    #[command(subcommand)]
    Alarm(AlarmCommand),
    /// List, add, retry, cancel or pause jobs
    #[command(subcommand)]
    Job(JobCommand),
    /// List the jobs that run at set times, or run one now
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    /// Add, list and revoke keys for the API
    #[command(subcommand)]
    Key(KeyCommand),
    /// Make the key that seals secrets; seal and list credentials
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Copy the database, verify a copy, restore one
    #[command(subcommand)]
    Backup(BackupCommand),
    /// Bring the database to the schema of this version
    Migrate,
    /// Write a file for a bug report, without secrets
    Diagnose(Diagnose),
    /// Compute a signature from its inputs; sends nothing
    #[command(subcommand)]
    Sign(SignCommand),
    /// Read kept answers of platforms again; sends nothing
    Replay(Replay),
    /// Run the simulated platforms alone
    Sim(Sim),
    /// Print the completions of a shell
    Completions(Completions),
    /// Print the manual page
    Man,
    /// Print the names that can stand at the end of a line, for completions
    #[command(hide = true)]
    Complete(Complete),
}
