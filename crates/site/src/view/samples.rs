//! Pages of every sort, for tests, for previews and for checking a theme. They never change by
//! themselves: no clock, no chance.

mod live;
mod meet;
mod meeting;
mod readers;

use base::Timestamp;
use document::{Picture, PictureSource};

use crate::syndication::open_graph::{Attribute, Meta};

use super::account::*;
use super::context::*;
use super::discussion::*;
use super::live::OnAir;
use super::meeting::MeetingsPage;
use super::recording::*;
use super::{Page, Words, known_share_targets};
use live::*;
use meet::*;
use meeting::*;
use readers::*;

/// The sample site, in English.
pub fn site() -> Site {
    site_in("en")
}

/// The sample site in `language`.
pub fn site_in(language: &str) -> Site {
    let section = |name: &str, path: &str, children: Vec<NavSection>| NavSection {
        name: name.into(),
        url: format!("/{path}/"),
        children,
    };
    Site {
        name: "The Tribune".into(),
        description: "Meetings, and what came of them, on the record.".into(),
        language: language.into(),
        zone: "Europe/Moscow".into(),
        address: "https://tribune.example".into(),
        sections: vec![
            section(
                "News",
                "news",
                vec![
                    section("Russia", "news/russia", vec![]),
                    section("United States", "news/united-states", vec![]),
                    section("Europe", "news/europe", vec![]),
                ],
            ),
            section("Economy", "economy", vec![section("Energy", "economy/energy", vec![])]),
            section("Science", "science", vec![]),
            section("Culture", "culture", vec![]),
            section("Opinion", "opinion", vec![]),
        ],
        channel: OnAir {
            on_air: true,
            title: Some("Question time".into()),
            story: None,
            picture: Some("/channels/main/thumbnail.jpg".into()),
        },
        meetings: true,
        share_targets: known_share_targets(),
        links: vec![Link::new("About", "/about"), Link::new("Corrections policy", "/corrections")],
        owner: "The Tribune".into(),
        year: 2021,
    }
}

/// Every page in `language`, each with a name of its own for files and failures.
pub fn pages(language: &str) -> Vec<(&'static str, Page)> {
    vec![
        ("front", front(language).into()),
        ("front-empty", FrontPage { top: vec![], sections: vec![], ..front(language) }.into()),
        ("section", section(language).into()),
        ("section-deep", deep_section(language).into()),
        (
            "section-empty",
            SectionPage {
                cards: vec![],
                children: vec![],
                pagination: Pagination::default(),
                ..section(language)
            }
            .into(),
        ),
        ("article", article(language).into()),
        ("article-plain", plain_article(language).into()),
        ("discussion", discussion_page(language).into()),
        ("comment", comment_page(language).into()),
        ("comment-keyed", keyed_comment_page(language, Some("The House")).into()),
        ("comment-keyed-passkey", keyed_comment_page(language, None).into()),
        ("comment-refused", refused_comment_page(language).into()),
        ("profile", profile_page(language).into()),
        (
            "profile-older",
            ProfilePage { staff: true, older: None, ..profile_page(language) }.into(),
        ),
        ("own-comments", own_comments_page(language).into()),
        (
            "own-comments-none",
            OwnCommentsPage { known: false, comments: vec![], ..own_comments_page(language) }
                .into(),
        ),
        ("account-sign-in", sign_in_page(language).into()),
        ("account-sent", AccountPage { sent: true, ..sign_in_page(language) }.into()),
        (
            "account-sign-in-passkey",
            AccountPage {
                ways: Ways { passkeys: true, ..Ways::default() },
                draft: String::new(),
                trouble: None,
                ..sign_in_page(language)
            }
            .into(),
        ),
        ("account", account_page(language).into()),
        ("account-new", new_account_page(language).into()),
        ("account-link", account_link_page(language, "open").into()),
        ("account-leave", account_leave_page(language).into()),
        ("account-link-over", account_link_page(language, "over").into()),
        ("follow", follow_page(language).into()),
        ("follow-ended", FollowPage { ended: true, ..follow_page(language) }.into()),
        ("article-crowded", crowded_article(language).into()),
        ("article-video", ArticlePage { video: Some(video()), ..article(language) }.into()),
        ("article-right-to-left", right_to_left_article().into()),
        ("author", author(language).into()),
        ("author-new", new_author(language).into()),
        ("live", live(language).into()),
        ("live-off", silent(language).into()),
        ("programme", programme(language).into()),
        (
            "programme-going",
            ProgrammePage { goes_on: true, chapters: vec![], ..programme(language) }.into(),
        ),
        ("live-embed", embed(language).into()),
        ("meet", meet(language).into()),
        ("meet-test", self_test(language, true).into()),
        ("meet-test-off", self_test(language, false).into()),
        ("meeting", record(language).into()),
        ("meeting-to-come", announced(language).into()),
        ("meetings", meetings(language).into()),
        ("meetings-none", MeetingsPage { meetings: vec![], ..meetings(language) }.into()),
        ("search", search(language).into()),
        ("search-before", search_without_question(language).into()),
        ("search-nothing", search_without_results(language).into()),
        ("search-refused", refused_search(language).into()),
        ("error-404", error(language, 404).into()),
        ("error-410", error(language, 410).into()),
        ("error-410-story", withdrawn(language).into()),
        (
            "error-500",
            ErrorPage { reference: Some("0190-7f3a".into()), ..error(language, 500) }.into(),
        ),
        ("error-503", error(language, 503).into()),
    ]
}

