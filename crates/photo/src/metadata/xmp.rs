use roxmltree::{Document, Node, ParsingOptions};

use super::{Metadata, clean, web_address};

/// Reads the wanted properties of an XMP packet, whichever of RDF's spellings it uses.
pub(super) fn read(packet: &[u8]) -> Metadata {
    let Some(text) = packet.get(..packet.len().min(BYTES_MAX)).map(String::from_utf8_lossy) else {
        return Metadata::default();
    };
    let text = text.trim_start_matches('\u{FEFF}').trim_end_matches('\0').trim();
    let options = ParsingOptions { nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    let Ok(document) = Document::parse_with_options(text, options) else {
        return Metadata::default();
    };
    let text = |namespace, name| property(&document, namespace, name).and_then(|text| clean(&text));
    let address =
        |namespace, name| property(&document, namespace, name).and_then(|text| web_address(&text));
    Metadata {
        caption: text(DC, "description"),
        headline: text(PHOTOSHOP, "Headline"),
        alt: text(IPTC_CORE, "AltTextAccessibility"),
        creator: text(DC, "creator"),
        credit: text(PHOTOSHOP, "Credit"),
        copyright: text(DC, "rights"),
        // Agencies write what a photo may not be used for among the instructions.
        terms: text(RIGHTS, "UsageTerms").or_else(|| text(PHOTOSHOP, "Instructions")),
        usable_until: text(PLUS, "LicenseEndDate")
            .and_then(|day| day.get(..DAY_BYTES).map(str::to_owned)),
        rights_url: address(RIGHTS, "WebStatement"),
        licensor_url: address(PLUS, "LicensorURL"),
        digital_source_type: address(IPTC_EXT, "DigitalSourceType"),
        taken_at: text(PHOTOSHOP, "DateCreated").or_else(|| text(EXIF, "DateTimeOriginal")),
    }
}

/// Writes a packet that [`read`] reads back, or nothing when there is nothing to say.
///
/// It is made anew rather than copied, so nothing that was not asked for can slip through.
pub(crate) fn write(metadata: &Metadata) -> Option<Vec<u8>> {
    if *metadata == Metadata::default() {
        return None;
    }
    let Metadata {
        caption,
        headline,
        alt,
        creator,
        credit,
        copyright,
        terms,
        usable_until,
        rights_url,
        licensor_url,
        digital_source_type,
        taken_at,
    } = metadata;
    let mut properties = String::new();
    let mut put = |value: &Option<String>, open: &str, close: &str| {
        if let Some(value) = value.as_deref().and_then(clean) {
            properties += &format!("{open}{}{close}\n", escape(&value));
        }
    };
    let language = |name| {
        let open = format!("<{name}><rdf:Alt><rdf:li xml:lang=\"x-default\">");
        (open, format!("</rdf:li></rdf:Alt></{name}>"))
    };
    for (value, name) in [
        (caption, "dc:description"),
        (copyright, "dc:rights"),
        (terms, "xmpRights:UsageTerms"),
        (alt, "Iptc4xmpCore:AltTextAccessibility"),
    ] {
        let (open, close) = language(name);
        put(value, &open, &close);
    }
    put(creator, "<dc:creator><rdf:Seq><rdf:li>", "</rdf:li></rdf:Seq></dc:creator>");
    for (value, name) in [
        (headline, "photoshop:Headline"),
        (credit, "photoshop:Credit"),
        (taken_at, "photoshop:DateCreated"),
        (rights_url, "xmpRights:WebStatement"),
        (usable_until, "plus:LicenseEndDate"),
        (digital_source_type, "Iptc4xmpExt:DigitalSourceType"),
    ] {
        put(value, &format!("<{name}>"), &format!("</{name}>"));
    }
    put(
        licensor_url,
        "<plus:Licensor><rdf:Seq><rdf:li rdf:parseType=\"Resource\"><plus:LicensorURL>",
        "</plus:LicensorURL></rdf:li></rdf:Seq></plus:Licensor>",
    );
    let packet = format!(
        "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"{RDF}\">\n\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"{DC}\" xmlns:photoshop=\"{PHOTOSHOP}\" \
         xmlns:xmpRights=\"{RIGHTS}\" xmlns:plus=\"{PLUS}\" xmlns:Iptc4xmpCore=\"{IPTC_CORE}\" \
         xmlns:Iptc4xmpExt=\"{IPTC_EXT}\">\n{properties}</rdf:Description>\n\
         </rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>"
    );
    Some(packet.into_bytes())
}

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";
const RIGHTS: &str = "http://ns.adobe.com/xap/1.0/rights/";
const PLUS: &str = "http://ns.useplus.org/ldf/xmp/1.0/";
const IPTC_CORE: &str = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/";
const IPTC_EXT: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
const EXIF: &str = "http://ns.adobe.com/exif/1.0/";

/// A packet is a few kilobytes; one past this is not ours to read.
const BYTES_MAX: usize = 1024 * 1024;
const NODES_MAX: u32 = 20_000;
/// A day at the front of a date that may bear a time.
const DAY_BYTES: usize = "2026-12-31".len();

/// A property as an attribute, as text, or as a list of texts.
fn property(document: &Document<'_>, namespace: &str, name: &str) -> Option<String> {
    document.descendants().find_map(|node| {
        if node.has_tag_name((namespace, name)) {
            return Some(value(node));
        }
        // Only on the description itself: the same names qualify other things elsewhere.
        let is_description = node.has_tag_name((RDF, "Description"));
        is_description.then(|| node.attribute((namespace, name)).map(str::to_owned)).flatten()
    })
}

fn value(node: Node<'_, '_>) -> String {
    if let Some(resource) = node.attribute((RDF, "resource")) {
        return resource.to_owned();
    }
    let Some(list) = node.children().find(|child| child.tag_name().namespace() == Some(RDF)) else {
        return node.text().unwrap_or_default().to_owned();
    };
    let texts = || list.children().filter(|child| child.has_tag_name((RDF, "li")));
    let text = |li: Node<'_, '_>| li.text().unwrap_or_default().trim().to_owned();
    if list.has_tag_name((RDF, "Alt")) {
        let default = texts().find(|li| li.attribute((XML, "lang")) == Some("x-default"));
        return default.or_else(|| texts().next()).map(text).unwrap_or_default();
    }
    texts().map(text).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}

const XML: &str = "http://www.w3.org/XML/1998/namespace";

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
