//! What a caller of SRT shows: the stream id, in the forms that are in use.

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To send, with this key.
    Publish(String),
    /// To be sent something.
    Play,
    /// Nothing that can be understood.
    Nothing,
}

/// Reads a stream id: a key; `publish:KEY`, perhaps with more behind another colon; or
/// `#!::m=publish,r=KEY` of SRT's access control, where the key may be called `u`, too.
#[must_use]
pub fn read(shown: &str) -> Asked {
    const LENGTH_MAX: usize = 512;
    let shown = shown.trim_matches(['\0', ' ']);
    if shown.len() > LENGTH_MAX {
        return Asked::Nothing;
    }
    if let Some(fields) = shown.strip_prefix("#!::") {
        return read_fields(fields);
    }
    let (mode, rest) = shown.split_once(':').unwrap_or(("publish", shown));
    match mode {
        "publish" => key(rest.split(':').next().unwrap_or_default()),
        "request" | "read" | "play" => Asked::Play,
        _ => Asked::Nothing,
    }
}

fn read_fields(fields: &str) -> Asked {
    let field = |name: &str| {
        let mut all = fields.split(',').filter_map(|field| field.split_once('='));
        all.find(|(known, _)| *known == name).map(|(_, value)| value)
    };
    match field("m") {
        None | Some("publish") => {}
        Some("request") => return Asked::Play,
        Some(_) => return Asked::Nothing,
    }
    // Some write the application where others write the key.
    let resource = field("r").filter(|it| *it != super::APPLICATION);
    key(resource.or(field("u")).unwrap_or_default())
}

/// A key, which may stand behind the application.
fn key(text: &str) -> Asked {
    let key = text.rsplit('/').next().unwrap_or_default();
    if key.is_empty() { Asked::Nothing } else { Asked::Publish(key.to_owned()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_is_found_in_each_form() {
        for shown in [
            "abc",
            "live/abc",
            "publish:abc",
            "publish:live/abc",
            "publish:abc:more",
            "#!::m=publish,r=abc",
            "#!::r=live/abc,m=publish",
            "#!::r=live,u=abc",
            "#!::h=host,r=live,u=abc,m=publish",
            "#!::r=abc",
            " abc\0\0",
        ] {
            assert_eq!(read(shown), Asked::Publish("abc".into()), "{shown}");
        }
        for shown in ["#!::m=request,r=abc", "request:abc", "read:abc"] {
            assert_eq!(read(shown), Asked::Play, "{shown}");
        }
        for shown in ["", "publish:", "#!::", "#!::m=bidirectional,r=abc", "other:abc", "live/"] {
            assert_eq!(read(shown), Asked::Nothing, "{shown}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(shown in ".{0,600}") {
            let _ = read(&shown);
        }
    }
}
