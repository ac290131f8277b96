//! Documents, JSON and Markdown as hostile as can be made.

use base::{ArticleId, PhotoId};
use document::{
    Block, CodeBlock, Document, Embed, FactBox, Heading, Inline, Mark, Photo, Picture,
    PictureSource, Quotation, RelatedRef, Table,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Accepted documents of every kind of block.
pub(crate) fn documents() -> impl Strategy<Value = Document> {
    vec(block(), 0..6).prop_map(|blocks| Document::from_blocks(&blocks).unwrap())
}

/// JSON near to a document's, and far from it.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec![
        "doc",
        "paragraph",
        "heading",
        "quotation",
        "bullet_list",
        "ordered_list",
        "list_item",
        "photo",
        "gallery",
        "related",
        "embed",
        "table",
        "table_row",
        "table_cell",
        "fact_box",
        "divider",
        "code_block",
        "hard_break",
        "text",
        "script",
        "",
    ]);
    let key = prop::sample::select(vec![
        "type", "attrs", "content", "marks", "text", "level", "id", "href", "title", "order",
        "caption", "url", "onclick",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        nasty_text().prop_map(Value::from),
        kind.clone().prop_map(Value::from),
        Just(Value::from("javascript:alert(1)")),
    ];
    let tree = leaf.prop_recursive(6, 64, 6, move |inner| {
        let node =
            (kind.clone(), vec(inner.clone(), 0..5), vec((key.clone(), inner.clone()), 0..3))
                .prop_map(|(kind, content, more)| {
                    let mut node = Map::new();
                    node.insert("type".into(), kind.into());
                    if kind == "text" {
                        node.insert("text".into(), "words".into());
                    } else {
                        node.insert("content".into(), content.into());
                    }
                    node.extend(more.into_iter().map(|(key, value)| (key.to_owned(), value)));
                    Value::Object(node)
                });
        prop_oneof![
            4 => node,
            1 => vec(inner.clone(), 0..5).prop_map(Value::from),
            1 => vec((key.clone(), inner), 0..4)
                .prop_map(|all| all.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    });
    (tree.clone(), vec(tree, 0..4), any::<bool>()).prop_map(|(json, content, wrap)| {
        if wrap { serde_json::json!({ "type": "doc", "content": content }) } else { json }
    })
}

/// Text made of what Markdown, shortcodes and HTML are made of.
pub(crate) fn markdownish() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "# ",
        "## ",
        "> ",
        "- ",
        "* ",
        "1. ",
        "10) ",
        "    ",
        "\t",
        "\n",
        "\n\n",
        "\n",
        "```",
        "~~~",
        "`",
        "*",
        "**",
        "_",
        "~~",
        "[",
        "]",
        "(",
        ")",
        "![",
        "](a.jpg \"t\")",
        "](https://e.org)",
        "|",
        "| a | b |\n|---|---|\n| c |",
        "---",
        "===",
        "{#id}",
        "&amp;",
        "&#x202e;",
        "\\",
        "<",
        "{{< figure src=\"a.jpg\" caption=\"c\" >}}",
        "{{< fact-box title=\"t\" >}}",
        "{{< /fact-box >}}",
        "{{< quotation speaker=\"s\" >}}",
        "{{< /quotation >}}",
        "{{< gallery >}}",
        "{{< /gallery >}}",
        "{{< table header-row=no >}}",
        "{{< /table >}}",
        "{{% x %}}",
        "{% raw %}",
        "{% quote(author=\"a\") %}",
        "{% end %}",
        "{{ youtube(id=\"x\") }}",
        "{% highlight go %}",
        "{% endhighlight %}",
        "{{<",
        ">}}",
        "\"",
        "<b>",
        "</b>",
        "<p>",
        "</p>",
        "<ul>",
        "<li>",
        "</ul>",
        "<table>",
        "<tr>",
        "<td>",
        "<th>",
        "</table>",
        "<blockquote>",
        "</blockquote>",
        "<figure>",
        "<img src=a.jpg>",
        "<figcaption>",
        "</figure>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<pre>",
        "</pre>",
        "<a href=\"javascript:x\">",
        "</a>",
        "<h2 id=x>",
        "</h2>",
        "<br>",
        "<iframe src=//x>",
        "[^1]",
        "[^1]: ",
        "— A, B",
        "word",
        " ",
        "é",
        "\u{202E}",
        "\u{FDD0}",
        "\u{FDD0}0\u{FDD1}",
        "\0",
        "\r",
    ]);
    vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

/// A picture with hostile words in every field.
pub(crate) fn picture(id: PhotoId) -> Picture {
    Picture {
        sources: vec![PictureSource {
            media_type: "image/avif".into(),
            srcset: format!("/photos/{id}/400.avif 400w, /photos/{id}/800.avif 800w"),
        }],
        src: format!("/photos/{id}/800.jpg"),
        srcset: format!("/photos/{id}/800.jpg 800w"),
        width: 1600,
        height: 900,
        alt: "A \"room\" <script>".into(),
        caption: "Two flags & a table <b>".into(),
        credit: "<i>Nobody</i>".into(),
        credit_url: Some("javascript:alert(1)".into()),
        focal_x: 33,
        focal_y: 66,
    }
}

