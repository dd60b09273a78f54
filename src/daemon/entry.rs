//! What the commands call: run, demonstrate, simulate, and the house for the time of one command.
//!
//! Here the flags of a command become the parts of a house; nothing is decided here.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::direct::Direct;
use super::house_error::HouseError;
use super::options::{DemoOptions, RunOptions, SimOptions};
use super::reload::Origin;
use super::rooms::Roles;
use super::run::{self as day, RunSetup};
use super::run_error::RunError;
use super::systemd::{Invitation, Notifier};
use crate::advice::{self, Advice};
use crate::ambient::Ambient;
use crate::base::Plan;
use crate::config::{self, Checked, Places};
use crate::demo::{Curtain, DemoError, DemoSetup, demo as play, lines, list};
use crate::observe::{Register, log};
use crate::sim::{self as platforms, Fault, FaultError, MARK, Options, Running, Sim, TITLE, files};
use crate::store::OpenError;
use crate::supervise::Supervisor;

/// How a command that stays for a while ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// As it should.
    Well,
    /// A part failed that the house cannot stand without, or a step did not hold.
    Badly,
    /// A person interrupted it.
    Interrupted,
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The house cannot be put together.
    #[error(transparent)]
    House(#[from] HouseError),
    /// The day could not begin.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The demonstration could not begin.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The platforms cannot stand.
    #[error(transparent)]
    Sim(#[from] platforms::Error),
    /// A switch cannot be read.
    #[error(transparent)]
    Fault(#[from] FaultError),
    /// The log cannot be set up.
    #[error(transparent)]
    Log(#[from] log::Error),
    /// The machine refused.
    #[error("cannot {act}")]
    Io {
        /// What was tried.
        act: &'static str,
        /// Why.
        source: std::io::Error,
    },
}

impl Trouble {
    /// What a person can do about it.
    pub fn advice(&self) -> Option<Advice> {
        match self {
            Self::House(error) => Some(error.advice()),
            Self::Run(error) => error.advice(),
            Self::Sim(error) | Self::Demo(DemoError::Sim(error)) => Some(error.advice()),
            Self::Log(error) => error.advice(),
            Self::Demo(DemoError::Dir { .. }) => Some(advice::daemon::another_folder()),
            Self::Fault(_) | Self::Io { .. } => None,
        }
    }
}

/// Runs the daemon until it is told to leave.
pub async fn run(checked: Checked, places: Places, options: RunOptions, ambient: Ambient) -> Result<Ended, Trouble> {
    let env = |name: &str| options.env.get(name).map(String::as_str);
    let register = Register::default();
    let plan = Plan::new(&checked, places, ambient.clone(), register.clone());
    let level = checked.config.log.level.to_string().to_lowercase();
    let handle = log::init(&log::Setup {
        format: log_format(checked.config.log.format),
        level: &level,
        secrets: register.clone(),
        clock: ambient.clock.clone(),
        no_color: options.no_color,
        journal_stream: env("JOURNAL_STREAM"),
    })?;
    for warning in &checked.warnings {
        tracing::warn!("{warning}");
    }
    let invitation = Invitation {
        notify_socket: env("NOTIFY_SOCKET"),
        watchdog_usec: env("WATCHDOG_USEC"),
        watchdog_pid: env("WATCHDOG_PID"),
    };
    let notifier = Notifier::new(&invitation, register);
    let origin = Origin { dir: plan.places.config.clone(), env: options.env.clone(), flags: options.flags.clone() };
    let roles = Roles::of(&options.only);
    let setup = RunSetup { plan, origin, roles, notifier, log: Some(handle), say: options.say };
    Ok(match Box::pin(day::run(setup)).await? {
        day::Ended::Stopped => Ended::Well,
        day::Ended::Failed(_) => Ended::Badly,
    })
}

const fn log_format(configured: config::Format) -> log::Format {
    match configured {
        config::Format::Auto => log::Format::Auto,
        config::Format::Console => log::Format::Console,
        config::Format::Json => log::Format::Json,
        config::Format::Journald => log::Format::Journald,
    }
}

/// Shows radard at work on simulated platforms.
pub async fn demo(options: DemoOptions, ambient: Ambient) -> Result<Ended, Trouble> {
    if options.list {
        show_list(&options);
        return Ok(Ended::Well);
    }
    let program = std::env::current_exe().map_err(|source| Trouble::Io { act: "find the program itself", source })?;
    let dir = options.keep.clone().unwrap_or_else(|| temporary(&ambient));
    let (say, json) = (options.say.clone(), options.json);
    let tell = Arc::new(move |event| {
        if !json {
            for line in lines(&event) {
                say(&line);
            }
        }
    });
    let outcome = play(DemoSetup { program, dir: dir.clone(), once: options.once, ambient, tell }).await;
    if options.keep.is_none() {
        let _best_effort = std::fs::remove_dir_all(&dir);
    }
    let (report, curtain) = outcome?;
    if json {
        (options.say)(&report.to_string());
    }
    Ok(match curtain {
        Curtain::AllHeld => Ended::Well,
        Curtain::SomeFailed => Ended::Badly,
        Curtain::CutShort => Ended::Interrupted,
    })
}

fn show_list(options: &DemoOptions) {
    if options.json {
        let items: Vec<_> = list().map(|(name, sentence)| json!({"name": name, "shows": sentence})).collect();
        (options.say)(&json!({"v": 1, "items": items, "next": null}).to_string());
    } else {
        list().for_each(|(name, sentence)| (options.say)(&format!("{name:<10} {sentence}")));
    }
}

fn temporary(ambient: &Ambient) -> PathBuf {
    let id = ambient.entropy.id(ambient.clock.now()).simple().to_string();
    std::env::temp_dir().join(format!("radard-demo-{id}"))
}

/// Runs the simulated platforms alone, until a person interrupts them or whoever started them ends them.
pub async fn sim(options: SimOptions, ambient: Ambient) -> Result<Ended, Trouble> {
    let faults: Result<Vec<Fault>, _> = options.faults.iter().map(|text| text.parse()).collect();
    let world = Options { seed: options.seed, listen: options.listen, faults: faults? };
    let running = Sim::start(world, ambient.clone())?;
    let house = Supervisor::new(ambient);
    running.serve(&house);
    // Before anything is said: whoever reads it may end us at once.
    let follow = |kind| signal(kind).map_err(|source| Trouble::Io { act: "follow signals", source });
    let (mut interrupt, mut terminate) = (follow(SignalKind::interrupt())?, follow(SignalKind::terminate())?);
    if let Some(dir) = &options.write {
        write_folder(&running, dir).map_err(|source| Trouble::Io { act: "write the settings", source })?;
    }
    let (config, control) = (running.config_toml(), &running.control);
    if options.json {
        (options.say)(&json!({"config": config, "seed": running.seed, "control": control}).to_string());
    } else if let Some(dir) = &options.write {
        let dir = dir.display();
        (options.say)(&format!(
            "wrote {dir}/radard.toml, queue.toml and README.md, which says how to go on; end with Ctrl-C"
        ));
    } else {
        (options.say)(&format!(
            "# The simulated platforms run until Ctrl-C. These settings lead to them: paste them into radard.toml, or let\n\
             # `--write DIR` make a folder. {control}/state tells creators and logins.\n{config}"
        ));
    }
    let ended = tokio::select! {
        _ = interrupt.recv() => Ended::Interrupted,
        _ = terminate.recv() => Ended::Well,
    };
    house.leave(Duration::from_secs(2)).await;
    Ok(ended)
}

/// Writes a config folder that leads to the simulated platforms; files that somebody else has written stay.
fn write_folder(running: &Running, dir: &Path) -> std::io::Result<()> {
    let begins = |file: &Path, mark: &str| std::fs::read_to_string(file).is_ok_and(|text| text.starts_with(mark));
    let is_ours = |file: &Path| !file.is_symlink() && (begins(file, MARK) || begins(file, TITLE));
    let is_there = |file: &PathBuf| file.symlink_metadata().is_ok();
    let whole = std::path::absolute(dir)?;
    let files = files(running, &whole.display().to_string());
    let taken = files.iter().map(|(name, _)| dir.join(name)).find(|file| is_there(file) && !is_ours(file));
    if let Some(file) = taken {
        let why = format!("`{}` is there and was not written by `radard sim`: choose another folder", file.display());
        return Err(std::io::Error::new(std::io::ErrorKind::AlreadyExists, why));
    }
    std::fs::create_dir_all(dir)?;
    // Targets may have been changed since, and lead to the same creators.
    let is_kept = |name: &str| name == "queue.toml" && is_there(&dir.join(name));
    files.iter().filter(|(name, _)| !is_kept(name)).try_for_each(|(name, text)| std::fs::write(dir.join(name), text))
}

/// Takes the data directory and gives the API over it; close the house afterwards.
pub async fn direct(checked: &Checked, places: &Places, ambient: Ambient) -> Result<(Router, Direct), Trouble> {
    let direct = Box::pin(Direct::open(Plan::new(checked, places.clone(), ambient, Register::default()))).await?;
    Ok((direct.api(), direct))
}

/// Gives the API for reading alone over the data directory, or over nothing while there is no database.
pub async fn foreseeing(checked: &Checked, places: &Places, ambient: Ambient) -> Result<(Router, Direct), Trouble> {
    match reading(checked, places, ambient.clone()).await {
        Err(Trouble::House(HouseError::Store(OpenError::Absent(_)))) => {
            let plan = Plan::new(checked, places.clone(), ambient, Register::default());
            let direct = Direct::before_the_first(plan).await?;
            Ok((direct.api(), direct))
        }
        known => known,
    }
}

/// Gives the API over the data directory for reading alone.
pub async fn reading(checked: &Checked, places: &Places, ambient: Ambient) -> Result<(Router, Direct), Trouble> {
    let direct = Direct::reading(Plan::new(checked, places.clone(), ambient, Register::default())).await?;
    Ok((direct.api(), direct))
}
