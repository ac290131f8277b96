//! Whom a datagram is for.

use std::collections::HashMap;
use std::net::SocketAddr;

/// One way that leads to a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// STUN requests name it; it was told in the answer.
    Ufrag(String),
    /// Has proved with a STUN request that it knows the password.
    Source(SocketAddr),
}

/// A way that has come to be, or is no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Routing {
    /// Datagrams that come by it are to be handed over from now on.
    Opened(Route),
    /// They are not, any longer.
    Closed(Route),
}

/// Finds what a datagram is for by where it comes from, or else by the name that a STUN request gives.
///
/// It holds only what was opened, so that whoever sends what he likes leaves nothing in it, and a search
/// costs the same however many connections there are.
#[derive(Debug)]
pub struct Directory<T> {
    by_source: HashMap<SocketAddr, T>,
    by_ufrag: HashMap<String, T>,
}

impl<T> Default for Directory<T> {
    fn default() -> Self {
        Self { by_source: HashMap::new(), by_ufrag: HashMap::new() }
    }
}

impl<T: PartialEq> Directory<T> {
    /// Whom this datagram is for, if it is for anybody.
    pub fn find(&self, source: SocketAddr, datagram: &[u8]) -> Option<&T> {
        self.by_source.get(&source).or_else(|| self.by_ufrag.get(stun_ufrag(datagram)?))
    }

    /// Whether datagrams from there are known to be for `to`.
    pub fn leads(&self, source: SocketAddr, to: &T) -> bool {
        self.by_source.get(&source) == Some(to)
    }

    /// Opens a way to `to`. One that led elsewhere leads here from now on.
    pub fn open(&mut self, route: Route, to: T) {
        match route {
            Route::Ufrag(ufrag) => self.by_ufrag.insert(ufrag, to),
            Route::Source(source) => self.by_source.insert(source, to),
        };
    }

    /// Closes it, unless it leads elsewhere by now.
    pub fn close(&mut self, route: &Route, to: &T) {
        match route {
            Route::Ufrag(ufrag) if self.by_ufrag.get(ufrag) == Some(to) => {
                self.by_ufrag.remove(ufrag);
            }
            Route::Source(source) if self.by_source.get(source) == Some(to) => {
                self.by_source.remove(source);
            }
            Route::Ufrag(_) | Route::Source(_) => {}
        }
    }

    /// Closes all that lead to `to`.
    pub fn close_all(&mut self, to: &T) {
        self.by_ufrag.retain(|_, leads| leads != to);
        self.by_source.retain(|_, leads| leads != to);
    }

    /// How many ways there are.
    pub fn len(&self) -> usize {
        self.by_source.len() + self.by_ufrag.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

const STUN_HEADER: usize = 20;
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const BINDING_REQUEST: [u8; 2] = [0x00, 0x01];
const USERNAME: u16 = 0x0006;

/// The name of ours that a STUN binding request gives: what stands before the colon in its USERNAME
/// (RFC 8445 §7.2.2). Whether the request may be believed is for ICE to find out.
pub fn stun_ufrag(datagram: &[u8]) -> Option<&str> {
    let header = datagram.get(..STUN_HEADER)?;
    if header[..2] != BINDING_REQUEST || header[4..8] != MAGIC_COOKIE {
        return None;
    }
    let mut rest = &datagram[STUN_HEADER..];
    while let [k0, k1, l0, l1, after @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*l0, *l1]));
        let value = after.get(..length)?;
        if u16::from_be_bytes([*k0, *k1]) == USERNAME {
            return std::str::from_utf8(value).ok()?.split_once(':').map(|(ours, _)| ours);
        }
        rest = after.get(length.next_multiple_of(4)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 5769 §2.1.
    const SAMPLE: &[u8] = b"\x00\x01\x00\x58\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\
        \xfa\x87\xdf\xae\x80\x22\x00\x10STUN test client\x00\x24\x00\x04\x6e\x00\x01\xff\
        \x80\x29\x00\x08\x93\x2f\xf9\xb1\x51\x26\x3b\x36\x00\x06\x00\x09evtj:h6vY\x20\x20\x20\
        \x00\x08\x00\x14\x9a\xea\xa7\x0c\xbf\xd8\xcb\x56\x78\x1e\xf2\xb5\xb2\xd3\xf2\x49\xc1\xb5\
        \x71\xa2\x80\x28\x00\x04\xe5\x7a\x3b\xcf";

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 7], port))
    }

    #[test]
    fn the_sample_of_the_specification_names_whom_it_is_for() {
        assert_eq!(stun_ufrag(SAMPLE), Some("evtj"));
    }

    #[test]
    fn a_request_is_led_by_its_name_and_what_follows_by_where_it_comes_from() {
        let mut directory = Directory::default();
        directory.open(Route::Ufrag("evtj".into()), 1);
        assert_eq!(directory.find(address(1), SAMPLE), Some(&1));
        assert_eq!(directory.find(address(1), b"\x80 sound"), None);
        directory.open(Route::Source(address(1)), 1);
        assert_eq!(directory.find(address(1), b"\x80 sound"), Some(&1));
        assert_eq!(directory.find(address(2), b"\x80 sound"), None);
    }

    #[test]
    fn a_way_that_leads_elsewhere_by_now_is_not_closed_by_who_had_it() {
        let mut directory = Directory::default();
        directory.open(Route::Source(address(1)), 1);
        directory.open(Route::Source(address(1)), 2);
        directory.close(&Route::Source(address(1)), &1);
        assert!(directory.leads(address(1), &2));
        directory.close_all(&2);
        assert!(directory.is_empty());
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = stun_ufrag(&bytes);
        }

        #[test]
        fn a_sample_that_is_cut_or_bent_never_names_more_than_it_holds(
            cut in 0..SAMPLE.len(),
            at in 0..SAMPLE.len(),
            byte in any::<u8>(),
        ) {
            let mut bent = SAMPLE.to_vec();
            bent[at] = byte;
            bent.truncate(cut);
            if let Some(name) = stun_ufrag(&bent) {
                prop_assert!(bent.windows(name.len()).any(|window| window == name.as_bytes()));
            }
        }
    }
}
