//! One segment of an address.

use crate::limits::SLUG_CHARS_MAX;

/// Makes a slug of any text: `"Élysée: a visit"` becomes `"elysee-a-visit"`. Empty when the text
/// has nothing that can be spelled in an address.
pub fn slugify(text: &str) -> String {
    let mut slug = String::new();
    for word in deunicode::deunicode(text)
        .to_lowercase()
        .replace(['\'', '’'], "")
        .split(|c: char| !c.is_ascii_alphanumeric())
    {
        if word.is_empty() {
            continue;
        }
        if !slug.is_empty() {
            if slug.len() + 1 + word.len() > SLUG_CHARS_MAX {
                break;
            }
            slug.push('-');
        }
        slug.push_str(&word[..word.len().min(SLUG_CHARS_MAX)]);
    }
    slug
}

/// Whether `text` is a slug already: lower-case ASCII letters, digits, and single hyphens between.
pub fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= SLUG_CHARS_MAX
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.contains("--")
}

/// How two spellings of one title or name are recognised as the same: lower case, letters and
/// digits only, one space between words.
pub fn title_key(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spells_titles_of_many_scripts() {
        assert_eq!(
            slugify("Virtual Meeting Between Presidents"),
            "virtual-meeting-between-presidents"
        );
        assert_eq!(slugify("  Élysée: a visit’s end  "), "elysee-a-visits-end");
        assert_eq!(slugify("Встреча"), "vstrecha");
        assert_eq!(slugify("!?"), "");
    }

    #[test]
    fn one_title_spelled_twice_has_one_key() {
        assert_eq!(title_key("Putin’s  offer: no"), title_key("PUTIN'S offer — no"));
    }

    proptest! {
        #[test]
        fn gives_slugs_or_nothing(text in ".*") {
            let slug = slugify(&text);
            prop_assert!(slug.is_empty() || is_slug(&slug), "{slug:?}");
        }
    }
}