/// An instant in RFC 3339.
fn at(instant: &str) -> Timestamp {
    instant.parse::<jiff::Timestamp>().unwrap_or_default().into()
}

fn head(title: &str, language: &str, path: &str) -> Head {
    Head {
        description: "What two presidents said to each other, and what each said of it.".into(),
        canonical: Some(format!("https://tribune.example{path}")),
        feeds: vec![
            Feed {
                title: "RSS".into(),
                url: "/feeds/rss.xml".into(),
                media_type: "application/rss+xml".into(),
            },
            Feed {
                title: "Atom".into(),
                url: "/feeds/atom.xml".into(),
                media_type: "application/atom+xml".into(),
            },
        ],
        ..Head::new(title, language)
    }
}

/// A picture of the demo, by the name of its file.
fn picture(name: &str, width: u32, height: u32) -> Picture {
    let srcset = |extension: &str| {
        [480, 960, 1440]
            .map(|width| format!("/photos/{name}-{width}.{extension} {width}w"))
            .join(", ")
    };
    Picture {
        sources: vec![
            PictureSource { media_type: "image/avif".into(), srcset: srcset("avif") },
            PictureSource { media_type: "image/webp".into(), srcset: srcset("webp") },
        ],
        src: format!("/photos/{name}-960.jpg"),
        srcset: srcset("jpg"),
        width,
        height,
        alt: "Two presidents face each other on a wall screen above a long table.".into(),
        caption: "The picture that the Kremlin released of Tuesday's conversation.".into(),
        credit: "Twitter/@nickschifrin".into(),
        credit_url: Some("https://x.com/nickschifrin".into()),
        focal_x: 30,
        focal_y: 40,
    }
}

