//! What readers see: typed pages, the templates that show them, and the words they use.
//!
//! A handler gathers a [`Page`] and [`Templates::render`] makes its HTML. Nothing here reads a
//! database, a clock or a request.

mod account;
mod assets;
mod context;
mod dates;
mod discussion;
mod live;
mod meet;
mod meeting;
mod newsroom;
mod recording;
pub mod samples;
mod share;
mod templates;
mod theme;
mod words;

pub use account::*;
pub use assets::{Asset, assets};
pub use context::*;
pub use discussion::*;
pub use live::*;
pub use meet::*;
pub use meeting::*;
pub use newsroom::NewsroomFrame;
pub use recording::*;
pub use share::{ShareTarget, known_share_targets};
pub use templates::{RenderError, Templates};
pub use theme::ThemeError;
pub use words::{Words, WordsError};

/// Names each page once, with what it shows, the template that shows it and its style.
macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident($context:ty) = $template:literal styled $style:literal,)+) => {
        /// A page, ready to be rendered.
        #[derive(Clone, Debug)]
        pub enum Page {
            $($(#[$doc])* $name(Box<$context>),)+
        }

        impl Page {
            /// The template that shows this page.
            pub fn template(&self) -> &'static str {
                match self { $(Self::$name(_) => $template,)+ }
            }

            /// The style sheet inside this page.
            pub(super) fn style(&self) -> &'static str {
                match self { $(Self::$name(_) => $style,)+ }
            }

            /// What machines read about this page, and its language.
            pub fn head(&self) -> &Head {
                match self { $(Self::$name(page) => &page.head,)+ }
            }

            fn to_value(&self) -> minijinja::Value {
                match self { $(Self::$name(page) => minijinja::Value::from(minijinja::value::Serde(page)),)+ }
            }
        }

        $(impl From<$context> for Page {
            fn from(page: $context) -> Self {
                Self::$name(Box::new(page))
            }
        })+
    };
}

pages! {
    /// `/`
    Front(FrontPage) = "pages/front.html" styled "front",
    /// `/news/russia/`
    Section(SectionPage) = "pages/section.html" styled "listing",
    /// `/news/russia/some-slug`
    Article(ArticlePage) = "pages/article.html" styled "article",
    /// `/discussions/{article}`
    Discussion(DiscussionPage) = "pages/discussion.html" styled "discussion",
    /// `/comments/{id}`
    Comment(CommentPage) = "pages/comment.html" styled "discussion",
    /// `/commenters/{id}`
    Profile(ProfilePage) = "pages/profile.html" styled "discussion",
    /// `/comments/mine`
    OwnComments(OwnCommentsPage) = "pages/own_comments.html" styled "discussion",
    /// `/account`
    Account(AccountPage) = "pages/account.html" styled "discussion",
    /// `/account/link/{link}`
    AccountLink(AccountLinkPage) = "pages/account_link.html" styled "discussion",
    /// On the way to a provider.
    AccountLeave(AccountLeavePage) = "pages/account_leave.html" styled "discussion",
    /// `/follows/{id}`
    Follow(FollowPage) = "pages/follow.html" styled "discussion",
    /// `/authors/some-slug`
    Author(AuthorPage) = "pages/author.html" styled "listing",
    /// `/search`
    Search(SearchPage) = "pages/search.html" styled "search",
    /// `/live`
    Live(LivePage) = "pages/live.html" styled "live",
    /// `/programmes/{id}`
    Programme(ProgrammePage) = "pages/programme.html" styled "live",
    /// `/meetings/{id}`
    Meeting(MeetingPage) = "pages/meeting.html" styled "meeting",
    /// `/meetings/`
    Meetings(MeetingsPage) = "pages/meetings.html" styled "meeting",
    /// `/live/embed`
    Embed(EmbedPage) = "pages/embed.html" styled "live",
    /// `/meet/{id}`
    Meet(MeetPage) = "pages/meet.html" styled "meet",
    /// `/meet/test`
    SelfTest(SelfTestPage) = "pages/self_test.html" styled "self_test",
    /// Whatever cannot be shown, and why.
    Error(ErrorPage) = "pages/error.html" styled "error",
}

#[cfg(test)]
mod tests;