fn nasty_text() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "a",
        "b",
        "word",
        "Zeit",
        "é",
        "日本",
        "ل",
        "1",
        "12",
        "1.",
        "2)",
        " ",
        " ",
        "  ",
        "\n",
        "\t",
        "\u{A0}",
        "\u{3000}",
        "\u{2003}",
        "\u{200B}",
        "\u{200D}",
        "\u{301}",
        "👩‍👧",
        "€",
        "*",
        "**",
        "_",
        "__",
        "`",
        "``",
        "```",
        "~",
        "~~",
        "[",
        "]",
        "(",
        ")",
        "](x)",
        "!",
        "![",
        "<",
        ">",
        "<b>",
        "</p>",
        "<script>",
        "<!--",
        "&",
        "&amp;",
        "&lt;",
        "&#65;",
        "#",
        "##",
        "-",
        "---",
        "+",
        "=",
        "===",
        ">",
        "|",
        "\\",
        "\\\\",
        "{",
        "}",
        "{{",
        "{{<",
        ">}}",
        "{{< x >}}",
        "{{% y %}}",
        "{%",
        "{% z %}",
        "{#a}",
        "{{ site.url }}",
        ":",
        ":::",
        "\"",
        "'",
        "“",
        "”",
        "—",
        "— ",
        "— A, B",
        "-- ",
        ".",
        ",",
        ";",
        "…",
        "$",
        "^",
        "@",
        "/",
        "https://example.org",
        "www.example.org",
        "a@b.org",
        "[^1]",
        "[ ]",
        "[x]",
        "\u{200F}",
        "\u{2067}",
        "\u{2069}",
        "%}",
        "~~~",
    ]);
    vec(token, 0..8).prop_map(|tokens| tokens.concat())
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![3 => nasty_text(), 1 => "[a-z]{1,8}( [a-z]{1,8}){0,4}"]
}

fn mark() -> impl Strategy<Value = Mark> {
    prop_oneof![
        (address(), option::of(words())).prop_map(|(href, title)| Mark::Link { href, title }),
        Just(Mark::Strong),
        Just(Mark::Emphasis),
        Just(Mark::Strike),
        Just(Mark::Superscript),
        Just(Mark::Subscript),
        Just(Mark::Code),
    ]
}

fn marks() -> impl Strategy<Value = Vec<Mark>> {
    vec(mark(), 0..4).prop_map(|mut marks| {
        marks.sort();
        marks.dedup_by_key(|mark| std::mem::discriminant(mark));
        marks
    })
}

fn address() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "https://example.org/a?b=c&d=e#f",
        "https://example.org/a_(b)_*c*",
        "http://example.org/&amp;&copy;",
        "https://example.org/[x]~~'!,;",
        "/news/russia/some-slug",
        "#the-talks",
        "mailto:desk@example.org",
        "tel:+34",
        "https://пример.рф/новости",
        "https://example.org/)(",
    ])
    .prop_map(str::to_owned)
}

fn line() -> impl Strategy<Value = Vec<Inline>> {
    let inline = prop_oneof![
        6 => (words(), marks()).prop_map(|(text, marks)| Inline::Text(text, marks)),
        1 => Just(Inline::Break),
    ];
    vec(inline, 0..6)
}

fn photo() -> impl Strategy<Value = Photo> {
    (any::<u128>(), option::of(words()))
        .prop_map(|(id, caption)| Photo { id: PhotoId(uuid::Uuid::from_u128(id)), caption })
}

fn table() -> impl Strategy<Value = Table> {
    (1usize..4, any::<bool>(), any::<bool>(), option::of(words())).prop_flat_map(
        |(columns, header_row, header_column, caption)| {
            vec(vec(line(), columns), 1..4).prop_map(move |rows| Table {
                caption: caption.clone(),
                header_row,
                header_column,
                rows,
            })
        },
    )
}

fn block() -> impl Strategy<Value = Block> {
    let heading = (2u8..=4, option::of("[a-z0-9_-]{1,6}|über"), line())
        .prop_map(|(level, id, content)| Block::Heading(Heading { level, id, content }));
    let name = || option::of(words());
    let quotation = (vec(line(), 1..4), name(), name(), name(), option::of(address())).prop_map(
        |(paragraphs, speaker, role, source, source_url)| {
            Block::Quotation(Quotation { paragraphs, speaker, role, source, source_url })
        },
    );
    let related = (words(), option::of(any::<u128>())).prop_map(|(title, article)| {
        Block::Related(RelatedRef {
            title: Some(title),
            address: Some("/news/x/y".into()),
            article: article.map(|id| ArticleId(uuid::Uuid::from_u128(id))),
        })
    });
    let embed = (name(), name()).prop_map(|(title, provider)| {
        let url = "https://example.org/watch?v=a&t=1".into();
        Block::Embed(Embed { url, title, provider })
    });
    let code = (option::of("[a-z][a-z+#.]{0,6}"), vec(nasty_text(), 1..4))
        .prop_map(|(language, lines)| Block::Code(CodeBlock { language, text: lines.join("\n") }));
    let leaf = prop_oneof![
        4 => line().prop_map(Block::Paragraph),
        2 => heading,
        2 => quotation,
        1 => photo().prop_map(Block::Photo),
        1 => vec(photo(), 0..3).prop_map(Block::Gallery),
        1 => related,
        1 => embed,
        2 => table().prop_map(Block::Table),
        1 => Just(Block::Divider),
        2 => code,
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let items = || vec(vec(inner.clone(), 0..3), 0..4);
        prop_oneof![
            items().prop_map(Block::BulletList),
            (0u32..1_000_000_000, items())
                .prop_map(|(order, items)| Block::OrderedList(order, items)),
            (option::of(words()), vec(inner.clone(), 0..4))
                .prop_map(|(title, blocks)| Block::FactBox(FactBox { title, blocks })),
        ]
    })
}
