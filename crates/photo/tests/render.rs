//! Renditions: which ones there are, what they show, and what they tell.

mod support;

use photo::{Crop, Encoding, Focal, Metadata, Picture, inspect, plan};
use support::{BLUE, GREEN, RED, WHITE, assert_alike, colors_of_quarters, fixture, jpeg, quarters};

fn names(width: u32, height: u32) -> Vec<String> {
    plan(width, height).into_iter().map(|spec| spec.name).collect()
}

#[test]
fn a_large_photo_gets_every_width_in_every_encoding() {
    let names = names(4000, 3000);
    for width in [320, 480, 640, 960, 1280, 1920] {
        for extension in ["avif", "webp", "jpg"] {
            assert!(names.contains(&format!("w{width}.{extension}")), "w{width}.{extension}");
        }
    }
    assert_eq!(names[names.len() - 4..], ["share.jpg", "1x1.jpg", "4x3.jpg", "16x9.jpg"]);
    assert_eq!(names.len(), 6 * 3 + 4);
}

#[test]
fn nothing_is_enlarged_and_proportions_hold() {
    for (width, height) in
        [(4000, 3000), (1100, 700), (320, 320), (47, 31), (900, 9000), (8000, 400)]
    {
        for spec in plan(width, height) {
            assert!(spec.width <= width && spec.height <= height, "{spec:?}");
            let (shape_width, shape_height) = spec.crop.map_or((width, height), Crop::size);
            let exact = f64::from(spec.width) * f64::from(shape_height) / f64::from(shape_width);
            assert!((exact - f64::from(spec.height)).abs() <= 0.5, "{spec:?}");
        }
    }
    assert!(names(1100, 700).contains(&"w1100.avif".to_owned()));
    assert!(names(47, 31).contains(&"w47.jpg".to_owned()));
}

#[test]
fn crops_keep_the_focal_point() {
    // Four upright stripes; a square shows the middle of them, or follows the focal point.
    let pixels: Vec<u8> =
        (0..100).flat_map(|_| (0..400).flat_map(|x| [RED, GREEN, BLUE, WHITE][x / 100])).collect();
    let upload = jpeg(&pixels, 400, 100, None, None);
    for (x, color) in [(0, RED), (13, RED), (37, GREEN), (63, BLUE), (100, WHITE)] {
        let square = support::rendition(&upload, "1x1.jpg", Focal { x, y: 50 });
        assert_alike(colors_of_quarters(&square), [color; 4], 14, &format!("focal x {x}"));
    }
}

#[test]
fn every_rendition_has_the_size_its_plan_promised() {
    let upload = jpeg(&quarters(700, 500, [RED, GREEN, BLUE, WHITE]), 700, 500, None, None);
    let picture = Picture::decode(&upload).unwrap();
    for spec in plan(700, 500) {
        let file = picture.render(&spec, Focal::default(), &Metadata::default()).unwrap();
        let seen = inspect(&file).unwrap();
        assert_eq!((seen.width, seen.height), (spec.width, spec.height), "{}", spec.name);
        assert_eq!(seen.format.media_type(), spec.encoding.media_type(), "{}", spec.name);
        assert_eq!(seen.metadata, Metadata::default(), "{}", spec.name);
    }
}

#[test]
fn every_encoding_shows_the_photo() {
    let picture = Picture::decode(&fixture("press.png")).unwrap();
    for spec in plan(48, 32).into_iter().filter(|spec| spec.crop.is_none()) {
        let file = picture.render(&spec, Focal::default(), &Metadata::default()).unwrap();
        let seen = support::colors_of_upload(&file);
        assert_alike(seen, [RED, GREEN, BLUE, WHITE], 16, &spec.name);
    }
}

#[test]
fn the_words_stay_and_the_place_goes() {
    for name in ["press.jpg", "press.png", "press.webp", "press.avif", "transparent.webp"] {
        let upload = fixture(name);
        let mut metadata = inspect(&upload).unwrap().metadata;
        metadata.credit = Some("Tribune & <friends>, \"Pool\"".into());
        let picture = Picture::decode(&upload).unwrap();
        let (width, height) = picture.size();
        for spec in plan(width, height) {
            let file = picture.render(&spec, Focal::default(), &metadata).unwrap();
            let what = format!("{} of {name}", spec.name);
            assert_eq!(inspect(&file).unwrap().metadata, metadata, "{what}");
            Picture::decode(&file).unwrap();
            for secret in ["GPS", "Moscow", "55,45", "SECRET-SERIAL", "Exif", "From IIM"] {
                let found = file.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "{secret} in {what}");
            }
        }
    }
}

#[test]
fn the_fixture_holds_what_must_go() {
    let upload = fixture("press.jpg");
    for secret in ["GPSLatitude", "Moscow", "SECRET-SERIAL", "Exif", "From IIM"] {
        let found = upload.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(found, "{secret}");
    }
}

#[test]
fn the_same_photo_gives_the_same_bytes() {
    let upload = fixture("press.jpg");
    let once = || {
        let picture = Picture::decode(&upload).unwrap();
        let metadata = inspect(&upload).unwrap().metadata;
        plan(48, 32)
            .iter()
            .map(|spec| picture.render(spec, Focal::default(), &metadata).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(once(), once());
}

#[test]
fn a_large_photo_is_shrunk_on_the_way_in_without_loss() {
    let (width, height) = (5000, 3000);
    let upload =
        jpeg(&quarters(width, height, [RED, GREEN, BLUE, WHITE]), width, height, Some(6), None);
    let picture = Picture::decode(&upload).unwrap();
    assert_eq!(picture.size(), (3000, 5000));
    let file = support::rendition(&upload, "w640.jpg", Focal::default());
    let seen = inspect(&file).unwrap();
    assert_eq!((seen.width, seen.height), (640, 1067));
    assert_alike(colors_of_quarters(&file), [BLUE, RED, WHITE, GREEN], 8, "turned and shrunk");
}

#[test]
fn encodings_are_offered_best_first() {
    assert_eq!(Encoding::ALL.map(Encoding::extension), ["avif", "webp", "jpg"]);
}
