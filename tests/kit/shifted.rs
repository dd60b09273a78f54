//! A wall clock that can be set for one program: a few lines of C, loaded before the C library. Uptime stays as it is.

use std::path::PathBuf;
use std::process::Command;

use super::{Dir, Extra};

const SOURCE: &str = r#"
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *at) {
    int done = syscall(SYS_clock_gettime, id, at);
    const char *name = getenv("SHIFT_FILE");
    if (done == 0 && id == CLOCK_REALTIME && name) {
        char text[32] = {0};
        int file = open(name, O_RDONLY);
        if (file >= 0) {
            if (read(file, text, sizeof text - 1) > 0) at->tv_sec += atoll(text);
            close(file);
        }
    }
    return done;
}
"#;

/// A clock that a story sets.
pub(crate) struct Shifted {
    library: PathBuf,
    file: PathBuf,
}

impl Shifted {
    /// Builds the library in `dir`; the clock is right at first.
    pub(crate) fn new(dir: &Dir) -> Self {
        let (source, library) = (dir.path().join("shift.c"), dir.path().join("shift.so"));
        std::fs::write(&source, SOURCE).unwrap();
        let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]).status().unwrap();
        assert!(built.success(), "the library that shifts a clock could not be built");
        let shifted = Self { library, file: dir.path().join("shift") };
        shifted.set(0);
        shifted
    }

    /// Sets the clock ahead of the machine's by so many seconds, at once.
    pub(crate) fn set(&self, seconds: i64) {
        let part = self.file.with_extension("part");
        std::fs::write(&part, seconds.to_string()).unwrap();
        std::fs::rename(&part, &self.file).unwrap();
    }

    /// Lets a program live by this clock.
    pub(crate) fn extra(&self) -> Extra {
        let text = |path: &PathBuf| path.display().to_string();
        Extra { env: vec![("LD_PRELOAD", text(&self.library)), ("SHIFT_FILE", text(&self.file))], ..Extra::default() }
    }
}
