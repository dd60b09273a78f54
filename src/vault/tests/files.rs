//! The key file: what is asked of it, and that it is made once and whole.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;
use crate::vault::master::Master;

fn read(file: &Path) -> Result<Master, Error> {
    Master::of_file(file, &Register::default())
}

fn write(file: &Path, mode: u32, text: &str) {
    let _old = fs::remove_file(file);
    fs::write(file, text).unwrap();
    fs::set_permissions(file, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_key_is_made_once_for_its_owner_alone() {
    let folder = Folder::new();
    let file = folder.0.join("vault.key");
    let (chance, register) = (Entropy::real(None), Register::default());
    let Made::New(print) = make_file(&file, &chance, &register).unwrap() else { panic!("there was none") };
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o400);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.len() == 65 && text.ends_with('\n'), "64 digits and a line break");
    assert_eq!(make_file(&file, &chance, &register), Ok(Made::Left(print.clone())));
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "nothing lies beside it");
    assert!(!print.is_empty() && !text.contains(&print));
    assert_eq!(register.redact(text.trim()), "…", "the log knows the key");
}

#[test]
fn what_a_killed_life_left_is_replaced_and_what_is_there_is_not() {
    let folder = Folder::new();
    let file = folder.0.join("vault.key");
    write(&folder.0.join("vault.key.part"), 0o400, "half a k");
    assert!(matches!(make_file(&file, &Entropy::real(None), &Register::default()), Ok(Made::New(_))));
    write(&file, 0o400, "no key");
    let refused = make_file(&file, &Entropy::real(None), &Register::default()).unwrap_err();
    assert!(matches!(refused, Error::NoKey { .. }), "{refused}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "no key");
    let dangling = folder.0.join("dangling");
    symlink(folder.0.join("elsewhere"), &dangling).unwrap();
    let refused = make_file(&dangling, &Entropy::real(None), &Register::default());
    assert!(refused.is_err() && !folder.0.join("elsewhere").exists(), "{refused:?}");
}

#[test]
fn a_file_that_others_may_read_is_refused_with_what_to_do() {
    let folder = Folder::new();
    let file = folder.key("k");
    for mode in [0o440, 0o404, 0o420, 0o401] {
        fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        let refused = read(&file).err().unwrap();
        assert_eq!(refused.advice().to_string(), format!("run `chmod 0400 {}`", file.display()), "{mode:o}");
    }
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    assert!(read(&file).is_ok());
}

#[test]
fn what_is_no_key_is_refused_without_being_repeated() {
    let folder = Folder::new();
    let file = folder.0.join("k");
    let digits = "0123456789abcdefABCDEF9876543210".repeat(2);
    let texts = ["", "\n", &digits[1..], &format!("{digits}0"), &format!(" {digits}"), &digits.replace('a', "g")];
    for text in texts {
        write(&file, 0o400, text);
        let refused = read(&file).err().unwrap();
        assert!(matches!(refused, Error::NoKey { .. }) && !refused.to_string().contains("89abc"), "{refused}");
    }
    fs::remove_file(&file).unwrap();
    fs::write(&file, [0xff; 64]).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o400)).unwrap();
    assert!(matches!(read(&file).err().unwrap(), Error::NoKey { .. }));
    let prints = [&digits, &format!("{digits}\n"), &format!("{digits}\r\n")].map(|text| {
        write(&file, 0o400, text);
        read(&file).ok().unwrap().fingerprint().to_owned()
    });
    assert!(prints.iter().all(|print| *print == prints[0]), "a line break at the end is no part of it: {prints:?}");
    assert!(matches!(read(&folder.0.join("none")).err().unwrap(), Error::Missing { .. }));
    assert!(matches!(read(&folder.0).err().unwrap(), Error::File { .. }), "a folder is no file");
}

#[test]
fn a_credential_goes_before_the_file() {
    let folder = Folder::new();
    let (file, other) = (folder.key("file"), folder.key("other"));
    let given = Some(Secret::new(fs::read_to_string(&other).unwrap()));
    let source = Source { given, file: file.clone(), register: Register::default() };
    let print = source.read().unwrap().unwrap().fingerprint().to_owned();
    assert_eq!((print == read(&other).ok().unwrap().fingerprint(), source.name().contains("credential")), (true, true));
}
