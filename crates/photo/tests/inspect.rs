//! What an upload is, what it says of itself, and why it is refused.

mod support;

use photo::{Format, Metadata, Rejected, inspect};
use support::{STILLS, fixture, jpeg, quarters};

fn press() -> Metadata {
    let text = |text: &str| Some(text.to_owned());
    Metadata {
        caption: text("The leaders speak by video link. <1 & 2>"),
        headline: text("Two hours"),
        alt: text("Two flags beside a screen"),
        creator: text("Ana Pérez, Li Wei"),
        credit: text("Pool/Tribune"),
        copyright: text("© 2021 Tribune"),
        terms: None,
        usable_until: None,
        rights_url: text("https://tribune.example/rights"),
        licensor_url: text("https://tribune.example/licence"),
        digital_source_type: text("http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"),
        taken_at: text("2021-12-07T18:08:00+03:00"),
    }
}

#[test]
fn xmp_is_read_from_every_format_and_outranks_the_rest() {
    for (name, format) in [
        ("press.jpg", Format::Jpeg),
        ("press.png", Format::Png),
        ("press.webp", Format::WebP),
        ("press.avif", Format::Avif),
    ] {
        let inspected = inspect(&fixture(name)).unwrap();
        assert_eq!(inspected.format, format, "{name}");
        assert_eq!((inspected.width, inspected.height), (48, 32), "{name}");
        assert_eq!(inspected.metadata, press(), "{name}");
    }
}

#[test]
fn iptc_is_read_in_either_character_set() {
    let metadata = inspect(&fixture("iptc-utf8.jpg")).unwrap().metadata;
    assert_eq!(metadata.caption.as_deref(), Some("Żółć at dawn"));
    assert_eq!(metadata.creator.as_deref(), Some("Ana Pérez, Li Wei"));
    assert_eq!(metadata.credit.as_deref(), Some("Pool"));
    assert_eq!(metadata.copyright.as_deref(), Some("© Tribune"));
    assert_eq!(metadata.headline.as_deref(), Some("Dawn"));
    assert_eq!(metadata.taken_at.as_deref(), Some("2021-12-07T18:08:00+03:00"));

    let metadata = inspect(&fixture("iptc-latin1.jpg")).unwrap().metadata;
    assert_eq!(metadata.caption.as_deref(), Some("Señor Pérez"));
    assert_eq!(metadata.creator.as_deref(), Some("Zoë"));
}

#[test]
fn exif_fills_in_where_nothing_better_is() {
    let metadata = inspect(&fixture("exif.jpg")).unwrap().metadata;
    assert_eq!(metadata.caption.as_deref(), Some("From EXIF"));
    assert_eq!(metadata.creator.as_deref(), Some("Ana Pérez"));
    assert_eq!(metadata.copyright.as_deref(), Some("© Tribune"));
    assert_eq!(metadata.taken_at.as_deref(), Some("2021-12-07T18:08:00+03:00"));
}

#[test]
fn every_format_that_is_not_accepted_is_named() {
    for (bytes, name) in [
        (fixture("moving.gif"), "a GIF"),
        (b"II*\0rest".to_vec(), "a TIFF"),
        (b"BM rest".to_vec(), "a BMP"),
        (b"%PDF-1.7".to_vec(), "a PDF"),
        (b"<?xml version='1.0'?><svg xmlns='x'/>".to_vec(), "an SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), "HEIC"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42".to_vec(), "a video"),
    ] {
        let sentence = inspect(&bytes).unwrap_err().to_string();
        assert!(sentence.starts_with(&format!("This file is {name}")), "{sentence}");
        assert!(sentence.ends_with("upload a JPEG, PNG, WebP or AVIF."), "{sentence}");
    }
    assert_eq!(inspect(b"Dear editor").unwrap_err(), Rejected::NotAPicture);
    assert_eq!(inspect(b"").unwrap_err(), Rejected::Empty);
}

#[test]
fn animations_are_refused() {
    for name in ["moving.webp", "moving.avif"] {
        assert_eq!(inspect(&fixture(name)).unwrap_err(), Rejected::Animated, "{name}");
    }
    let mut png = fixture("press.png");
    png.splice(33..33, *b"\0\0\0\x08acTL\0\0\0\x02\0\0\0\0\0\0\0\0");
    assert_eq!(inspect(&png).unwrap_err(), Rejected::Animated);
}

#[test]
fn tiles_are_refused_clearly() {
    let sentence = inspect(&fixture("tiled.avif")).unwrap_err().to_string();
    assert!(sentence.contains("AVIF tiles"), "{sentence}");
}

