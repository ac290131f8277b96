use std::fmt::Write as _;

use media_io::studio::{Sample, Status, Studio};

/// How the channel does, for Prometheus.
pub(crate) fn metrics(studio: &Studio) -> String {
    written(&studio.status(), studio.samples(None).last())
}

fn written(status: &Status, newest: Option<&Sample>) -> String {
    let mut text = String::new();
    let mut add = |name: &str, kind: &str, help: &str, values: &[(String, f64)]| {
        // A string takes every character.
        let _ = writeln!(text, "# HELP tribune_channel_{name} {help}");
        let _ = writeln!(text, "# TYPE tribune_channel_{name} {kind}");
        for (label, value) in values {
            let _ = writeln!(text, "tribune_channel_{name}{label} {value}");
        }
    };
    let one = |value: f64| vec![(String::new(), value)];
    let (on_air, slate) = (f64::from(status.on_air), f64::from(status.on_slate));
    add("on_air", "gauge", "Whether viewers are shown something.", &one(on_air));
    add("on_slate", "gauge", "Whether that is the slate.", &one(slate));
    let viewers = status.viewers.renditions.iter();
    let viewers: Vec<_> =
        viewers.map(|(name, count)| (format!("{{rendition=\"{name}\"}}"), *count as f64)).collect();
    add("viewers", "gauge", "Who watches or listens, by rendition.", &viewers);
    let late = one(status.parts_late as f64);
    add("parts_late_total", "counter", "Parts that came too late for viewers.", &late);
    if let Some(Sample { reading, .. }) = newest {
        let bits = one(reading.kilobits as f64 * 1_000.0);
        add("ingest_bits_per_second", "gauge", "What comes from the source.", &bits);
        let speed: Vec<_> = reading.speed.map(|it| (String::new(), it)).into_iter().collect();
        add("transcoder_speed", "gauge", "Seconds of stream dealt with in a second.", &speed);
    }
    text
}

#[cfg(test)]
mod tests {
    use base::Timestamp;
    use media_io::studio::{Reading, Viewers};

    use super::*;

    #[test]
    fn every_value_has_its_type_and_viewers_their_rendition() {
        let viewers = Viewers { all: 9, renditions: [("720p".to_owned(), 9)].into() };
        let status = Status { on_air: true, viewers, parts_late: 3, ..Status::default() };
        let reading = Reading { kilobits: 4_000, speed: Some(1.5), ..Reading::default() };
        let sample = Sample { at: Timestamp::from_micros(0), reading };
        let text = written(&status, Some(&sample));
        for line in [
            "tribune_channel_on_air 1",
            "tribune_channel_on_slate 0",
            "tribune_channel_viewers{rendition=\"720p\"} 9",
            "tribune_channel_parts_late_total 3",
            "tribune_channel_ingest_bits_per_second 4000000",
            "tribune_channel_transcoder_speed 1.5",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is not in\n{text}");
        }
        assert_eq!(text.matches("# TYPE").count(), 6);
    }
}
