//! One line for each figure, on the screen and in a file.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;

/// What a figure should be.
#[derive(Clone, Copy)]
pub(super) enum Target {
    /// Of the figure itself.
    AtMost(f64),
    /// Of the figure itself.
    AtLeast(f64),
    /// Of its ratio to the peer's.
    RatioAtMost(f64),
    /// Of its ratio to the peer's.
    RatioAtLeast(f64),
    /// It is told, and promised by nobody.
    None,
}

pub(super) struct Report {
    articles: usize,
    rows: Vec<String>,
    missed: Vec<String>,
}

impl Report {
    pub(super) fn new(articles: usize) -> Self {
        println!("{:<52} {:>12} {:>12} {:>7} {:>9}", "figure", "ours", "peer", "ratio", "target");
        Self { articles, rows: Vec::new(), missed: Vec::new() }
    }

    /// A figure without a peer.
    pub(super) fn add(&mut self, name: &str, unit: &str, ours: f64, target: Target) {
        self.line(name, unit, ours, None, target);
    }

    /// A figure beside the peer's, with the median of the rounds' ratios.
    pub(super) fn compare(
        &mut self,
        name: &str,
        unit: &str,
        (ours, peer, ratio): (f64, f64, f64),
        target: Target,
    ) {
        self.line(name, unit, ours, Some((peer, ratio)), target);
    }

    fn line(
        &mut self,
        name: &str,
        unit: &str,
        ours: f64,
        peer: Option<(f64, f64)>,
        target: Target,
    ) {
        let ratio = peer.map_or(f64::NAN, |(_, ratio)| ratio);
        let (met, wanted) = match target {
            Target::AtMost(most) => (ours <= most, format!("≤ {}", number(most))),
            Target::AtLeast(least) => (ours >= least, format!("≥ {}", number(least))),
            Target::RatioAtMost(most) => (ratio <= most, format!("≤ {most:.2} ×")),
            Target::RatioAtLeast(least) => (ratio >= least, format!("≥ {least:.2} ×")),
            Target::None => (true, "–".into()),
        };
        let verdict = match target {
            Target::None => "",
            _ if met => "met",
            _ => "missed",
        };
        let ours = format!("{} {unit}", number(ours));
        let theirs = peer.map_or("–".into(), |(peer, _)| format!("{} {unit}", number(peer)));
        let ratio = if ratio.is_nan() { "–".into() } else { format!("{ratio:.2}") };
        println!("{name:<52} {ours:>12} {theirs:>12} {ratio:>7} {wanted:>9}  {verdict}");
        self.rows.push(format!("| {name} | {ours} | {theirs} | {ratio} | {wanted} | {verdict} |"));
        if !met {
            self.missed.push(format!("{name}: {ours}, where {wanted} was due"));
        }
    }

    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let mut text = format!(
            "# Bench with {} articles\n\n\
             Ratios carry over to another machine; absolute figures do not. CPU is user and \
             system time of the server's process. nginx sends the very bytes of the same page \
             from disk: gzip_static, keep-alive, tcp_nopush off, one process; its RTMP module runs at its \
             defaults. isso runs as its \
             documentation has it: SQLite, gunicorn, four workers, preloaded; its guard is off, and \
             its moderation, as it comes. Janus has one event loop, which suits it best, and no estimate of \
             what its receivers' networks carry; it and our rooms, without the rest of the program, serve the \
             same peers with the same suite of SRTP. Delays of meetings hold what the peers themselves \
             take. kB are 1,000 bytes.\n\n\
             | figure | ours | peer | ratio | target | |\n|---|---|---|---|---|---|\n",
            self.articles
        );
        for row in &self.rows {
            writeln!(text, "{row}")?;
        }
        std::fs::write(path, &text)?;
        println!();
        match self.missed.len() {
            0 => println!("Every target is met."),
            missed => println!("{missed} missed:\n  {}", self.missed.join("\n  ")),
        }
        println!("The table is in {}", path.display());
        Ok(())
    }
}

fn number(value: f64) -> String {
    match value {
        value if value >= 1000.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value if value >= 0.1 => format!("{value:.2}"),
        0.0 => "0".to_owned(),
        value => format!("{value:.4}"),
    }
}
