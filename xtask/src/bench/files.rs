//! How many files this process may have open.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::printed;

/// Lets this process hold so many connections.
pub(super) fn allow(connections: usize) -> Result<()> {
    let wanted = connections + 200;
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let (soft, hard) = open_files(&limits).context("the system does not tell its limits")?;
    ensure!(
        hard >= wanted,
        "{connections} connections are {wanted} open files, and no process may have more than {hard} here: \
         raise it with `ulimit -Hn {wanted}` as root"
    );
    if soft < wanted {
        let limit = format!("--nofile={hard}:{hard}");
        printed(
            Command::new("prlimit").arg("--pid").arg(std::process::id().to_string()).arg(limit),
        )?;
    }
    Ok(())
}

/// The soft and the hard limit.
fn open_files(limits: &str) -> Option<(usize, usize)> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    let mut words = line.split_whitespace().map(|word| match word {
        "unlimited" => Some(usize::MAX),
        word => word.parse().ok(),
    });
    Some((words.next()??, words.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_how_many_files_may_be_open() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max processes             95864                95864                processes \n\
                      Max open files            1024                 unlimited            files     \n";
        assert_eq!(open_files(limits), Some((1024, usize::MAX)));
        assert_eq!(open_files("Max processes 1 1 processes"), None);
    }
}