fn card(language: &str, number: usize) -> Card {
    const STORIES: &[(&str, &str, &str, &str, &str)] = &[
        (
            "Two presidents, one screen, and two hours behind closed doors",
            "Ukraine took up most of the conversation; both sides agreed to keep talking.",
            "news",
            "Russia",
            "Ana Duarte",
        ),
        (
            "What a summit by video can settle, and what it cannot",
            "Without a room to walk out of, negotiators lose their best instrument.",
            "analysis",
            "Europe",
            "Jonas Weber",
        ),
        ("Gas prices ease as storage fills", "", "news", "Energy", "Ilse Moreau"),
        (
            "The agreements nobody has read",
            "Everyone invokes Minsk. Few could say what its thirteen points ask of whom.",
            "opinion",
            "Opinion",
            "Marta Oliveira",
        ),
        (
            "A telescope a lifetime in the making is ready to leave",
            "Its mirror must unfold itself a million miles from the nearest wrench.",
            "explainer",
            "Science",
            "Tom Hill",
        ),
        ("Ministers to meet in January", "", "advisory", "Europe", "Newsroom"),
        (
            "The conductor who would not go home",
            "At eighty-one she has one more orchestra to found.",
            "interview",
            "Culture",
            "Lena Adler",
        ),
        ("Delegations publish their readouts side by side", "", "readout", "News", "Newsroom"),
    ];
    let (headline, deck, kind, section, author) = STORIES[number % STORIES.len()];
    Card {
        url: format!("/news/story-{number}"),
        headline: headline.into(),
        deck: deck.into(),
        kind: kind.into(),
        section: Some(Link::new(section, "/news/")),
        authors: vec![author.into()],
        published: at(&format!("2021-12-{:02}T15:24:00Z", 7 - number % 7)),
        picture: (number % 3 != 2).then(|| picture(&format!("sample-{}", number % 4), 1500, 1000)),
        language: language.into(),
    }
}

fn cards(language: &str, numbers: std::ops::Range<usize>) -> Vec<Card> {
    numbers.map(|number| card(language, number)).collect()
}

fn front(language: &str) -> FrontPage {
    let section = |name: &str, from: usize, count: usize| FrontSection {
        section: Link::new(name, format!("/{}/", name.to_lowercase())),
        cards: cards(language, from..from + count),
    };
    FrontPage {
        head: head("The Tribune", language, "/"),
        top: cards(language, 0..6),
        sections: vec![
            section("News", 6, 5),
            section("Economy", 11, 4),
            section("Science", 16, 3),
            section("Opinion", 3, 1),
        ],
    }
}

fn section(language: &str) -> SectionPage {
    let mut cards = cards(language, 0..9);
    cards[3].language = "fa".into();
    cards[3].headline = "گفت‌وگوی دو رئیس‌جمهور پایان یافت".into();
    SectionPage {
        head: head("Russia", language, "/news/russia/"),
        name: "Russia".into(),
        description: "Politics, the economy and life across eleven time zones.".into(),
        crumbs: vec![Link::new("News", "/news/")],
        children: vec![
            Link::new("Moscow", "/news/russia/moscow/"),
            Link::new("Regions", "/news/russia/regions/"),
        ],
        cards,
        pagination: Pagination {
            older: Some("/news/russia/?after=0190a".into()),
            ..Pagination::default()
        },
    }
}

fn deep_section(language: &str) -> SectionPage {
    SectionPage {
        cards: cards(language, 4..8),
        description: String::new(),
        crumbs: vec![],
        children: vec![],
        pagination: Pagination {
            first: Some("/news/".into()),
            newer: Some("/news/?before=0190a".into()),
            older: None,
        },
        ..section(language)
    }
}

