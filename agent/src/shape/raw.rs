//! Packets as bytes: sent out through a raw socket, and spoilt.
//!
//! A packet in the queue can be given one verdict only, so a copy has to be sent anew. And what waits in the queue still counts as
//! unsent with its TCP socket, which keeps no more than two or three packets there (*TCP small queues*; netem disowns what it
//! holds): a delay would be a throttle. So an outgoing packet that is to wait is taken off the queue, dropped there, and sent anew
//! when it is due. This way leads out of this network and no other: incoming packets wait in the queue and get no copy.
//!
//! **Invariant**: what is sent here bears a mark of its own, so that the rules which steer packets to us can let it pass.

use std::{io, net::Ipv4Addr};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

/// The way out.
pub(crate) struct Sender(Socket);

impl Sender {
    pub(crate) fn open(mark: u32) -> io::Result<Self> {
        // 255, "raw", is how the kernel knows that the header comes with the packet.
        let socket = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::from(255)))?;
        socket.set_header_included_v4(true)?;
        socket.set_mark(mark)?;
        socket.set_nonblocking(true)?;
        Ok(Self(socket))
    }

    /// Whether it is on its way.
    pub(crate) fn send(&self, packet: &[u8]) -> bool {
        let Some(address) = packet.get(16..20).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok()) else { return false };
        let to = SockAddr::from(std::net::SocketAddrV4::new(Ipv4Addr::from(address), 0));
        self.0.send_to(packet, &to).is_ok()
    }
}

/// Whether it can be sent from here: the kernel divides no packet that comes with its header. TCP's fit, and so does what is small.
pub(crate) fn fits(packet: &[u8]) -> bool {
    header(packet).is_some() && (packet.get(9) == Some(&6) || packet.len() <= 1280)
}

/// Turns over one bit behind the IP header; the checksum is left as it was, so that the receiver can tell.
pub(crate) fn corrupt(packet: &mut [u8], place: f64) -> bool {
    let Some(payload) = header(packet).and_then(|length| packet.get_mut(length..)) else { return false };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    let bit = (place * (payload.len() * 8) as f64) as usize;
    let Some(byte) = payload.get_mut(bit / 8) else { return false };
    *byte ^= 1 << (bit % 8);
    true
}

/// How long the header of an IPv4 packet is; of others nothing is known here.
fn header(packet: &[u8]) -> Option<usize> {
    let first = *packet.first()?;
    (first >> 4 == 4).then_some(usize::from(first & 15) * 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bit_behind_the_header_is_turned() {
        let whole = [&[0x45][..], &[0; 31]].concat();
        for place in [0.0, 0.3, 0.999_999] {
            let mut packet = whole.clone();
            assert!(corrupt(&mut packet, place));
            assert_eq!(packet[..20], whole[..20]);
            let turned: u32 = packet.iter().zip(&whole).map(|(a, b)| (a ^ b).count_ones()).sum();
            assert_eq!(turned, 1);
        }
        assert!(fits(&whole) && !fits(&[&whole[..], &[0; 1400]].concat()));
        assert!(!corrupt(&mut [0x45; 20], 0.5), "no payload");
        assert!(!corrupt(&mut [0x60; 60], 0.5), "IPv6");
        assert!(!corrupt(&mut [], 0.5));
    }
}
