//! What search costs: fills a database with made-up articles, indexes them, and asks.
//!
//! `cargo run --release -p projections --example search_cost -- 100000`

use std::path::Path;
use std::time::{Duration, Instant};

use base::{Actor, Random, Timestamp};
use document::Document;
use projections::search::{LikeThis, Query, SearchIndex};
use publish::article::{self, Content, CreateArticle, Kind, Publish};
use publish::section;
use store::events::catch_up;
use store::{Location, Store};

const WORDS_PER_ARTICLE: usize = 400;
const VOCABULARY: usize = 80_000;
const TOPICS: u64 = 500;
const SECTIONS: [&str; 6] =
    ["news/russia", "news/europe", "news/americas", "sport", "culture/film", "opinion"];

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count = std::env::args().nth(1).map_or(Ok(10_000), |count| count.parse())?;
    let folder = tempfile::tempdir()?;
    let location = Location::Sqlite(folder.path().join("tribune.sqlite"));
    let store = Store::open(&location, Random::from_seed(1)).await?;
    let mut words = Words { random: Random::from_seed(7) };

    let started = Instant::now();
    fill(&store, &mut words, count).await?;
    println!("writing {count} articles: {:.1} s", started.elapsed().as_secs_f64());

    let search = folder.path().join("search");
    let (index, mut projection) = SearchIndex::open(&search)?;
    let (before, started) = (memory("RssAnon"), Instant::now());
    catch_up(&mut projection, &store).await?;
    println!("indexing them: {:.1} s", started.elapsed().as_secs_f64());
    println!("anonymous memory: {before} MB before, {} MB right after", memory("RssAnon"));
    drop(projection);
    println!("index on disk: {} MB in {} files", size(&search)? >> 20, files(&search)?);
    drop(index);
    let (index, mut projection) = SearchIndex::open(&search)?;
    catch_up(&mut projection, &store).await?;

    let newest = Timestamp::from_micros(1_767_268_800_000_000);
    let year_ago = Timestamp::from_micros(newest.as_micros() - 365 * 86_400_000_000);
    ask(&index, "one word", 300, || Query::new(format!("{} ", words.word()))).await?;
    ask(&index, "two words", 300, || Query::new(format!("{} {} ", words.word(), words.word())))
        .await?;
    ask(&index, "three words", 300, || {
        Query::new(format!("{} {} {} ", words.word(), words.word(), words.word()))
    })
    .await?;
    ask(&index, "the commonest", 100, || Query::new(format!("{} ", spell(0)))).await?;
    ask(&index, "five of the commonest", 100, || {
        let common: Vec<String> = (0..5).map(spell).collect();
        Query::new(format!("{} ", common.join(" ")))
    })
    .await?;
    ask(&index, "a phrase of the commonest", 100, || {
        Query::new(format!("\"{} {}\"", spell(0), spell(1)))
    })
    .await?;
    ask(&index, "unfinished", 300, || {
        let mut text = words.word();
        text.truncate(4);
        Query::new(text)
    })
    .await?;
    ask(&index, "mistyped", 300, || Query::new(format!("{} ", words.mistyped()))).await?;
    ask(&index, "mistyped, of three", 300, || {
        Query::new(format!("{} {} {} ", words.word(), words.mistyped(), words.mistyped()))
    })
    .await?;
    ask(&index, "in a section and a year", 300, || Query {
        section: Some("news".into()),
        from: Some(year_ago),
        until: Some(newest),
        ..Query::new(format!("{} {} ", words.word(), words.word()))
    })
    .await?;
    ask(&index, "a section's newest", 100, || Query {
        section: Some("news".into()),
        ..Query::new("")
    })
    .await?;

    let mut times = Vec::new();
    for (at, recent) in article::teasers_newest(&store, 300).await?.into_iter().enumerate() {
        let like_this = LikeThis {
            article: recent.id,
            language: recent.language,
            headline: recent.headline,
            deck: recent.deck,
            body: recent.summary,
        };
        let started = Instant::now();
        let alike = index.similar(like_this, 6).await?;
        times.push(started.elapsed());
        if at == 0 && alike.len() < 6 {
            println!("only {} are alike", alike.len());
        }
    }
    report("similar articles", times, 6);
    println!(
        "memory: {} MB anonymous, {} MB of files that the system may drop",
        memory("RssAnon"),
        memory("RssFile")
    );

    let started = Instant::now();
    fill(&store, &mut words, 1).await?;
    let written = started.elapsed();
    catch_up(&mut projection, &store).await?;
    println!("one more article: {:.1} ms after its commit", ms(started.elapsed() - written));
    Ok(())
}

