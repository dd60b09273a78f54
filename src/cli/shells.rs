//! `radard completions`: the script of a shell, made from the command line itself.
//!
//! What the command line fixes is written into the script. For names that change, such as those of targets, the scripts of
//! bash, zsh and fish ask `radard complete` first, and go on with what is fixed when it prints nothing.

use std::fmt::Write as _;

use clap::Command;
use clap_complete::Shell;

use super::complete::PLACES;
use super::out::Answer;

/// The head of the function that completes a line, in bash and in zsh.
const HEAD: &str = "\n_radard() {\n";

/// Names are quoted, as they may hold what bash would run. Bash replaces only what stands behind the last colon.
const BASH: &str = r#"
    local line="${COMP_LINE:0:COMP_POINT}" word words name
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    word="${words[${#words[@]}-1]}"
    [[ $word == --*=* ]] && word="${word#*=}"
    COMPREPLY=()
    while IFS= read -r name; do
        printf -v name '%q' "${name#"${word%"${word##*:}"}"}"
        COMPREPLY+=("$name")
    done < <("$1" complete -- "${words[@]:1}" 2>/dev/null)
    [[ ${#COMPREPLY[@]} -gt 0 ]] && return 0

"#;

const ZSH: &str = r#"
    local -a names
    names=("${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
    if [[ -n "${names[1]}" ]]; then
        [[ "$PREFIX" == --*=* ]] && compset -P '*='
        compadd -a names
        return 0
    fi

"#;

const FISH: &str = r"
function __radard_names
    set -l words (commandline -opc)
    command $words[1] complete -- $words[2..-1] (commandline -ct) 2>/dev/null
end

";

/// Flags of `radard completions`.
#[derive(Debug, clap::Args)]
pub(super) struct Completions {
    /// For which shell
    shell: Shell,
}

impl Completions {
    /// The script.
    pub(super) fn answer(&self, line: &Command) -> Answer {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut visible(line), "radard", &mut script);
        let script = String::from_utf8_lossy(&script).into_owned();
        Answer::raw(match self.shell {
            Shell::Bash => asking_first(&script, BASH),
            Shell::Zsh => asking_first(&script, ZSH),
            Shell::Fish => script + FISH + &asked_by_fish(line),
            _ => script,
        })
    }
}

/// The command line without its hidden commands, which the scripts would show.
fn visible(line: &Command) -> Command {
    let commands = line.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let all = Command::new("radard").version(env!("CARGO_PKG_VERSION"));
    all.args(line.get_arguments().cloned()).subcommands(commands)
}

/// The script, whose function begins with `first`.
fn asking_first(script: &str, first: &str) -> String {
    // The script of bash begins with the function.
    let script = format!("\n{script}");
    script.replacen(HEAD, &format!("{HEAD}{}", first.trim_start_matches('\n')), 1).trim_start_matches('\n').to_owned()
}

/// One line of fish for each argument that takes names.
fn asked_by_fish(line: &Command) -> String {
    let mut lines = String::new();
    for (path, id, _) in PLACES {
        let below = path.split(' ').try_fold(line, |command, name| command.find_subcommand(name));
        let arg = below.and_then(|command| command.get_arguments().find(|arg| arg.get_id() == *id));
        let option = arg.and_then(clap::Arg::get_long).map(|long| format!("-l {long} -r ")).unwrap_or_default();
        let seen: Vec<_> = path.split(' ').map(|name| format!("__fish_seen_subcommand_from {name}")).collect();
        let seen = seen.join("; and ");
        let _never_fails = writeln!(lines, "complete -c radard -n \"{seen}\" {option}-f -a \"(__radard_names)\"");
    }
    lines
}
