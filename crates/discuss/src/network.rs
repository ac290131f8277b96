//! Where comments come from, as far as that is remembered: what one household has, and no closer.

mod ban;

use std::net::IpAddr;
use std::time::Duration;

pub(crate) use ban::forget_bans;
pub use ban::{Ban, ban, bans, lift};

/// So long it is known which network a comment came from: long enough against floods and for bans,
/// and nobody's business later.
pub const KEPT: Duration = Duration::from_secs(30 * 86_400);

/// The network of an address: the address itself, or the first half of an IPv6 address, for whoever
/// has one has 2⁶⁴ of them.
pub fn of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// The network that somebody typed: an address, or what [`of`] makes of one.
pub fn read(typed: &str) -> Option<String> {
    let typed = typed.trim();
    typed.strip_suffix("/64").unwrap_or(typed).parse().ok().map(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_its_network_and_words_are_not() {
        for (typed, network) in [
            (" 192.0.2.7 ", Some("192.0.2.7")),
            ("::ffff:192.0.2.7", Some("192.0.2.7")),
            ("2001:db8:1:2:3::4", Some("2001:db8:1:2::/64")),
            ("2001:DB8:1:2::/64", Some("2001:db8:1:2::/64")),
            ("2001:db8:0:0::/64", Some("2001:db8:0:0::/64")),
            ("192.0.2", None),
            ("lamps", None),
            ("", None),
        ] {
            assert_eq!(read(typed).as_deref(), network, "{typed:?}");
        }
    }
}