#[test]
fn a_picture_cut_short_is_refused_wherever_it_is_cut() {
    for name in STILLS {
        let whole = fixture(name);
        for length in [whole.len() / 4, whole.len() / 2, whole.len() - 1] {
            let refused = inspect(&whole[..length]);
            assert!(refused.is_err(), "{name} cut to {length} of {} bytes", whole.len());
        }
    }
}

#[test]
fn a_header_that_claims_too_many_pixels_is_refused_before_decoding() {
    let mut png = fixture("deep.png");
    png[16..20].copy_from_slice(&60_000u32.to_be_bytes());
    png[20..24].copy_from_slice(&60_000u32.to_be_bytes());
    let refused = inspect(&png).unwrap_err();
    assert_eq!(refused, Rejected::TooManyPixels { pixels: 3_600_000_000 });
    assert_eq!(refused.to_string(), "The picture has 3600 megapixels; at most 120 are accepted.");
    assert_eq!(photo::Picture::decode(&png).err(), Some(refused));
}

#[test]
fn too_many_bytes_are_refused_unread() {
    let bytes = vec![0xFF; base::limits::PHOTO_BYTES_MAX + 1];
    let sentence = inspect(&bytes).unwrap_err().to_string();
    assert_eq!(sentence, "The file has 61 MB; at most 60 MB are accepted.");
}

#[test]
fn a_strip_is_refused() {
    let strip = jpeg(&vec![9; 2100 * 100 * 3], 2100, 100, None, None);
    assert!(matches!(inspect(&strip), Err(Rejected::TooNarrow { .. })));
}

#[test]
fn the_size_is_told_once_upright() {
    let pixels = quarters(48, 32, [support::RED; 4]);
    let inspected = inspect(&jpeg(&pixels, 48, 32, Some(6), None)).unwrap();
    assert_eq!((inspected.width, inspected.height), (32, 48));
}

#[test]
fn what_a_photo_may_be_used_for_is_read() {
    let xmp = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF \
         xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description \
         xmlns:plus='http://ns.useplus.org/ldf/xmp/1.0/' plus:LicenseEndDate='2026-12-31T10:00Z' \
         xmlns:xmpRights='http://ns.adobe.com/xap/1.0/rights/'><xmpRights:UsageTerms><rdf:Alt>\
         <rdf:li xml:lang='x-default'>Once, in print and online</rdf:li></rdf:Alt>\
         </xmpRights:UsageTerms></rdf:Description></rdf:RDF></x:xmpmeta>";
    let metadata = inspect(&tagged(1, b"http://ns.adobe.com/xap/1.0/\0", xmp.as_bytes()));
    let metadata = metadata.unwrap().metadata;
    assert_eq!(metadata.terms.as_deref(), Some("Once, in print and online"));
    assert_eq!(metadata.usable_until.as_deref(), Some("2026-12-31"));

    // IPTC's expiration date and special instructions.
    let mut record = Vec::new();
    for (dataset, text) in [(37, &b"20270115"[..]), (40, b"NO SALES")] {
        record.extend([0x1C, 2, dataset, 0, text.len() as u8]);
        record.extend(text);
    }
    let mut resource = b"8BIM\x04\x04\0\0\0\0\0".to_vec();
    resource.push(record.len() as u8);
    resource.extend(&record);
    let metadata = inspect(&tagged(13, b"Photoshop 3.0\0", &resource)).unwrap().metadata;
    assert_eq!(metadata.terms.as_deref(), Some("NO SALES"));
    assert_eq!(metadata.usable_until.as_deref(), Some("2027-01-15"));
}

/// A small JPEG with one application segment.
fn tagged(segment: u8, name: &[u8], content: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 90);
    encoder.add_app_segment(segment, [name, content].concat()).expect("it is short");
    encoder.encode(&[0; 48], 4, 4, jpeg_encoder::ColorType::Rgb).expect("it is a picture");
    file
}

#[test]
fn text_is_bounded_and_links_are_only_to_the_web() {
    let long = "x".repeat(10_000);
    let xmp = format!(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF \
         xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description \
         xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' photoshop:Credit='A&#10;{long}' \
         xmlns:xmpRights='http://ns.adobe.com/xap/1.0/rights/' \
         xmpRights:WebStatement='javascript:alert(1)'/></rdf:RDF></x:xmpmeta>"
    );
    let file = tagged(1, b"http://ns.adobe.com/xap/1.0/\0", xmp.as_bytes());
    let metadata = inspect(&file).unwrap().metadata;
    let credit = metadata.credit.unwrap();
    assert!(credit.starts_with("A\nx"), "attributes are read too");
    assert_eq!(credit.chars().count(), base::limits::CAPTION_CHARS_MAX);
    assert_eq!(metadata.rights_url, None);
}