fn article(language: &str) -> ArticlePage {
    let url = "https://tribune.example/news/russia/two-presidents";
    let headline = "Two presidents end a two-hour conversation by video";
    let mut head = head(headline, language, "/news/russia/two-presidents");
    head.alternates = vec![
        alternate("en", "English", url),
        alternate("es", "Español", "https://tribune.example/es/dos-presidentes"),
        Alternate { language: "x-default".into(), url: url.into(), name: None },
    ];
    head.oembed = Some(format!("https://tribune.example/oembed?url={url}"));
    head.open_graph = vec![
        Meta { attribute: Attribute::Property, key: "og:title", content: headline.into() },
        Meta {
            attribute: Attribute::Name,
            key: "twitter:card",
            content: "summary_large_image".into(),
        },
    ];
    head.json_ld = vec![r#"{"@type":"NewsArticle","headline":"</script><b>"}"#.into()];
    ArticlePage {
        head,
        crumbs: vec![Link::new("News", "/news/"), Link::new("Russia", "/news/russia/")],
        kind: "opinion".into(),
        headline: headline.into(),
        deck: "What was agreed in Geneva stood on the agenda, beside the tension over Ukraine."
            .into(),
        picture: Some(picture("sample-0", 1500, 1000)),
        video: None,
        published: at("2021-12-07T17:40:00Z"),
        updated: Some(at("2021-12-07T20:05:00Z")),
        meeting: Some(gathering()),
        on_air: true,
        byline: vec![
            Byline {
                name: "Ana Duarte".into(),
                url: Some("/authors/ana-duarte".into()),
                role: Some("Moscow".into()),
            },
            Byline { name: "Tom Hill".into(), url: None, role: None },
        ],
        dateline: Some("MOSCOW".into()),
        share: site().share_links(url, headline),
        body_html: BODY.into(),
        corrections: vec![Correction {
            at: at("2021-12-08T08:00:00Z"),
            text: "An earlier version gave the end of the meeting as 21:10. It ended at 20:10."
                .into(),
        }],
        related: vec![
            Related {
                headline: "Before the call, Moscow said what it would ask for".into(),
                url: Some("/news/russia/before-the-call".into()),
                language: Some("en".into()),
            },
            Related {
                headline: "Antes de la llamada".into(),
                url: Some("/es/antes".into()),
                language: Some("es".into()),
            },
            Related { headline: "A story that is still to come".into(), url: None, language: None },
        ],
        suggested: cards(language, 1..5),
        discussion: Some(discussion()),
    }
}

/// Some threads, one of them with a gap in it.
fn discussion() -> Discussion {
    let answer =
        |id: &str, depth| Comment { depth, parent: Some("1".into()), ..comment(id, "Ivo") };
    Discussion {
        address: "/discussions/sample".into(),
        count: 1234,
        through: 99,
        threads: vec![
            Thread {
                comment: Comment { featured: true, recommended: 3, ..comment("1", "Rosa") },
                answers: vec![
                    Comment { removed: true, ..answer("2", 1) },
                    Comment {
                        staff: true,
                        profile: Some("/commenters/1".into()),
                        ..answer("3", 2)
                    },
                    Comment { staff: true, author: true, edited: true, ..answer("4", 4) },
                ],
                more: Some("/comments/1".into()),
            },
            Thread { comment: comment("5", "سلمى"), answers: vec![], more: None },
        ],
        more: Some("/discussions/sample?after=5".into()),
        orders: ["newest", "oldest", "recommended", "replied"]
            .map(|key| OrderLink {
                key: key.into(),
                url: format!("/discussions/sample?order={key}"),
                chosen: key == "newest",
            })
            .into(),
        form: Some(CommentForm { asks_name: true, ..CommentForm::default() }),
        closes_at: Some(at("2021-12-21T17:40:00Z")),
        accounts: true,
        follows: true,
    }
}

fn comment(id: &str, name: &str) -> Comment {
    Comment {
        id: id.into(),
        url: format!("/comments/{id}"),
        name: name.into(),
        profile: None,
        staff: false,
        author: false,
        featured: false,
        removed: false,
        created: at("2021-12-07T18:00:00Z"),
        edited: false,
        text_html: "<p>Two hours are <em>not</em> much.</p>".into(),
        recommended: 0,
        parent: None,
        depth: 0,
        open: true,
    }
}

fn discussion_page(language: &str) -> DiscussionPage {
    DiscussionPage {
        head: head("Comments on “Two presidents”", language, "/discussions/sample"),
        story: Link::new("Two presidents", "/news/russia/two-presidents"),
        on_air: true,
        discussion: discussion(),
    }
}

/// What everybody may do with a comment that stands.
fn comment_page(language: &str) -> CommentPage {
    CommentPage {
        head: head("A comment on “Two presidents”", language, "/comments/1"),
        story: Link::new("Two presidents", "/news/russia/two-presidents"),
        on_air: true,
        discussion: "/discussions/sample".into(),
        thread: discussion().threads.into_iter().next(),
        comment: comment("1", "Rosa"),
        state: "shown".into(),
        own: false,
        editable: None,
        refusal: None,
        recommends: true,
        reasons: ["insult", "hate", "privacy", "spam", "illegal", "other"].map(Into::into).into(),
        form: Some(CommentForm {
            parent: Some("1".into()),
            name: "Ivo".into(),
            text: "<b>".into(),
            trouble: Some("Write something first.".into()),
            asks_name: false,
            back: "/comments/1".into(),
            keyed: false,
            ways: ways(),
            sign_in: true,
        }),
        follows: true,
        done: Some("comment-done-reported".into()),
        trouble: None,
    }
}

/// Where an account has to have a passkey, or a provider that vouches for it.
fn keyed_comment_page(language: &str, provider: Option<&str>) -> CommentPage {
    let ways = Ways { provider: provider.map(Into::into), ..ways() };
    let form =
        CommentForm { keyed: true, back: "/comments/1".into(), ways, ..CommentForm::default() };
    CommentPage { form: Some(form), ..comment_page(language) }
}

fn ways() -> Ways {
    Ways { mail: true, passkeys: true, provider: Some("The House".into()) }
}

/// What the author of one that was refused is told.
fn refused_comment_page(language: &str) -> CommentPage {
    CommentPage {
        thread: None,
        state: "rejected".into(),
        own: true,
        editable: Some("It rains.".into()),
        refusal: Some(Refusal {
            reason: "off_topic".into(),
            words: "About the weather.".into(),
            may_appeal: true,
        }),
        form: None,
        done: None,
        trouble: Some("A comment can be changed for five minutes.".into()),
        ..comment_page(language)
    }
}

/// The second page of a reader's.
fn profile_page(language: &str) -> ProfilePage {
    let said = ["5", "6"].map(|id| ProfileComment {
        story: Link::new("Two presidents", "/news/russia/two-presidents"),
        comment: Comment { recommended: 3, ..comment(id, "Rosa") },
    });
    ProfilePage {
        head: Head::new("Rosa", language),
        name: "Rosa".into(),
        staff: false,
        since: at("2021-12-07T18:00:00Z"),
        comments: said.into(),
        newest: Some("/commenters/1".into()),
        older: Some("/commenters/1?before=2.3".into()),
    }
}

fn own_comments_page(language: &str) -> OwnCommentsPage {
    let own = ["shown", "waiting", "rejected"]
        .map(|state| OwnComment { comment: comment(state, "Rosa"), state: state.into() });
    OwnCommentsPage {
        head: head("Your comments", language, "/comments/mine"),
        name: "Rosa".into(),
        known: true,
        comments: own.into(),
    }
}

fn alternate(language: &str, name: &str, url: &str) -> Alternate {
    Alternate { language: language.into(), url: url.into(), name: Some(name.into()) }
}

/// As little as a story can have.
fn plain_article(language: &str) -> ArticlePage {
    ArticlePage {
        head: Head::new("Ministers to meet in January", language),
        crumbs: vec![],
        kind: "advisory".into(),
        headline: "Ministers to meet in January".into(),
        deck: String::new(),
        picture: None,
        video: None,
        published: at("2021-12-06T21:00:00Z"),
        updated: None,
        meeting: None,
        on_air: false,
        byline: vec![],
        dateline: None,
        share: vec![],
        body_html: "<p>The date will be announced.</p>".into(),
        corrections: vec![],
        related: vec![],
        suggested: vec![],
        discussion: Some(Discussion {
            address: "/discussions/plain".into(),
            count: 0,
            through: 0,
            threads: vec![],
            more: None,
            orders: vec![],
            form: None,
            closes_at: None,
            accounts: false,
            follows: false,
        }),
    }
}

/// As much as a story can have.
fn crowded_article(language: &str) -> ArticlePage {
    let byline = |name: &str, role: Option<&str>| Byline {
        name: name.into(),
        url: Some(format!("/authors/{}", name.to_lowercase().replace(' ', "-"))),
        role: role.map(Into::into),
    };
    let mut article = article(language);
    article.crumbs.insert(1, Link::new("Eastern Europe and Central Asia", "/news/eastern-europe/"));
    article.headline = "“We have read every annex”: Inside the commission's thirteen-month \
        negotiation over Donaudampfschifffahrtsgesellschaft compensation & the 3 < 4 clause"
        .into();
    article.byline = vec![
        byline("Ana Duarte", Some("text")),
        byline("Jonas Weber", Some("Berlin")),
        byline("Ilse Moreau", Some("photographs")),
        byline("Marta Oliveira", None),
        byline("Maximilian Featherstonehaugh-Cholmondeley", Some("data")),
    ];
    article.corrections.push(Correction {
        at: at("2021-12-08T06:30:00Z"),
        text: "The name of the spokesman was misspelt.".into(),
    });
    article.kind = "analysis".into();
    article
}

/// An article in a language that is written from right to left and that has no words of its own.
fn right_to_left_article() -> ArticlePage {
    let headline = "اختتام محادثات الرئيسين عبر الفيديو بعد ساعتين";
    ArticlePage {
        head: head(headline, "ar", "/ar/talks"),
        headline: headline.into(),
        deck: "تصدرت أوكرانيا جدول الأعمال، واتفق الجانبان على مواصلة الحوار.".into(),
        kind: "news".into(),
        dateline: Some("موسكو".into()),
        body_html: "<p>تحدث الرئيسان يوم الثلاثاء ساعتين ودقيقتين عبر دائرة فيديو مغلقة، بحسب ما \
            أعلنه الكرملين.</p>\n<figure class=\"quotation\">\n<blockquote>\n<p>اتفقنا على مواصلة \
            الحوار.</p>\n</blockquote>\n</figure>\n<p>ومن المقرر أن يلتقي الوزراء في يناير.</p>"
            .into(),
        crumbs: vec![Link::new("أخبار", "/ar/news/"), Link::new("روسيا", "/ar/news/russia/")],
        related: vec![],
        ..article("ar")
    }
}

fn author(language: &str) -> AuthorPage {
    AuthorPage {
        head: head("Ana Duarte", language, "/authors/ana-duarte"),
        name: "Ana Duarte".into(),
        title: "Moscow correspondent".into(),
        biography: vec![
            "Ana Duarte has reported from Moscow since 2014, and before that from Brussels.".into(),
        ],
        picture: Some(Picture {
            caption: String::new(),
            credit: String::new(),
            ..picture("sample-1", 800, 800)
        }),
        links: vec![Link::new("Mastodon", "https://social.example/@ana")],
        cards: cards(language, 0..5),
        pagination: Pagination {
            older: Some("/authors/ana-duarte?after=0190a".into()),
            ..Pagination::default()
        },
    }
}

fn new_author(language: &str) -> AuthorPage {
    AuthorPage {
        head: head("Newsroom", language, "/authors/newsroom"),
        name: "Newsroom".into(),
        title: String::new(),
        biography: vec![],
        picture: None,
        links: vec![],
        cards: vec![],
        pagination: Pagination::default(),
    }
}

fn video() -> Video {
    let page = "/programmes/0".to_owned();
    Video {
        poster: Some("/recordings/0/poster.jpg".into()),
        chapters: Some("/recordings/0/chapters.vtt".into()),
        ..Video::of("0", "Question time", page, 3_723_000)
    }
}

fn search(language: &str) -> SearchPage {
    let part = |text: &str, matched: bool| SnippetPart { text: text.into(), matched };
    SearchPage {
        head: Head { robots: Some("noindex".into()), ..Head::new("Search", language) },
        action: "/search".into(),
        query: "minsk <agreements>".into(),
        asked: true,
        sections: vec![
            SearchSection { name: "News".into(), path: "news".into(), depth: 0, selected: false },
            SearchSection {
                name: "Russia".into(),
                path: "news/russia".into(),
                depth: 1,
                selected: true,
            },
        ],
        from: "2021-12-01".into(),
        until: String::new(),
        problem: None,
        total: 1,
        results: cards(language, 0..5)
            .into_iter()
            .map(|card| SearchResult {
                card,
                snippet: vec![
                    part("… what the ", false),
                    part("Minsk agreements", true),
                    part(" of 2015 ask of either side, and why so little of it was done …", false),
                ],
            })
            .collect(),
        suggestion: Some(Link::new("minsk agreement", "/search?q=minsk+agreement")),
        pagination: Pagination {
            older: Some("/search?q=minsk&after=0190a".into()),
            ..Pagination::default()
        },
    }
}

fn search_without_question(language: &str) -> SearchPage {
    SearchPage {
        query: String::new(),
        asked: false,
        from: String::new(),
        total: 0,
        results: vec![],
        suggestion: None,
        pagination: Pagination::default(),
        ..search(language)
    }
}

fn search_without_results(language: &str) -> SearchPage {
    SearchPage { query: "xyzzy".into(), asked: true, ..search_without_question(language) }
}

fn refused_search(language: &str) -> SearchPage {
    SearchPage { problem: Some("search-problem-dates".into()), ..search(language) }
}

fn error(language: &str, status: u16) -> ErrorPage {
    ErrorPage::new(status, &Words::built_in(), language, &site())
}

fn withdrawn(language: &str) -> ErrorPage {
    ErrorPage {
        headline: Some("Envoy said to resign".into()),
        note: Some("The report rested on a letter that turned out to be forged.".into()),
        ..error(language, 410)
    }
}

/// A body with one of everything, in the HTML that `document` writes.
const BODY: &str = r#"<p>Vladimir Putin and Joe Biden talked for two hours and two minutes on Tuesday over a closed video link. Most of it, the Kremlin said afterwards, went to the tension along Ukraine's border.</p>
<p>NATO's growth to the east, strategic stability and a list of bilateral questions stood on the agenda that <a href="https://kremlin.example/">the president's spokesman</a> had read out beforehand.</p>
<aside class="related">
<p class="related-label">RELATED:</p>
<p class="related-story"><a href="/news/russia/before-the-call">Before the call, Moscow said what it would ask for</a></p>
</aside>
<h2>Behind closed doors</h2>
<p>The link opened at 18:08 and closed at 20:10, Moscow time. <strong>No aides were heard</strong>, and <em>no transcript</em> was promised.</p>
<figure class="quotation">
<blockquote>
<p>Nobody left the table. That is already something.</p>
</blockquote>
<figcaption>A European diplomat, <cite class="source">by telephone</cite></figcaption>
</figure>
<p>Each side wrote down its own account:</p>
<ul>
<li>the Kremlin, in a statement of eleven paragraphs;</li>
<li>the White House, in a readout of six sentences.</li>
</ul>
<figure class="photo">
<picture><img src="/photos/sample-1-960.jpg" width="1500" height="1000" alt="The river and the ministry at night." loading="lazy" decoding="async"></picture>
<figcaption><span class="caption">The foreign ministry on Tuesday night.</span> <span class="credit">Photo: Tribune</span></figcaption>
</figure>
<h3>What comes next</h3>
<ol>
<li><p>Consultations with the European partners.</p></li>
<li><p>Perhaps, in spring, a meeting in person.</p></li>
</ol>
<div class="table" role="group" tabindex="0" aria-label="Table">
<table>
<thead><tr><th scope="col">Subject</th><th scope="col">Moscow</th><th scope="col">Washington</th></tr></thead>
<tbody><tr><td>Expansion of NATO</td><td>Guarantees in writing</td><td>No veto for others</td></tr><tr><td>Ukraine</td><td>Minsk, to the letter</td><td>De-escalation first</td></tr></tbody>
</table>
</div>
<hr>
<aside class="fact-box">
<h2 class="fact-box-title">The meeting in figures</h2>
<p>122 minutes, two flags, one interpreter on each side.</p>
</aside>
<p class="embed"><a href="https://video.example/watch">A recording of the greeting, on video.example</a></p>
<p>Both capitals repeated in the evening that they want no war.</p>
"#;
