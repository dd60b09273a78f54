//! The command line: one file per command, and the only code that prints.
//!
//! A command line is parsed before anything else happens, so that a wrong one costs nothing. A command gives back an
//! answer or a failure; `out` alone says it, and the exit code follows from it. Commands that touch data find the
//! running daemon, or work by themselves, through `reach`.

mod alarm;
mod args;
mod backup;
mod check;
mod complete;
mod confirm;
mod demo;
mod desk;
mod diagnose;
mod doctor;
mod examples;
mod exit;
mod export;
mod failure;
mod fetch;
mod forget;
mod global;
mod guide;
mod house;
mod id;
mod init;
mod job;
mod key;
mod listing;
mod manual;
mod migrate;
mod open;
mod out;
mod places;
mod private;
mod profile;
mod reach;
mod replay;
mod run;
mod schedule;
mod secrets;
mod shells;
mod sign;
mod sim;
mod slip;
mod table;
mod target;
mod terms;
mod text;
mod whole;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use clap::CommandFactory as _;

use self::args::{Args, Command};
use self::complete::{Complete, SILENT};
use self::desk::{Desk, Environment};
use self::exit::Exit;
use self::failure::Failure;
use self::out::{Answer, Out, print};
use self::private::keep_private;

/// How long what still runs in the background may take once the answer is known.
const LINGER: Duration = Duration::from_secs(2);

/// Runs the command that this process was started with, and gives its exit code.
pub fn main() -> ExitCode {
    let given: Vec<OsString> = std::env::args_os().collect();
    match guide::parse(&given) {
        Ok(args) => run_command(args).into(),
        Err(error) => refuse_line(&error, &given).into(),
    }
}

fn run_command(args: Args) -> Exit {
    let env = Environment::read();
    let Args { global, command } = args;
    if let Command::Complete(complete) = command {
        return complete_line(&complete, env);
    }
    let out = Out::new(global.json, global.quiet, global.no_color || env.no_color());
    // Settings are for everybody to read.
    if !matches!(command, Command::Init(_))
        && let Err(error) = keep_private()
    {
        out.say(&format!(
            "warning: a crash may leave the memory of this process, with its secrets, in a file: {error}"
        ));
    }
    let folders = global.folders();
    match Desk::new(global, out, env).and_then(|desk| answer(&desk, command)) {
        Ok(answer) => out.answer(&answer),
        Err(failure) => out.failure(&failure.under(&folders)),
    }
}

/// Prints names for a shell. It says nothing else, and never fails.
fn complete_line(complete: &Complete, env: Environment) -> Exit {
    let _as_it_was = keep_private();
    let wanted = complete.wanted(guide::line());
    if let Ok(runtime) = runtime() {
        let answer = runtime.block_on(wanted.answer(env));
        // What is still on its way comes too late for the person at the shell.
        runtime.shutdown_background();
        // Not even that the shell has gone is said.
        let _gone = print(&answer.to_stdout(SILENT));
    }
    Exit::Done
}

/// Commands that wait for nothing run at once; a runtime is made for the others only.
fn answer(desk: &Desk, command: Command) -> Result<Answer, Failure> {
    match command {
        Command::Init(init) => init.answer(desk),
        Command::Completions(completions) => Ok(completions.answer(&Args::command())),
        Command::Replay(replay) => replay.answer(),
        Command::Sign(command) => command.answer(desk),
        Command::Man => manual::page(Args::command()),
        command => {
            let runtime = runtime()?;
            let answer = runtime.block_on(answer_waiting(desk, command));
            runtime.shutdown_timeout(LINGER);
            answer
        }
    }
}

async fn answer_waiting(desk: &Desk, command: Command) -> Result<Answer, Failure> {
    match command {
        Command::Run(run) => Box::pin(run.answer(desk)).await,
        Command::Check(check) => check.answer(desk).await,
        Command::Demo(demo) => demo.answer(desk).await,
        Command::Sim(sim) => sim.answer(desk).await,
        Command::Id(id) => id.answer(desk).await,
        Command::Profile(command) => Box::pin(command.answer(desk)).await,
        Command::Fetch(fetch) => Box::pin(fetch.answer(desk)).await,
        Command::Forget(command) => command.answer(desk).await,
        Command::Export(export) => export.answer(desk).await,
        Command::Doctor => doctor::answer(desk).await,
        Command::Key(command) => command.answer(desk).await,
        Command::Alarm(command) => command.answer(desk).await,
        Command::Target(command) => command.answer(desk).await,
        Command::Plan(plan) => plan.answer(desk).await,
        Command::Open(open) => open.answer(desk).await,
        Command::Job(command) => command.answer(desk).await,
        Command::Schedule(command) => command.answer(desk).await,
        Command::Backup(command) => command.answer(desk).await,
        Command::Diagnose(diagnose) => Box::pin(diagnose.answer(desk)).await,
        Command::Secrets(command) => command.answer(desk).await,
        Command::Migrate => migrate::answer(desk).await,
        // They have had their answer before.
        Command::Init(_)
        | Command::Completions(_)
        | Command::Replay(_)
        | Command::Sign(_)
        | Command::Complete(_)
        | Command::Man => Ok(Answer::nothing(Exit::Done)),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    // Two at the least: a daemon on one processor still answers while one of its parts computes.
    let workers = std::thread::available_parallelism().map_or(2, |n| n.get().max(2));
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(workers).thread_name("radard").enable_all().build().map_err(|error| Failure::of(&error))
}

/// Says what is wrong with a command line, or shows the help or the version that it asks for.
fn refuse_line(error: &clap::Error, given: &[OsString]) -> Exit {
    if error.exit_code() == 0 {
        return match error.print() {
            Ok(()) => Exit::Done,
            Err(why) => Failure::output(&why).code(),
        };
    }
    // A group of commands without one shows its help.
    if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        // The code says it as well, should stderr be gone.
        let _gone = error.print();
        return Exit::Usage;
    }
    let json = given.iter().take_while(|word| *word != "--").any(|word| word == "--json");
    Out { json, quiet: false, color: false }.failure(&slip::failure(error, given))
}

#[cfg(test)]
mod tests;
