//! `radard man`: made from the command line itself, so it cannot say anything else.

use std::fmt::Write as _;

use clap::Command;
use clap_mangen::Man;

use super::examples::example;
use super::failure::Failure;
use super::out::Answer;

/// What the manual says beyond the flags.
const MORE: &str = r#".SH FILES
.TP
\fIconfig/radard.toml\fR, \fI/etc/radard/radard.toml\fR
Every setting with its default and one sentence. \fBradard check \-\-origins\fR prints what holds, and why.
.TP
\fIDATA/radard.db\fR, \fIDATA/backups/\fR
The database when it is SQLite, and its copies.
.TP
\fIDATA/radard.sock\fR
Through this the commands reach the running daemon.
.SH ENVIRONMENT
.TP
\fBRADARD_SECTION__KEY\fR
Sets \fIsection.key\fR of radard.toml.
.TP
\fBSTATE_DIRECTORY\fR, \fBXDG_STATE_HOME\fR
Where data are, unless \fB\-\-data\fR says it.
.TP
\fBNO_COLOR\fR
No colours.
.SH "EXIT STATUS"
0 done; 1 failed, or some items failed; 2 usage; 4 the site refused; 16 a login is needed; 75 another instance holds the
data directory; 78 configuration or key error; 130 interrupted.
"#;

/// The manual page, with every command on it.
pub(super) fn page(mut line: Command) -> Result<Answer, Failure> {
    line.build();
    let mut page = render(&line, |man, page| {
        man.render_title(page)?;
        man.render_name_section(page)?;
        man.render_synopsis_section(page)?;
        man.render_description_section(page)?;
        man.render_options_section(page)
    })?;
    page.push_str(".SH COMMANDS\n");
    describe_all(&line, &mut page)?;
    page.push_str(MORE);
    Ok(Answer::raw(page))
}

/// Appends a section for each command below `parent` that does something.
fn describe_all(parent: &Command, page: &mut String) -> Result<(), Failure> {
    for command in parent.get_subcommands().filter(|command| command.get_name() != "help" && !command.is_hide_set()) {
        if command.has_subcommands() {
            describe_all(command, page)?;
            continue;
        }
        let name = command.get_bin_name().unwrap_or_default().to_owned();
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let _never_fails = write!(page, ".SS \"{name}\"\n{about}.\n");
        // The flags that every command takes stand once, above.
        let own = command.clone().mut_args(|flag| {
            let everywhere = flag.is_global_set() || flag.get_id() == "help";
            flag.hide(everywhere)
        });
        let options = render(&own, |man, page| man.render_options_section(page))?;
        page.push_str(&options.lines().filter(|line| !line.starts_with(".SH")).collect::<Vec<_>>().join("\n"));
        page.push('\n');
        if let Some(more) = command.get_after_help() {
            let _never_fails = write!(page, ".PP\n.nf\n{}\n.fi\n", as_is(&more.to_string()));
        }
        if let Some(line) = example(name.trim_start_matches("radard ")) {
            let _never_fails = write!(page, ".PP\nExample:\n.PP\n.nf\n  {}\n.fi\n", as_is(line));
        }
    }
    Ok(())
}

/// A text whose marks the page shows as they are, so that it can be copied.
fn as_is(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq").replace('`', "\\(ga")
}

fn render(line: &Command, part: impl FnOnce(&Man, &mut Vec<u8>) -> std::io::Result<()>) -> Result<String, Failure> {
    let mut page = Vec::new();
    part(&Man::new(line.clone()), &mut page).map_err(|error| Failure::of(&error))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
