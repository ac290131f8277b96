//! What an encoder says of itself before it sends.

use super::amf;

/// What `onMetaData` tells of a picture. Nobody has to keep to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Metadata {
    /// In pixels: across and down.
    pub(crate) size: Option<(u32, u32)>,
    pub(crate) frames_per_second: Option<f64>,
}

/// Reads the body of a script tag; none if it tells of something else, or nothing sane.
pub(crate) fn metadata(body: &[u8]) -> Option<Metadata> {
    let rest = amf::after_text(body, "@setDataFrame").unwrap_or(body);
    let rest = amf::after_text(rest, "onMetaData")?;
    let values = amf::read(rest).ok()?;
    let told = values.first()?;
    let number = |name: &str| told.get(name).and_then(amf::Value::number);
    let side = |name| number(name).filter(|it| (16.0..=16_384.0).contains(it)).map(|it| it as u32);
    Some(Metadata {
        size: side("width").zip(side("height")),
        frames_per_second: number("framerate").filter(|rate| (1.0..=240.0).contains(rate)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(fields: &[(&str, f64)]) -> Vec<u8> {
        let fields = fields.iter().map(|(name, it)| ((*name).to_owned(), amf::Value::Number(*it)));
        let name = amf::Value::Text("onMetaData".into());
        amf::write(&[name, amf::Value::Object(fields.collect())]).to_vec()
    }

    #[test]
    fn size_and_rate_are_read_where_they_are_sane() {
        let body = told(&[("width", 1920.0), ("height", 1080.0), ("framerate", 29.97)]);
        let read = metadata(&body).unwrap();
        assert_eq!(read.size, Some((1920, 1080)));
        assert_eq!(read.frames_per_second, Some(29.97));
        let body = told(&[("width", f64::NAN), ("height", 1e9), ("framerate", -1.0)]);
        assert_eq!(metadata(&body), Some(Metadata { size: None, frames_per_second: None }));
        assert_eq!(metadata(b"\x02\0\x07onOther"), None);
    }
}
