//! Transport streams: whole, cut, with packets that did not come, and what is none.

use std::path::Path;

use bytes::Bytes;
use media::ts::{Demuxer, Event};
use media::{Aac, Avc, VideoCoding};
use mp4_atom::Atom as _;
use proptest::prelude::*;

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/media/ts");
    std::fs::read(folder.join(name)).unwrap()
}

/// All that is read of these bytes, given in such pieces.
fn read(bytes: &[u8], piece: usize) -> Vec<Event> {
    let mut demuxer = Demuxer::default();
    let mut events = Vec::new();
    for piece in bytes.chunks(piece) {
        demuxer.push(piece);
        events.extend(std::iter::from_fn(|| demuxer.next_event()));
    }
    demuxer.finish();
    events.extend(std::iter::from_fn(|| demuxer.next_event()));
    events
}

fn pictures(events: &[Event]) -> Vec<(u64, bool, Vec<u8>)> {
    let picture = |event: &Event| match event {
        Event::Video { dts, key, data, .. } => Some((*dts, *key, data.to_vec())),
        _ => None,
    };
    events.iter().filter_map(picture).collect()
}

/// What describes the pictures, which are coded so.
fn described(events: &[Event], as_told: VideoCoding) -> Bytes {
    let record = |event: &Event| match event {
        Event::VideoConfig { coding, record } if *coding == as_told => Some(record.clone()),
        _ => None,
    };
    events.iter().find_map(record).expect("no picture is described")
}

#[test]
fn what_ffmpeg_writes_is_read_whole_whatever_the_pieces() {
    let bytes = fixture("good-small.ts");
    let events = read(&bytes, bytes.len());
    for piece in [1, 188, 1316] {
        assert_eq!(read(&bytes, piece), events, "in pieces of {piece}");
    }
    let record = described(&events, VideoCoding::H264);
    let avc = Avc::parse(record.clone()).unwrap();
    assert_eq!((avc.picture().width, avc.picture().height), (64, 64));
    let pictures = pictures(&events);
    assert_eq!(pictures.len(), 50);
    for (number, (dts, key, data)) in pictures.iter().enumerate() {
        assert_eq!(*dts, pictures[0].0 + number as u64 * 3_600);
        assert_eq!(*key, avc.is_key_frame(data));
        assert!(avc.nals(data).all(|nal| nal.is_ok()));
    }
    assert!(pictures[0].1 && pictures[1..].iter().any(|(_, key, _)| *key));
    let offsets: Vec<i32> = events
        .iter()
        .filter_map(|it| if let Event::Video { offset, .. } = it { Some(*offset) } else { None })
        .collect();
    assert!(offsets.iter().all(|offset| (0..=4 * 3_600).contains(offset)), "{offsets:?}");
    let Some(Event::AudioConfig(config)) =
        events.iter().find(|it| matches!(it, Event::AudioConfig(_)))
    else {
        panic!("no sound is described")
    };
    let aac = Aac::parse(config.clone()).unwrap();
    assert_eq!((aac.sample_rate(), aac.channels()), (48_000, 1));
    let sounds: Vec<u64> = events
        .iter()
        .filter_map(|it| if let Event::Audio { at, .. } = it { Some(*at) } else { None })
        .collect();
    assert!((94..=96).contains(&sounds.len()), "{}", sounds.len());
    assert!(sounds.windows(2).all(|two| (1_910..=1_930).contains(&(two[1] - two[0]))));
}

#[test]
fn h265_is_read_and_described_as_its_parameter_sets_say() {
    let bytes = fixture("good-hevc.ts");
    let events = read(&bytes, 1316);
    let record = described(&events, VideoCoding::H265);
    let told = mp4_atom::Hvcc::decode_body(&mut &record[..]).unwrap();
    // Main 10: 4:2:0 with ten bits.
    assert_eq!((told.general_profile_idc, told.chroma_format_idc), (2, 1));
    assert_eq!((told.bit_depth_luma_minus8, told.bit_depth_chroma_minus8), (2, 2));
    assert_eq!((told.num_temporal_layers, told.length_size_minus_one), (1, 3));
    let sets: Vec<_> = told.arrays.iter().map(|it| (it.nal_unit_type, it.nalus.len())).collect();
    assert_eq!(sets, [(32, 1), (33, 1), (34, 1)]);
    let pictures = pictures(&events);
    let keys: Vec<usize> = (0..50).filter(|number| pictures[*number].1).collect();
    assert_eq!((pictures.len(), keys), (50, vec![0, 25]));
    assert!(pictures.windows(2).all(|two| two[1].0 - two[0].0 == 3_600));
}

#[test]
fn a_picture_whose_packets_did_not_all_come_is_never_shown_nor_what_depends_on_it() {
    let bytes = fixture("good-small.ts");
    let whole = pictures(&read(&bytes, bytes.len()));
    let packets: Vec<&[u8]> = bytes.chunks(188).collect();
    let mut damaged = 0;
    for lost in 4..packets.len() {
        let rest: Vec<u8> = [&packets[..lost], &packets[lost + 1..]].concat().concat();
        let mut expected = whole.iter();
        let mut skipped = false;
        for picture in pictures(&read(&rest, rest.len())) {
            // Times are counted from the first that came.
            let mut passed = 0;
            let found = expected.find(|it| {
                passed += 1;
                it.2 == picture.2 && it.1 == picture.1
            });
            assert!(found.is_some(), "without packet {lost}: a picture that nobody sent");
            assert!(
                passed == 1 || picture.1,
                "without packet {lost}: it goes on from what is lost"
            );
            skipped |= passed > 1;
        }
        damaged += usize::from(skipped || expected.next().is_some());
    }
    assert!(damaged > 20, "{damaged} losses were seen");
}

#[test]
fn a_packet_that_comes_twice_is_taken_once() {
    let bytes = fixture("good-small.ts");
    let twice: Vec<u8> = bytes.chunks(188).flat_map(|it| [it, it].concat()).collect();
    assert_eq!(pictures(&read(&twice, 1316)), pictures(&read(&bytes, 1316)));
}

#[test]
fn the_corpus_is_replayed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/media/ts");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let bytes = fixture(&name);
        let events = read(&bytes, 1000);
        assert_eq!(read(&bytes, 7), events, "{name}");
        assert_eq!(!pictures(&events).is_empty(), name.starts_with("good-"), "{name}");
        files += 1;
    }
    assert!(files >= 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn garbage_is_passed_over(bytes in proptest::collection::vec(any::<u8>(), 0..3000), piece in 1usize..400) {
        prop_assert_eq!(read(&bytes, piece), read(&bytes, 188));
    }

    #[test]
    fn damage_anywhere_is_no_end(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..60)) {
        let mut bytes = fixture("good-small.ts");
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = read(&bytes, 1316);
    }
}
