//! Hands the arguments over and gives back the exit code.

fn main() -> std::process::ExitCode {
    radard::cli::main()
}
