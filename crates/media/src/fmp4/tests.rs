//! What is written is read back by mp4-atom, which is not ours.

use mp4_atom::{Any, Codec, Decode, Encode, Moof, Moov};

use super::*;

const RECORD: &[u8] = &[
    1, 0x64, 0, 0x0D, 0xFF, 0xE1, 0, 24, 0x67, 0x64, 0x00, 0x0D, 0xAC, 0xD9, 0x41, 0x41, 0xFA,
    0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03, 0x03, 0x20, 0xF1, 0x42, 0x99, 0x60, 1, 0,
    4, 0x68, 0xEB, 0xE3, 0xCB,
];

fn moov(format: &Format) -> Moov {
    let bytes = init(format);
    let mut rest = &bytes[..];
    let Ok(Any::Ftyp(ftyp)) = Any::decode(&mut rest) else { panic!("no ftyp") };
    assert_eq!(ftyp.major_brand, b"iso6".into());
    let Ok(Any::Moov(moov)) = Any::decode(&mut rest) else { panic!("no moov") };
    assert!(rest.is_empty());
    moov
}

#[test]
fn an_init_of_video_carries_the_configuration_as_it_came() {
    let format = Format::Video(Avc::parse(Bytes::from_static(RECORD)).unwrap());
    let moov = moov(&format);
    let track = &moov.trak[0];
    assert_eq!(track.mdia.mdhd.timescale, 90_000);
    assert_eq!(track.mdia.hdlr.handler, b"vide".into());
    let Codec::Avc1(avc1) = &track.mdia.minf.stbl.stsd.codecs[0] else { panic!("no avc1") };
    assert_eq!((avc1.visual.width, avc1.visual.height), (320, 240));
    let mut written = Vec::new();
    avc1.avcc.encode(&mut written).unwrap();
    assert_eq!(&written[8..], RECORD);
    assert!(init(&format).windows(RECORD.len()).any(|bytes| bytes == RECORD));
    assert_eq!(moov.mvex.unwrap().trex[0].track_id, track.tkhd.track_id);
}

#[test]
fn an_init_of_audio_counts_in_samples() {
    let moov = moov(&Format::Audio(Aac::low_complexity(44_100, 1).unwrap()));
    let mdia = &moov.trak[0].mdia;
    assert_eq!(mdia.mdhd.timescale, 44_100);
    let Codec::Mp4a(mp4a) = &mdia.minf.stbl.stsd.codecs[0] else { panic!("no mp4a") };
    assert_eq!(mp4a.audio.channel_count, 1);
    let config = &mp4a.esds.es_desc.dec_config;
    let specific = config.dec_specific.as_ref().unwrap();
    assert_eq!((specific.profile, specific.freq_index, specific.chan_conf), (2, 4, 1));
}

fn sample(dts: u64, duration: u32, offset: i32, key: bool, data: &'static [u8]) -> Sample {
    Sample { data: Bytes::from_static(data), dts, offset, duration, key }
}

fn read(samples: &[Sample]) -> (Moof, Vec<u8>) {
    let bytes = fragment(7, samples);
    let mut rest = &bytes[..];
    let Ok(Any::Moof(moof)) = Any::decode(&mut rest) else { panic!("no moof") };
    assert_eq!(moof.mfhd.sequence_number, 7);
    let offset = moof.traf[0].trun[0].data_offset.unwrap();
    assert_eq!(bytes.len() - rest.len() + 8, usize::try_from(offset).unwrap());
    let Ok(Any::Mdat(mdat)) = Any::decode(&mut rest) else { panic!("no mdat") };
    assert!(rest.is_empty());
    (moof, mdat.data)
}

#[test]
fn a_fragment_of_video_keeps_times_offsets_and_keys() {
    let (moof, data) = read(&[
        sample(9_000_000_000, 3600, 7200, true, b"key"),
        sample(9_000_003_600, 3601, -5, false, b"b"),
        sample(9_000_007_201, 3600, 0, false, b"p!"),
    ]);
    let traf = &moof.traf[0];
    assert_eq!(traf.tfdt.as_ref().unwrap().base_media_decode_time, 9_000_000_000);
    let entries: Vec<_> = traf.trun[0]
        .samples
        .iter()
        .map(|entry| (entry.duration, entry.size, entry.flags, entry.cts))
        .collect();
    assert_eq!(
        entries,
        [
            (Some(3600), Some(3), Some(0x0200_0000), Some(7200)),
            (Some(3601), Some(1), Some(0x0101_0000), Some(-5)),
            (Some(3600), Some(2), Some(0x0101_0000), Some(0)),
        ]
    );
    assert_eq!(data, b"keybp!");
}

#[test]
fn a_fragment_of_sound_says_once_what_is_the_same_for_all() {
    let (moof, data) =
        read(&[sample(1024, 1024, 0, true, b"one"), sample(2048, 1024, 0, true, b"two")]);
    let traf = &moof.traf[0];
    assert_eq!(traf.tfhd.default_sample_duration, Some(1024));
    assert_eq!(traf.tfhd.default_sample_flags, Some(0x0200_0000));
    assert!(traf.trun[0].samples.iter().all(|entry| entry.duration.is_none()));
    assert_eq!(data, b"onetwo");
}
