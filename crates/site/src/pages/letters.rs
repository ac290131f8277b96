//! Mails in the site's words.

use accounts::reader::Reader;
use projections::follows::{Letters, News};

use super::account::absolute;
use crate::App;

/// More of one comment is read on its page.
const EXCERPT: usize = 600;

impl Letters for App {
    fn news(&self, _: &Reader, news: &News) -> Result<(String, String, String), String> {
        let words = self.0.templates.words();
        let language = words.closest(&news.site.language, &news.site.language);
        let headline = news.story.revision.content.headline.as_str();
        let unsubscribe = absolute(self, &format!("/follows/{}", news.follow.id));
        let say = |key: &str, name: &'static str, value: &str| {
            words.say(language, key, &[(name, value.into())]).map_err(|error| error.to_string())
        };
        let subject = say("mail-news-subject", "headline", headline)?;
        let mut text = say("mail-news-text", "site", &news.site.name)?;
        text.push_str(&format!("\n\n{headline}\n{}\n", absolute(self, &news.story.article.path)));
        for comment in &news.comments {
            let said = comment.text.as_ref().map(ToString::to_string).unwrap_or_default();
            let mut excerpt: String = said.chars().take(EXCERPT).collect();
            if excerpt.len() < said.len() {
                excerpt.push('…');
            }
            let url = absolute(self, &format!("/comments/{}", comment.id));
            text.push_str(&format!("\n--\n{}:\n\n{excerpt}\n\n{url}\n", comment.name));
        }
        text.push_str(&format!("\n--\n{}\n", say("mail-news-end", "url", &unsubscribe)?));
        Ok((subject, text, unsubscribe))
    }
}
