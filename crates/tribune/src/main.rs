//! The program: its settings, its commands, and how the parts are put together.
//!
//! Absent from here: anything that a test of another crate would want.

mod channel;
mod commands;
mod meetings;
mod node;
mod scheduler;
mod settings;
mod shutdown;

use std::process::ExitCode;

/// Fewer pages are held by idle threads than with the system's allocator, and less time is spent.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let (settings, command) = match settings::read() {
        Ok(read) => read,
        Err(error) => error.exit(),
    };
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(&settings.log))
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("tribune: the system gives no threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(settings, command)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("tribune: {error}");
            ExitCode::FAILURE
        }
    }
}
