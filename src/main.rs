//! The `droplab` command.

fn main() -> std::process::ExitCode {
    droplab::cli::main()
}
