//! A place in the library that is inside it, whatever folders and links lie around.

use std::io;
use std::path::{Path, PathBuf};

use super::name::component;

/// A place that is not inside the library.
#[derive(Debug, thiserror::Error)]
pub enum Outside {
    /// A link leads out.
    #[error("`{}` leads out of `{}`", .place.display(), .root.display())]
    Leads {
        /// What leads out.
        place: PathBuf,
        /// Of where.
        root: PathBuf,
    },
    /// It cannot be looked at.
    #[error("cannot look at `{}`: {source}", .place.display())]
    Io {
        /// What.
        place: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The place of `name` in the `folders` below `root`, each made a safe name first. What is there already must be inside.
pub fn place(root: &Path, folders: &[&str], name: &str) -> Result<PathBuf, Outside> {
    let real =
        |place: &Path| std::fs::canonicalize(place).map_err(|source| Outside::Io { place: place.to_owned(), source });
    let home = real(root)?;
    let mut place = root.to_owned();
    for folder in folders {
        place.push(component(folder));
        // What is not there yet will be made here, and cannot lead anywhere.
        if std::fs::symlink_metadata(&place).is_ok() && !real(&place)?.starts_with(&home) {
            return Err(Outside::Leads { place, root: root.to_owned() });
        }
    }
    place.push(component(name));
    Ok(place)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn nothing_leads_out_of_the_library() {
        let root = std::env::temp_dir().join(format!("radard-place-{}", std::process::id()));
        let library = root.join("library");
        std::fs::create_dir_all(library.join("chef")).unwrap();
        symlink(&root, library.join("out")).unwrap();
        symlink(library.join("chef"), library.join("in")).unwrap();
        symlink("/nowhere-at-all", library.join("broken")).unwrap();
        let found = |folders: &[&str], name| place(&library, folders, name);
        assert_eq!(found(&["douyin", ".."], "../x").unwrap(), library.join("douyin/__/___x"));
        assert_eq!(found(&["chef"], "a/b").unwrap(), library.join("chef/a_b"));
        assert_eq!(found(&["in"], "x").unwrap(), library.join("in/x"));
        assert!(matches!(found(&["out"], "x").unwrap_err(), Outside::Leads { .. }));
        assert!(matches!(found(&["broken"], "x").unwrap_err(), Outside::Io { .. }));
        assert!(matches!(place(&root.join("absent"), &[], "x").unwrap_err(), Outside::Io { .. }));
        std::fs::remove_dir_all(root).unwrap();
    }
}
