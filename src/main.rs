//! Parses the command line, runs the command, gives back the exit code.

fn main() {}
