//! Whatever is uploaded, nothing panics and nothing grows without bound.

mod support;

use photo::{Picture, Rejected, inspect};
use proptest::prelude::*;
use support::{STILLS, fixture};

/// A fixture with some bytes changed, and perhaps cut short.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12);
    let cut = proptest::option::weighted(0.2, any::<prop::sample::Index>());
    (prop::sample::select(STILLS.to_vec()), changes, cut).prop_map(|(name, changes, cut)| {
        let mut bytes = fixture(name);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        bytes
    })
}

/// Bytes that look like a picture at their start only.
fn nonsense() -> impl Strategy<Value = Vec<u8>> {
    let starts = vec![
        &b""[..],
        b"\xFF\xD8\xFF\xE1",
        b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR",
        b"RIFF\x40\0\0\0WEBPVP8X",
        b"\0\0\0\x14ftypavif\0\0\0\0mif1\0\0\0\x60meta\0\0\0\0",
    ];
    (prop::sample::select(starts), proptest::collection::vec(any::<u8>(), 0..400))
        .prop_map(|(start, rest)| [start, &rest].concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn inspecting_never_panics(bytes in prop_oneof![mutated(), nonsense()]) {
        let _ = inspect(&bytes);
    }

    #[test]
    fn decoding_never_panics_and_agrees_with_inspecting(bytes in prop_oneof![3 => mutated(), 1 => nonsense()]) {
        let inspected = inspect(&bytes);
        // The limits of an upload are generous; a mutated header may use them in full.
        if inspected.as_ref().is_ok_and(|seen| u64::from(seen.width) * u64::from(seen.height) > 1 << 20) {
            return Ok(());
        }
        match (Picture::decode(&bytes), inspected) {
            (Ok(picture), Ok(seen)) => prop_assert_eq!(picture.size(), (seen.width, seen.height)),
            (Ok(_), Err(refused)) => prop_assert!(false, "decoded what was refused: {}", refused),
            (Err(_), _) => {}
        }
    }
}

#[test]
fn an_avif_whose_picture_has_no_bytes_is_refused() {
    let mut avif = fixture("press.avif");
    let end = (avif.len() as u32).to_be_bytes();
    let iloc = avif.windows(4).position(|window| window == b"iloc").unwrap();
    // The first item's place and length, behind the version, the widths, the count and its id.
    avif[iloc + 18..iloc + 22].copy_from_slice(&end);
    avif[iloc + 22..iloc + 26].fill(0);
    assert_eq!(inspect(&avif).unwrap_err(), Rejected::Truncated);
    assert_eq!(Picture::decode(&avif).err(), Some(Rejected::Truncated));
}

#[test]
fn xml_bombs_are_left_unread() {
    let nested = "<a>".repeat(100_000);
    let entities = "<!DOCTYPE x [<!ENTITY a '&b;&b;&b;&b;'><!ENTITY b 'lol'>]><x>&a;</x>";
    for xmp in [nested.as_str(), entities] {
        let data = [b"XML:com.adobe.xmp\0\0\0\0\0".as_slice(), xmp.as_bytes()].concat();
        let mut chunk = (data.len() as u32).to_be_bytes().to_vec();
        chunk.extend_from_slice(b"iTXt");
        chunk.extend_from_slice(&data);
        chunk.extend_from_slice(&[0; 4]);
        let mut png = fixture("deep.png");
        png.splice(33..33, chunk);
        assert_eq!(inspect(&png).unwrap().metadata, photo::Metadata::default());
    }
}
