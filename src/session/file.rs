//! The storage state of a profile as a file of its own, for people's tools: `<folder>/<profile>/state.json`.
//!
//! It takes the place of the one before in one step, and nobody else may read it.

use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::domain::Secret;
use crate::wire::login::StorageState;

/// The longest that is read, in bytes.
const MOST: u64 = 32 << 20;
/// The file in a profile's folder, as Playwright's users call it.
const NAME: &str = "state.json";
/// What a page looked like that wants a person, and what stood there.
const SEEN: [&str; 2] = ["challenge.png", "challenge.html"];

/// Where profiles have their folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder(pub PathBuf);

impl Folder {
    /// Whether a profile of this name may have a folder here: no name leads anywhere else.
    pub fn may_hold(profile: &str) -> bool {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        !profile.is_empty() && !profile.starts_with('.') && profile.len() <= 64 && profile.bytes().all(is_plain)
    }

    /// Where the state of `profile` lies.
    pub fn state_of(&self, profile: &str) -> PathBuf {
        self.0.join(profile).join(NAME)
    }

    /// What stands there, whoever wrote it; nothing when there is none.
    pub fn read(&self, profile: &str) -> Result<Option<StorageState>, String> {
        let open = match std::fs::File::open(self.state_of(profile)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            open => open.map_err(|error| error.to_string())?,
        };
        let mut text = Vec::new();
        open.take(MOST).read_to_end(&mut text).map_err(|error| error.to_string())?;
        let text = Secret::new(text);
        let value = serde_json::from_slice(text.reveal()).map_err(|_| "it is no JSON that ends".to_owned())?;
        StorageState::of_value(value).map(Some).ok_or_else(|| "it is no storage state".to_owned())
    }

    /// Puts `text` there.
    pub fn write(&self, profile: &str, text: &Secret<String>) -> io::Result<()> {
        let folder = self.make(profile)?;
        let part = folder.join(format!("{NAME}.part"));
        let written =
            write_whole(&part, text.reveal().as_bytes()).and_then(|()| std::fs::rename(&part, folder.join(NAME)));
        if written.is_err() {
            let _nothing_was_there = std::fs::remove_file(&part);
            return written;
        }
        std::fs::File::open(&folder)?.sync_all()
    }

    /// Keeps what a page of `profile` showed, for the person that it wants; gives where the picture lies.
    pub fn keep_seen(&self, profile: &str, picture: &[u8], text: &str) -> io::Result<PathBuf> {
        let [shown, said] = SEEN.map(|name| self.0.join(profile).join(name));
        self.make(profile)?;
        write_whole(&said, text.as_bytes())?;
        write_whole(&shown, picture)?;
        Ok(shown)
    }

    /// Takes away what a page of `profile` showed: it was seen to.
    pub fn forget_seen(&self, profile: &str) {
        for name in SEEN {
            let _was_never_there = std::fs::remove_file(self.0.join(profile).join(name));
        }
    }

    fn make(&self, profile: &str) -> io::Result<PathBuf> {
        let folder = self.0.join(profile);
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        Ok(folder)
    }

    /// Takes the state of `profile` away, and its folder if nothing else is in it.
    pub fn forget(&self, profile: &str) -> io::Result<()> {
        self.forget_seen(profile);
        match std::fs::remove_file(self.state_of(profile)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let _something_else_is_there = std::fs::remove_dir(self.0.join(profile));
        Ok(())
    }
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The state in `path`: the file itself, or the one in a folder.
pub fn state_in(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(NAME) } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_state_is_private_whole_and_replaced_in_one_step() {
        let folder = Folder(std::env::temp_dir().join(format!("radard-states-{}", std::process::id())));
        for text in ["first", "second"] {
            folder.write("main", &Secret::new(text.to_owned())).unwrap();
            assert_eq!(std::fs::read_to_string(folder.state_of("main")).unwrap(), text);
        }
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder.state_of("main")), mode(&folder.0.join("main"))), (0o600, 0o700));
        assert_eq!(std::fs::read_dir(folder.0.join("main")).unwrap().count(), 1, "nothing unfinished is left");
        assert_eq!(state_in(&folder.0.join("main")), folder.state_of("main"));
        // What cannot be written leaves the one before as it was.
        std::fs::create_dir(folder.0.join("main").join("state.json.part")).unwrap();
        folder.write("main", &Secret::new("third".to_owned())).unwrap_err();
        assert_eq!(std::fs::read_to_string(folder.state_of("main")).unwrap(), "second");
        std::fs::remove_dir(folder.0.join("main").join("state.json.part")).unwrap();
        let picture = folder.keep_seen("main", b"png", "<html>").unwrap();
        assert_eq!((std::fs::read(&picture).unwrap(), mode(&picture)), (b"png".to_vec(), 0o600));
        folder.forget("main").unwrap();
        folder.forget("main").unwrap();
        assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0);
        std::fs::remove_dir(&folder.0).unwrap();
    }
}
