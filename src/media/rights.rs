//! Who may read the library: the permissions of its folders, and the group that owns it.
//!
//! A group is looked up in `/etc/group` each time it is needed, so that one that was made a moment ago counts. Groups
//! of a directory service are given by their number.

use std::fs::File;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

/// What the files and folders of the library are given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    /// Permissions of folders; files have the same without those to run them.
    pub mode: u32,
    /// The group, by name or number; `None` leaves it as it is.
    pub group: Option<String>,
}

impl Rights {
    /// Makes `dir` when it is missing.
    pub(super) fn make(&self, dir: &Path) -> io::Result<()> {
        if dir.is_dir() {
            return Ok(());
        }
        if let Some(above) = dir.parent().filter(|above| !above.as_os_str().is_empty()) {
            self.make(above)?;
        }
        match std::fs::DirBuilder::new().mode(self.mode).create(dir) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
            made => made?,
        }
        if let Some(number) = self.number()? {
            std::os::unix::fs::chown(dir, None, Some(number))?;
        }
        // The process makes everything for itself alone, unless it is told otherwise as here.
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(self.mode))
    }

    /// Opens a finished file to those who may read it.
    pub(super) fn open_up(&self, file: &File) -> io::Result<()> {
        if let Some(number) = self.number()? {
            std::os::unix::fs::fchown(file, None, Some(number))?;
        }
        file.set_permissions(std::fs::Permissions::from_mode(self.mode & 0o666))
    }

    fn number(&self) -> io::Result<Option<u32>> {
        let Some(group) = &self.group else { return Ok(None) };
        if let Ok(number) = group.parse() {
            return Ok(Some(number));
        }
        let known = std::fs::read_to_string("/etc/group")?;
        let absent = || io::Error::new(io::ErrorKind::NotFound, format!("`media.group`: there is no group `{group}`"));
        find(&known, group).map(Some).ok_or_else(absent)
    }
}

/// The number of `group` in lines of `name:password:number:members`.
fn find(known: &str, group: &str) -> Option<u32> {
    let line = known.lines().find(|line| line.split(':').next() == Some(group))?;
    line.split(':').nth(2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn a_group_has_the_number_of_its_own_line() {
        let known = "root:x:0:\nmedia-old:x:7:\nmedia:x:112:ann,ben\nbroken\n";
        assert_eq!((find(known, "media"), find(known, "med"), find(known, "broken")), (Some(112), None, None));
    }

    #[test]
    fn a_group_that_is_not_there_is_told_by_name() {
        let rights = Rights { mode: 0o750, group: Some("nobody-is-in-here".into()) };
        let dir = std::env::temp_dir().join(format!("radard-rights-{}", std::process::id()));
        let refused = rights.make(&dir).unwrap_err().to_string();
        std::fs::remove_dir_all(dir).unwrap();
        assert_eq!(refused, "`media.group`: there is no group `nobody-is-in-here`");
    }

    #[test]
    fn files_and_folders_belong_to_the_group() {
        // Everyone may give a file to a group of their own.
        let dir = std::env::temp_dir().join(format!("radard-group-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let own = std::fs::metadata(&dir).unwrap().gid();
        let rights = Rights { mode: 0o770, group: Some(own.to_string()) };
        let inner = dir.join("library");
        rights.make(&inner).unwrap();
        let file = File::create(inner.join("file")).unwrap();
        rights.open_up(&file).unwrap();
        let seen = [inner.metadata().unwrap(), file.metadata().unwrap()].map(|of| (of.gid(), of.mode() & 0o777));
        std::fs::remove_dir_all(dir).unwrap();
        assert_eq!(seen, [(own, 0o770), (own, 0o660)], "more than the umask leaves");
    }
}
