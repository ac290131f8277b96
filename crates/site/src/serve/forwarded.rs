//! Who the client is, when a proxy stands between.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::http::HeaderMap;

/// The address of the client, as far as it can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ClientAddress {
    /// What one household or office has: the address itself, or the first half of an IPv6 address,
    /// for whoever has one has 2⁶⁴ of them.
    pub fn network(&self) -> String {
        discuss::network::of(self.0)
    }
}

/// The networks whose `X-Forwarded-For` is believed. None is, unless the operator says so: anybody
/// can send that header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

/// A network such as `10.0.0.0/8`, or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u8,
}

impl TrustedProxies {
    /// The client's address: the last one in the chain that no trusted proxy has.
    pub fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> ClientAddress {
        let mut client = peer.ip().to_canonical();
        let forwarded: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        for hop in forwarded.into_iter().rev() {
            if !self.0.iter().any(|network| network.contains(client)) {
                break;
            }
            let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
            client = address.to_canonical();
        }
        ClientAddress(client)
    }
}

impl FromStr for TrustedProxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let networks = text.split(',').map(str::trim).filter(|network| !network.is_empty());
        networks.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("{text:?} is no network; write one such as 127.0.0.1, 10.0.0.0/8 or fd00::/8.")
        };
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), |prefix| prefix.parse().map_err(|_| wrong()))?;
        if prefix > longest { Err(wrong()) } else { Ok(Self { address, prefix }) }
    }
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let distance = network.to_bits() ^ address.to_bits();
                distance.leading_zeros() >= u32::from(self.prefix)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let distance = network.to_bits() ^ address.to_bits();
                distance.leading_zeros() >= u32::from(self.prefix)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &str, peer: &str, forwarded: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted: TrustedProxies = trusted.parse().unwrap();
        trusted.client(SocketAddr::new(peer.parse().unwrap(), 9), &headers).to_string()
    }

    #[test]
    fn nobody_is_believed_unless_the_operator_says_so() {
        assert_eq!(client("", "203.0.113.5", &["1.2.3.4"]), "203.0.113.5");
        assert_eq!(client("10.0.0.0/8", "203.0.113.5", &["1.2.3.4"]), "203.0.113.5");
    }

    #[test]
    fn a_chain_is_believed_as_far_as_trusted_proxies_vouch_for_it() {
        let trusted = "10.0.0.0/8, 127.0.0.1, fd00::/8";
        assert_eq!(client(trusted, "10.1.2.3", &["1.2.3.4"]), "1.2.3.4");
        assert_eq!(client(trusted, "127.0.0.1", &["9.9.9.9, 1.2.3.4, 10.0.0.7"]), "1.2.3.4");
        assert_eq!(client(trusted, "127.0.0.1", &["9.9.9.9", "1.2.3.4"]), "1.2.3.4");
        assert_eq!(client(trusted, "fd00::1", &["2001:db8::7"]), "2001:db8::7");
        assert_eq!(client(trusted, "::ffff:10.0.0.1", &["1.2.3.4"]), "1.2.3.4");
        assert_eq!(client(trusted, "10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(client(trusted, "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn nonsense_is_no_network() {
        for text in ["10.0.0.0/33", "ten", "10.0.0.0/x", "::/129"] {
            assert!(text.parse::<TrustedProxies>().is_err(), "{text}");
        }
    }
}
