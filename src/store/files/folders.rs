//! Makes the folders of an instance, closes them to others, and keeps the name of its node.

use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use super::copies::is_copy;
use crate::ambient::Entropy;
use crate::config::Places;

/// Makes the data directory and the folders in it that only we may read, and closes what others could read. What
/// cannot be closed is refused: it belongs to somebody else.
pub fn make_folders(places: &Places) -> std::io::Result<()> {
    let mut private = std::fs::DirBuilder::new();
    private.recursive(true).mode(0o700);
    private.create(&places.data)?;
    private.create(places.backups())?;
    // A folder of backups behind a link may hold files of others: it stays as it is.
    let backups = Some(places.backups()).filter(|dir| !dir.is_symlink());
    for dir in std::iter::once(places.data.canonicalize()?).chain(backups) {
        close(&dir)?;
        for entry in std::fs::read_dir(&dir)?.flatten().filter(|entry| is_of_the_database(&entry.file_name())) {
            close(&entry.path())?;
        }
    }
    Ok(())
}

/// The name of this node: made once, kept in the data directory.
pub fn node_id(places: &Places, entropy: &Entropy) -> std::io::Result<String> {
    let path = places.data.join("node-id");
    match std::fs::read_to_string(&path) {
        Ok(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
        Ok(_) => std::fs::remove_file(&path)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut bytes = [0; 4];
    entropy.fill(&mut bytes);
    let id = format!("node-{:08x}", u32::from_be_bytes(bytes));
    // New, so that no link that somebody has put there is followed.
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
    std::io::Write::write_all(&mut file, id.as_bytes())?;
    Ok(id)
}

/// Whether a file holds the database or a copy, or is a part of either.
fn is_of_the_database(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    let whole = ["-wal", "-shm", "-journal", ".part"].iter().find_map(|ending| name.strip_suffix(ending));
    let whole = whole.unwrap_or(&name);
    whole == "radard.db" || is_copy(whole)
}

/// Takes from others the right to read or write `path`, and to run a file. A folder may still be passed through: the
/// library in it may be for a group.
fn close(path: &Path) -> std::io::Result<()> {
    let about = std::fs::symlink_metadata(path)?;
    let open_to_others = about.mode() & if about.is_dir() { 0o066 } else { 0o077 };
    // A link has no mode of its own, and what it leads to is not ours to change.
    if open_to_others == 0 || about.is_symlink() {
        return Ok(());
    }
    let (path_shown, owner) = (path.display(), about.uid());
    if owner != rustix::process::geteuid().as_raw() {
        let why = format!(
            "other users can read `{path_shown}`, and it belongs to user {owner}: run radard as that user, or give a folder of your own"
        );
        return Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, why));
    }
    if about.is_dir() && about.mode() & 0o1000 != 0 {
        let why = format!("`{path_shown}` is a folder that all users share: give one that is for radard alone");
        return Err(std::io::Error::other(why));
    }
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(about.mode() & 0o7777 & !open_to_others))?;
    tracing::warn!("Other users could read `{}`: it is closed to them now", path.display());
    Ok(())
}
