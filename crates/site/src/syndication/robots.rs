//! robots.txt (RFC 9309), with what the site asks of named AI agents.
//!
//! It is a request, not a lock: whatever must stay private is kept so by the policy of the house.

use std::fmt::Write as _;

use super::entry::Publication;

/// What the document is served as.
pub const CONTENT_TYPE: &str = "text/plain; charset=utf-8";

/// Agents that collect text to train models.
pub const AI_TRAINING_AGENTS: &[&str] = &[
    "Amazonbot",
    "Applebot-Extended",
    "Bytespider",
    "CCBot",
    "ClaudeBot",
    "Google-Extended",
    "GPTBot",
    "meta-externalagent",
];

/// Agents that look a page up to answer a person, and can link to it.
pub const AI_ANSWER_AGENTS: &[&str] = &[
    "ChatGPT-User",
    "Claude-SearchBot",
    "Claude-User",
    "DuckAssistBot",
    "OAI-SearchBot",
    "PerplexityBot",
    "Perplexity-User",
];

/// What is asked of whom.
#[derive(Clone, Debug, Default)]
pub struct Robots {
    /// Paths that no agent should fetch, such as `/newsroom/`.
    pub disallow: Vec<String>,
    /// Agents that should fetch nothing at all, by their product tokens.
    pub refused: Vec<String>,
    /// The addresses of the sitemaps.
    pub sitemaps: Vec<String>,
    /// The address of the terms of use for machines (RSL 1.0).
    pub license: Option<String>,
}

/// Why a robots.txt cannot be written.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RobotsError {
    /// RFC 9309 §2.2.1 allows letters, `_` and `-`.
    #[error(
        "the agent {0:?} is no product token: write letters, \"-\" and \"_\" only, such as GPTBot"
    )]
    Agent(String),
    /// RFC 9309 §2.2.2.
    #[error(
        "the path {0:?} cannot stand in robots.txt: begin it with \"/\" and use no spaces or control characters"
    )]
    Path(String),
}

/// The document, or what is wrong with the settings.
pub fn write(publication: &Publication, robots: &Robots) -> Result<String, RobotsError> {
    let mut out = String::new();
    let refused: Vec<&str> =
        robots.refused.iter().map(|agent| token(agent)).collect::<Result<_, _>>()?;
    if !refused.is_empty() {
        for agent in refused {
            let _ = writeln!(out, "User-agent: {agent}");
        }
        out.push_str("Disallow: /\n\n");
    }
    out.push_str("User-agent: *\n");
    for entry in &robots.disallow {
        let _ = writeln!(out, "Disallow: {}", path(entry)?);
    }
    if robots.disallow.is_empty() {
        out.push_str("Allow: /\n");
    }
    out.push('\n');
    if let Some(license) = &robots.license {
        let _ = writeln!(out, "License: {}", publication.absolute(license));
    }
    for sitemap in &robots.sitemaps {
        let _ = writeln!(out, "Sitemap: {}", publication.absolute(sitemap));
    }
    Ok(out)
}

fn token(agent: &str) -> Result<&str, RobotsError> {
    let fits = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '-';
    if agent.is_empty() || !agent.chars().all(fits) {
        return Err(RobotsError::Agent(agent.to_owned()));
    }
    Ok(agent)
}

fn path(path: &str) -> Result<&str, RobotsError> {
    let fits = |c: char| !c.is_whitespace() && !c.is_control() && c != '#';
    if !path.starts_with('/') || !path.chars().all(fits) {
        return Err(RobotsError::Path(path.to_owned()));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn golden() {
        let robots = Robots {
            disallow: vec!["/newsroom/".into(), "/search".into()],
            refused: AI_TRAINING_AGENTS.iter().map(|&agent| agent.into()).collect(),
            sitemaps: vec!["/sitemap.xml".into(), "/news-sitemap.xml".into()],
            license: Some("/license.xml".into()),
        };
        insta::assert_snapshot!(write(&sample::publication(), &robots).unwrap());
    }

    #[test]
    fn refuses_no_one_unless_told() {
        let text = write(&sample::publication(), &Robots::default()).unwrap();
        assert_eq!(text, "User-agent: *\nAllow: /\n\n");
    }

    #[test]
    fn a_setting_cannot_smuggle_in_a_line() {
        let publication = sample::publication();
        for agent in ["", "*", "GPTBot\nDisallow: /", "GPT Bot", "Бот", "Bot/1.0"] {
            let robots = Robots { refused: vec![agent.into()], ..Robots::default() };
            assert_eq!(write(&publication, &robots), Err(RobotsError::Agent(agent.into())));
        }
        for path in ["", "newsroom", "/a\nAllow: /", "/a b", "/a#b"] {
            let robots = Robots { disallow: vec![path.into()], ..Robots::default() };
            assert_eq!(write(&publication, &robots), Err(RobotsError::Path(path.into())));
        }
        let robots = Robots { sitemaps: vec!["/a\nDisallow: /".into()], ..Robots::default() };
        assert!(!write(&publication, &robots).unwrap().contains("\nDisallow"));
    }
}
