//! What to do when a command cannot do what it was asked to.

use std::path::Display;

use super::sentence::sentences;

sentences! {
    app_secret() { en: "give --app-secret @FILE, or name a file as tiktok-app-secret under [secrets]" }
    backup_create() { en: "run `radard backup create`" }
    backup_damaged() { en: "use another copy; `radard backup verify FILE` checks one" }
    backup_file() { en: "look whether the path is right, and whether the disk has room" }
    base64() { en: "give base64 with its padding" }
    captures() { en: "give files of DATA/captures; `egress.captures` in the settings has them kept" }
    check_again() { en: "run `radard check` after each change" }
    config_folder(folder: Display<'_>) { en: "give --config the folder: `{folder}`" }
    cookies() { en: "export the cookies of that site, while you are logged in there" }
    creator() { en: "leave --target out, or name whom by --creator ID" }
    credential() { en: "take the credential out of the settings first, if a file should hold the key" }
    data() { en: "give --data a directory" }
    did_you_mean(near: &str) { en: "did you mean `{near}`?" }
    display() { en: "give --qr, which shows the code of the page in the terminal" }
    draws() { en: "give 31, or leave it out" }
    ending(endings: &str) { en: "end it in {endings}, or give --format" }
    file_in_folder(file: Display<'_>) { en: "name a file in it, such as {file}" }
    given() { en: "give the text itself, @FILE, or - for standard input" }
    help(command: &str) { en: "see `{command} --help`" }
    init(folder: Display<'_>) { en: "run `radard init {folder}`, or give --config another directory" }
    init_folder() { en: "give a directory that this user may write to" }
    interval() { en: "write it as 2026-01-01|2026-01-31" }
    lanes() { en: "`radard job list --lanes` shows the lanes in which something waits" }
    link_or_id(modes: &str) { en: "give its link, or say what it is: {modes}" }
    link_or_mode() { en: "give a link, or --mode with what belongs to the login" }
    link_or_mode_of_id() { en: "give a link that begins with https://, or say with --mode what the id is of" }
    login_file() { en: "check the path, and whether this user may read the file" }
    login_form() { en: "give a file of one of these forms, whole and as the tool wrote it" }
    new_file() { en: "name a file that does not exist, in a folder where you may write" }
    no_code() { en: "the page showed no code that can be read: look at it with --picture FILE, or log in on a display" }
    no_mark() { en: "leave --bom out" }
    no_media() { en: "give --no-media to list it" }
    number() { en: "give a whole number, or leave it out" }
    one_format(ending: &str) { en: "leave --format out, or end the name in .{ending}" }
    one_of(words: &str) { en: "give one of {words}" }
    paste_login() { en: "run `radard profile import NAME -` and paste it there, then give --profile NAME" }
    paste_or_write() { en: "give `-` and paste the login, or write it to a file" }
    pg_restore() { en: "run `pg_restore --clean --dbname=DATABASE FILE` against it" }
    pipe_secret(name: &str) { en: "run `radard secrets set {name} < FILE`, or pipe the value in" }
    profiles() { en: "`radard profile list` shows how far it came" }
    put_right() { en: "what else is in it would be lost: put it right, or give another file" }
    query() { en: "write --query page_size=20 --query page_token=…" }
    resume() { en: "the same command with --resume goes on behind the last page" }
    room_beside() { en: "see whether there is room beside the file" }
    scan_again() { en: "run it again and scan the code, or log in in your own browser and import that" }
    start() { en: "start `radard run`, or give --data the directory it uses" }
    tables(names: &str) { en: "there are {names}" }
    targets() { en: "`radard target list` names them" }
    to_file() { en: "give `-o FILE`, or pipe it to where it is needed" }
    to_workbook() { en: "give -o FILE.xlsx" }
    token_length() { en: "a token has 182 characters today" }
    when_it_suits() { en: "nothing was done; run it again when it suits" }
    writable_file() { en: "name a file in a folder where you may write and where there is room" }
    yes() { en: "give --yes to go on without a question" }
}