async fn fill(
    store: &Store,
    words: &mut Words,
    count: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    let (actor, now) = (Actor::Operator, Timestamp::from_micros(1_767_268_800_000_000));
    let mut left = count;
    while left > 0 {
        let mut tx = store.begin().await?;
        for number in 0..left.min(500) {
            let section = SECTIONS[number % SECTIONS.len()];
            let section = section::ensure(&mut tx, &actor, section, now).await?;
            let topic = words.number(TOPICS);
            let paragraphs: Vec<_> = (0..8)
                .map(|_| {
                    let text = words.text(WORDS_PER_ARTICLE / 8, topic);
                    serde_json::json!({"type": "paragraph",
                        "content": [{"type": "text", "text": text}]})
                })
                .collect();
            let body = serde_json::json!({"type": "doc", "content": paragraphs});
            let content = Content {
                kind: Kind::News,
                language: "en".into(),
                headline: words.text(9, topic),
                deck: words.text(18, topic),
                dateline: String::new(),
                byline: Vec::new(),
                body: Document::from_json_str(&body.to_string())?,
                photo: None,
                related: Vec::new(),
            };
            let slug = Some(format!("story-{:x}", u64::from_le_bytes(words.random.bytes())));
            let create = CreateArticle { section, slug, content, translation_of: None };
            let id = article::create(&mut tx, &actor, create, now).await?;
            let age = i64::try_from(words.number(3_650 * 86_400))? * 1_000_000;
            let dated = Some(Timestamp::from_micros(now.as_micros() - age));
            article::publish(&mut tx, &actor, id, Publish { dated, ..Publish::default() }, now)
                .await?;
        }
        tx.commit().await?;
        left -= left.min(500);
    }
    Ok(())
}

/// Made-up words, as unevenly frequent as those of a language.
struct Words {
    random: Random,
}

impl Words {
    fn number(&mut self, below: u64) -> u64 {
        u64::from_le_bytes(self.random.bytes()) % below
    }

    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a rank")]
    #[expect(clippy::cast_sign_loss, reason = "a rank")]
    fn rank(&mut self) -> usize {
        let unit = self.number(1 << 52) as f64 / (1u64 << 52) as f64;
        (((VOCABULARY as f64).ln() * unit).exp() as usize).saturating_sub(1).min(VOCABULARY - 1)
    }

    fn word(&mut self) -> String {
        spell(self.rank())
    }

    fn mistyped(&mut self) -> String {
        loop {
            let word = self.word();
            if word.len() >= 6 {
                return format!("{}{}", &word[..3], &word[4..]);
            }
        }
    }

    /// Every tenth word is one of the topic's own.
    fn text(&mut self, count: usize, topic: u64) -> String {
        let mut text = String::new();
        for index in 0..count {
            if index > 0 {
                text.push(if index % 15 == 0 { '.' } else { ' ' });
            }
            let own = usize::try_from(topic * 20 + self.number(20)).unwrap_or(0);
            let rank = if index % 10 == 3 { VOCABULARY - 1 - own } else { self.rank() };
            text.push_str(&spell(rank));
        }
        text
    }
}

/// The word of this rank: the more frequent, the shorter.
fn spell(rank: usize) -> String {
    const SYLLABLES: [&str; 40] = [
        "ta", "re", "mo", "li", "sun", "per", "ka", "do", "vi", "nar", "tel", "os", "ba", "cri",
        "fe", "gu", "han", "in", "jo", "lem", "mar", "ne", "pol", "qui", "ros", "sta", "ter", "ul",
        "ver", "wi", "yo", "za", "bel", "con", "di", "est", "for", "gra", "hel", "ion",
    ];
    // Another order, so that neighbours in frequency are none in the dictionary.
    let mut rest = rank * 7_919 % 2_560_000;
    let mut word = String::new();
    for place in 0..4 {
        word.push_str(SYLLABLES[rest % 40]);
        rest /= 40;
        if place >= 1 && rest == 0 || rank < 100 && place == 0 {
            break;
        }
    }
    if rank < 100 { format!("{word}{}", SYLLABLES[rank / 40]) } else { word }
}

async fn ask(
    index: &SearchIndex,
    what: &str,
    times: usize,
    mut query: impl FnMut() -> Query,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut taken = Vec::new();
    let mut total = 0;
    for _ in 0..times {
        let query = query();
        let started = Instant::now();
        total += index.search(&query).await?.total;
        taken.push(started.elapsed());
    }
    report(what, taken, total / times);
    Ok(())
}

fn report(what: &str, mut taken: Vec<Duration>, found: usize) {
    taken.sort();
    let at = |percent: usize| taken.get(taken.len() * percent / 100).copied().unwrap_or_default();
    println!(
        "{what:<26} p50 {:>7.2} ms  p95 {:>7.2} ms  most {:>7.2} ms  {found} found",
        ms(at(50)),
        ms(at(95)),
        ms(taken.last().copied().unwrap_or_default())
    );
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

fn size(folder: &Path) -> std::io::Result<u64> {
    std::fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
}

fn files(folder: &Path) -> std::io::Result<usize> {
    Ok(std::fs::read_dir(folder)?.count())
}

/// A line of `/proc/self/status`, in MB.
fn memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find_map(|it| it.strip_prefix(line)?.strip_prefix(':'));
    let kb = found.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kb.unwrap_or(0) / 1024
}
