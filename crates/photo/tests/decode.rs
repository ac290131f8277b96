//! Pixels: every way to store them ends in the same upright picture.

mod support;

use photo::{Focal, inspect};
use support::{
    BLUE, GREEN, RED, WHITE, assert_alike, colors_of_upload, fixture, jpeg, quarters, rendition,
};

#[test]
fn every_orientation_ends_upright() {
    let pixels = quarters(48, 32, [RED, GREEN, BLUE, WHITE]);
    for (orientation, upright) in [
        (1, [RED, GREEN, BLUE, WHITE]),
        (2, [GREEN, RED, WHITE, BLUE]),
        (3, [WHITE, BLUE, GREEN, RED]),
        (4, [BLUE, WHITE, RED, GREEN]),
        (5, [RED, BLUE, GREEN, WHITE]),
        (6, [BLUE, RED, WHITE, GREEN]),
        (7, [WHITE, GREEN, BLUE, RED]),
        (8, [GREEN, WHITE, RED, BLUE]),
    ] {
        let upload = jpeg(&pixels, 48, 32, Some(orientation), None);
        let inspected = inspect(&upload).unwrap();
        let size = if orientation < 5 { (48, 32) } else { (32, 48) };
        assert_eq!((inspected.width, inspected.height), size, "orientation {orientation}");
        let seen = colors_of_upload(&upload);
        assert_alike(seen, upright, 8, &format!("orientation {orientation}"));
    }
}

#[test]
fn an_avif_is_turned_by_its_own_properties() {
    assert_alike(
        colors_of_upload(&fixture("turned.avif")),
        [RED, BLUE, GREEN, WHITE],
        12,
        "turned.avif",
    );
}

#[test]
fn every_way_to_store_pixels_is_understood() {
    for name in [
        "press.jpg",
        "press.png",
        "press.webp",
        "press.avif",
        "deep.png",
        "palette.png",
        "ten-bit-420.avif",
        "limited-422.avif",
    ] {
        let seen = colors_of_upload(&fixture(name));
        assert_alike(seen, [RED, GREEN, BLUE, WHITE], 12, name);
    }
}

#[test]
fn ink_is_turned_into_light() {
    let seen = colors_of_upload(&fixture("cmyk.jpg"));
    assert_alike(seen, [RED, GREEN, BLUE, WHITE], 12, "cmyk.jpg");
}

#[test]
fn a_wide_profile_is_brought_to_srgb() {
    // The same colours as numbers of Display P3; without conversion they would look dull.
    let p3 = [[206, 55, 46], [91, 189, 82], [40, 63, 200], WHITE];
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let upload = jpeg(&quarters(48, 32, p3), 48, 32, None, Some(&profile));
    assert_alike(colors_of_upload(&upload), [RED, GREEN, BLUE, WHITE], 12, "Display P3");
}

#[test]
fn a_broken_profile_is_as_good_as_none() {
    let colors = [RED, GREEN, BLUE, WHITE];
    let upload = jpeg(&quarters(48, 32, colors), 48, 32, None, Some(b"not a profile"));
    assert_alike(colors_of_upload(&upload), colors, 8, "broken profile");
}

#[test]
fn transparency_is_kept_or_laid_on_white() {
    for name in ["transparent.webp", "transparent.avif"] {
        let upload = fixture(name);
        let seen = colors_of_upload(&upload);
        assert_alike(seen, [[255; 3], GREEN, BLUE, WHITE], 14, name);

        let file = rendition(&upload, "w48.webp", Focal::default());
        let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(file)).unwrap();
        assert!(decoder.has_alpha(), "{name}");
        let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
        decoder.read_image(&mut pixels).unwrap();
        let alpha = |x: usize, y: usize| pixels[(y * 48 + x) * 4 + 3];
        assert_eq!((alpha(12, 8), alpha(36, 24)), (0, 255), "{name}");

        let again = rendition(&upload, "w48.avif", Focal::default());
        let seen = colors_of_upload(&again);
        assert_alike(seen, [[255; 3], GREEN, BLUE, WHITE], 20, &format!("{name} as AVIF"));
    }
}

#[test]
fn shrinking_mixes_light_and_not_numbers() {
    // Black and white in a fine chequer shine half as bright as white: 188 in sRGB, not 128.
    let pixels: Vec<u8> = (0..640 * 640)
        .flat_map(|at| [if (at / 640 + at % 640) % 2 == 0 { 0 } else { 255 }; 3])
        .collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 640, 640);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    let seen = support::colors_of_quarters(&rendition(&file, "w320.jpg", Focal::default()));
    assert_alike(seen, [[188; 3]; 4], 4, "chequer");
}
