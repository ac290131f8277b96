//! Pages that nobody has asked for yet, and searches.

use anyhow::{Context, Result, ensure};

use super::articles::Archive;
use super::http::{Client, encoded};
use super::report::{Report, Target};
use super::{Size, percentile};

/// Articles that are asked for the first time, so that each is rendered.
pub(super) fn uncached_articles(
    client: &mut Client,
    archive: &Archive,
    size: &Size,
    report: &mut Report,
) -> Result<()> {
    // The first few open files and fill caches that are not the page cache.
    let mut times = Vec::new();
    for (index, number) in archive.scattered(size.samples + 20).enumerate() {
        let address = archive.address(number);
        let answer = client.get_gzip(&address)?;
        ensure!(answer.status == 200, "{address} answered {}", answer.status);
        if index >= 20 {
            times.push(answer.ms());
        }
    }
    let name = "uncached article";
    report.add(&format!("{name}, p50"), "ms", percentile(&mut times, 50.0), Target::AtMost(5.0));
    report.add(&format!("{name}, p99"), "ms", percentile(&mut times, 99.0), Target::AtMost(5.0));
    Ok(())
}

/// Pages of a section from `depth` on, reached as a reader reaches them.
pub(super) fn deep_section(
    client: &mut Client,
    archive: &Archive,
    size: &Size,
    report: &mut Report,
) -> Result<()> {
    let mut address = format!("/{}/", archive.largest_section());
    let mut times = Vec::new();
    for page in 0..size.depth + 200 {
        let answer = client.get(&address)?;
        ensure!(answer.status == 200, "{address} answered {}", answer.status);
        if page >= size.depth {
            times.push(answer.ms());
        }
        match older(&answer.text()) {
            Some(next) => address = next,
            None => break,
        }
    }
    ensure!(times.len() > 10, "the section ended before page {}", size.depth);
    let name = format!("uncached section page, {} deep, p99", size.depth);
    report.add(&name, "ms", percentile(&mut times, 99.0), Target::AtMost(5.0));
    Ok(())
}

/// Where the link to older stories leads.
fn older(page: &str) -> Option<String> {
    let link = page
        .split("<a ")
        .find(|link| link.split('>').next().is_some_and(|tag| tag.contains("rel=\"next\"")))?;
    let target = link.split("href=\"").nth(1)?.split('"').next()?;
    Some(target.replace("&amp;", "&"))
}

/// Searches by many words, some mistyped.
pub(super) fn searches(client: &mut Client, archive: &Archive, report: &mut Report) -> Result<()> {
    const SEARCHES: usize = 500;
    let mut times = Vec::new();
    let mut found = 0;
    for number in 0..SEARCHES + 10 {
        let question = archive.question(number);
        let answer = client.get(&format!("/search?q={}", encoded(&question)))?;
        ensure!(answer.status == 200, "searching {question:?} answered {}", answer.status);
        if number >= 10 {
            times.push(answer.ms());
            found += usize::from(answer.text().contains("card-headline"));
        }
    }
    ensure!(found > SEARCHES / 2, "only {found} of {SEARCHES} searches found anything");
    report.add("search, p50", "ms", percentile(&mut times, 50.0), Target::AtMost(30.0));
    report.add("search, p95", "ms", percentile(&mut times, 95.0), Target::AtMost(30.0));
    times.last().context("nothing was searched")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_link_to_older_stories() {
        let page =
            r#"<a href="/a/" rel="prev">Newer</a> <a href="/a/?before=1.b" rel="next">O</a>"#;
        assert_eq!(older(page).as_deref(), Some("/a/?before=1.b"));
        assert_eq!(older("<a href=\"/a/\" rel=\"prev\">Newer</a>"), None);
    }
}
