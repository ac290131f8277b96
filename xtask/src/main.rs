//! Automation that the Makefile calls: `cargo xtask tidy`, `with-postgres` and `bench`; and `soak`, which
//! is too long for it.
//!
//! Absent from here: the crates of the house. What this measures and checks, it sees from outside.

mod bench;
mod postgres;
mod seat;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
Usage: cargo xtask COMMAND

  tidy                    check what no compiler checks: who imports whom, links, lock files
  with-postgres -- CMD    run CMD beside a throw-away PostgreSQL, whose address is in
                          TRIBUNE_TEST_POSTGRES_URL
  bench [--quick] [PART]  measure the release build, and its peers beside it; or a part of it:
                          starting, discussion, channel, meeting, reading, newsroom or publishing
  seat LINK NAME          sit in a meeting, with another implementation of its keys than the browser's
  soak [MINUTES]          run a channel for so long, 60 unless told, and see that its memory stays
  soak meeting [MINUTES]  the same with a meeting of real browsers, for 122 unless told: who is in has
                          to see and hear the others all the while";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", arguments),
    };
    match command {
        "tidy" => tidy::run(),
        "with-postgres" => postgres::run_beside(rest.strip_prefix(&["--".into()]).unwrap_or(rest)),
        "bench" => bench::run(rest),
        "seat" => seat::run(rest),
        "soak" => bench::soak::run(rest),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("there is no command `{other}`.\n{HELP}"),
    }
}
