//! Where the browser and its driver are.

use std::path::{Path, PathBuf};

use super::trouble::Trouble;

/// Folders that are looked in, in this order.
const FOLDERS: [&str; 5] = ["/usr/local/bin", "/usr/bin", "/bin", "/snap/bin", "/opt/google/chrome"];
/// The names of browsers, each with the names of drivers that fit.
const KNOWN: [Known; 2] = [
    Known {
        browsers: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
        driver: "chromedriver",
    },
    Known { browsers: &["firefox", "firefox-esr"], driver: "geckodriver" },
];

/// Browsers that one driver drives.
struct Known {
    browsers: &'static [&'static str],
    driver: &'static str,
}

/// What the settings say of both; nothing means: look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Programs {
    /// The browser.
    pub binary: Option<PathBuf>,
    /// The driver.
    pub driver: Option<PathBuf>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The browser.
    pub binary: PathBuf,
    /// The driver.
    pub driver: PathBuf,
    /// Whether they are Firefox and its driver.
    pub is_firefox: bool,
}

/// Looks for both: Chromium first.
pub fn find(programs: &Programs) -> Result<Found, Trouble> {
    find_in(&FOLDERS.map(Path::new), programs)
}

fn find_in(folders: &[&Path], programs: &Programs) -> Result<Found, Trouble> {
    let look = |names: &[&str]| {
        let places = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        places.into_iter().find(|place| place.is_file())
    };
    let named = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let given = |path: &Option<PathBuf>| path.clone().map(|path| if path.is_file() { Ok(path) } else { Err(path) });
    let missing = |path: PathBuf| format!("`{}`", path.display());
    let binary = given(&programs.binary).transpose().map_err(|path| Trouble::NoBrowser(missing(path)))?;
    let driver = given(&programs.driver).transpose().map_err(|path| Trouble::NoDriver(missing(path)))?;
    let is_firefox = |path: &Path| named(path).contains("firefox") || named(path).contains("gecko");
    let wants_firefox = binary.as_deref().or(driver.as_deref()).map(is_firefox);
    let mut has_browser = binary.is_some();
    for (known, firefox) in KNOWN.iter().zip([false, true]) {
        if wants_firefox.is_some_and(|wanted| wanted != firefox) {
            continue;
        }
        let Some(binary) = binary.clone().or_else(|| look(known.browsers)) else { continue };
        has_browser = true;
        let Some(driver) = driver.clone().or_else(|| look(&[known.driver])) else { continue };
        return Ok(Found { binary, driver, is_firefox: firefox });
    }
    let named = |names: Vec<&str>| names.join(", ");
    if has_browser {
        return Err(Trouble::NoDriver(named(KNOWN.iter().map(|known| known.driver).collect())));
    }
    Err(Trouble::NoBrowser(named(KNOWN.iter().flat_map(|known| known.browsers).copied().collect())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with these empty files.
    fn folder(name: &str, files: &[&str]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("radard-find-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for file in files {
            std::fs::write(folder.join(file), "").unwrap();
        }
        folder
    }

    #[test]
    fn what_fits_is_found_and_what_is_missing_is_named() {
        let both = folder("both", &["chromium", "geckodriver", "firefox-esr"]);
        let found = find_in(&[&both], &Programs::default()).unwrap();
        assert_eq!((found.is_firefox, found.driver), (true, both.join("geckodriver")), "a Chromium without its driver");
        std::fs::write(both.join("chromedriver"), "").unwrap();
        let found = find_in(&[&both], &Programs::default()).unwrap();
        assert_eq!((found.is_firefox, found.binary), (false, both.join("chromium")), "Chromium first");
        let given = Programs { binary: Some(both.join("firefox-esr")), driver: None };
        assert!(find_in(&[&both], &given).unwrap().is_firefox, "the driver follows the browser");
        let gone = Programs { binary: Some(both.join("nothing")), driver: None };
        assert!(find_in(&[&both], &gone).unwrap_err().to_string().ends_with("/nothing`"));
        let none = folder("none", &[]);
        let why = find_in(&[&none], &Programs::default()).unwrap_err();
        assert!(matches!(&why, Trouble::NoBrowser(_)) && why.to_string().contains("firefox-esr"), "{why}");
        let alone = folder("alone", &["chromium"]);
        let why = find_in(&[&alone], &Programs::default()).unwrap_err();
        assert!(matches!(&why, Trouble::NoDriver(_)) && why.to_string().contains("chromedriver"), "{why}");
        for folder in [both, none, alone] {
            std::fs::remove_dir_all(folder).unwrap();
        }
    }
}
