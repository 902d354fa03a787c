//! The command line: the only composer.

/// Run the command line.
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
