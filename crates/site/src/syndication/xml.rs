//! Writes XML that is well formed whatever the texts are.
//!
//! Elements nest by closures, so none stays open. Text is escaped rather than wrapped in CDATA:
//! one rule then holds for `]]>`, `<` and `&` alike.

/// An XML document under construction.
pub(super) struct Xml(String);

/// Attributes in the order they are written.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a str)];

impl Xml {
    pub(super) fn document(
        root: &str,
        attributes: Attributes,
        body: impl FnOnce(&mut Self),
    ) -> String {
        let mut xml = Self(String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
        xml.element(root, attributes, body);
        xml.0
    }

    /// Elements without a document around them, to be put into one later.
    pub(super) fn fragment(body: impl FnOnce(&mut Self)) -> String {
        let mut xml = Self(String::new());
        body(&mut xml);
        xml.0
    }

    pub(super) fn element(
        &mut self,
        name: &str,
        attributes: Attributes,
        body: impl FnOnce(&mut Self),
    ) {
        self.start(name, attributes);
        self.0.push_str(">\n");
        body(self);
        self.end(name);
    }

    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.text_with(name, &[], text);
    }

    pub(super) fn text_with(&mut self, name: &str, attributes: Attributes, text: &str) {
        self.start(name, attributes);
        self.0.push('>');
        escape(text, &mut self.0);
        self.end(name);
    }

    /// The element, if there is anything to say in it: readers stumble over empty ones.
    pub(super) fn text_if(&mut self, name: &str, text: Option<&str>) {
        self.text_with_if(name, &[], text);
    }

    pub(super) fn text_with_if(&mut self, name: &str, attributes: Attributes, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            self.text_with(name, attributes, text);
        }
    }

    pub(super) fn empty(&mut self, name: &str, attributes: Attributes) {
        self.start(name, attributes);
        self.0.push_str("/>\n");
    }

    /// Puts in what [`Xml::fragment`] wrote.
    pub(super) fn raw(&mut self, fragment: &str) {
        self.0.push_str(fragment);
    }

    fn start(&mut self, name: &str, attributes: Attributes) {
        self.0.push('<');
        self.0.push_str(name);
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            self.0.push_str("=\"");
            escape(value, &mut self.0);
            self.0.push('"');
        }
    }

    fn end(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push_str(">\n");
    }
}

/// Fit for text and for attributes in double quotes. Characters that XML 1.0 §2.2 forbids are left
/// out: no escape could carry them, and one would make the whole document unreadable.
fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A parser would turn a bare carriage return into a line feed.
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(character),
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {}
            _ => out.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_back(document: &str) -> (String, String) {
        let mut reader = quick_xml::Reader::from_str(document);
        reader.config_mut().check_end_names = true;
        let (mut text, mut attribute) = (String::new(), String::new());
        loop {
            use quick_xml::events::Event;
            match reader.read_event().unwrap() {
                Event::Eof => return (text, attribute),
                Event::Start(start) if start.name().as_ref() == "t" => {
                    let value = start.try_get_attribute("a").unwrap().unwrap();
                    attribute = quick_xml::escape::unescape(&value.value).unwrap().into_owned();
                }
                Event::Text(piece) => text.push_str(&piece),
                Event::GeneralRef(name) => {
                    let name = format!("&{};", &*name);
                    text.push_str(&quick_xml::escape::unescape(&name).unwrap());
                }
                _ => {}
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back_without_what_xml_forbids(hostile in r#"(\PC|[\x00-\x1F<>&"'\]\u{FFFE}]|\]\]>|</t>){0,40}"#) {
            let document = Xml::document("r", &[], |xml| xml.text_with("t", &[("a", &hostile)], &hostile));
            let (text, attribute) = read_back(&document);
            let allowed: String = hostile
                .chars()
                .filter(|&c| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && c != '\u{FFFE}' && c != '\u{FFFF}'))
                .collect();
            prop_assert_eq!(text.trim_matches('\n'), allowed.trim_matches('\n'));
            prop_assert_eq!(attribute, allowed);
        }
    }
}
