//! One NFQUEUE, spoken over netlink (`linux/netfilter/nfnetlink_queue.h`).
//!
//! Not by a crate for it: to wake up when the next packet is due, the socket has to be polled with a time-out.
//!
//! **Invariant**: what the kernel cannot hand over passes (fail open); packets of a process that ends are dropped by the kernel.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

use rustix::{
    io::Errno,
    net::{
        AddressFamily, RecvFlags, SendFlags, SocketType, bind,
        netlink::{self, SocketAddrNetlink},
        recv, sendto, socket, sockopt,
    },
};

const SUBSYSTEM: u16 = 3 << 8;
const ERROR: u16 = 2;
const PACKET: u16 = SUBSYSTEM;
const VERDICT: u16 = SUBSYSTEM | 1;
const CONFIG: u16 = SUBSYSTEM | 2;
const REQUEST: u16 = 1;
const ACKNOWLEDGE: u16 = 4;
/// Netlink's header, and that of netfilter behind it.
const HEADERS: usize = 20;
/// Room for the kernel's messages while this process does not run.
const RECEIVE_BUFFER: usize = 4 << 20;

/// The queue, bound.
pub(crate) struct Queue {
    socket: OwnedFd,
    number: u16,
    buffer: Vec<u8>,
    early: Vec<Packet>,
}

/// A packet that waits in the kernel for its verdict.
#[derive(Debug, PartialEq)]
pub(crate) struct Packet {
    id: u32,
    /// Whether it is on its way out of this network.
    pub(crate) outgoing: bool,
    /// The packet from its IP header on, as far as it was asked for.
    pub(crate) bytes: Vec<u8>,
    /// Whether the kernel has to take the bytes back.
    pub(crate) altered: bool,
}

impl Queue {
    /// Binds the queue: `copied` bytes of each packet, no more than `most` packets at a time, the rest pass.
    pub(crate) fn open(number: u16, copied: u32, most: u32) -> io::Result<Self> {
        let socket = socket(AddressFamily::NETLINK, SocketType::RAW, Some(netlink::NETFILTER))?;
        bind(&socket, &SocketAddrNetlink::new(0, 0))?;
        // A smaller one only lets packets pass a little sooner.
        let _ = sockopt::set_socket_recv_buffer_size_force(&socket, RECEIVE_BUFFER);
        let mut queue = Self { socket, number, buffer: vec![0; 4096 + copied as usize], early: Vec::new() };
        let mut config = queue.message(CONFIG, REQUEST | ACKNOWLEDGE);
        attribute(&mut config, 1, &[1, 0, 0, 0]); // bind
        let [a, b, c, d] = copied.to_be_bytes();
        attribute(&mut config, 2, &[a, b, c, d, if copied == 0 { 1 } else { 2 }]); // copy nothing, or so much
        attribute(&mut config, 3, &most.to_be_bytes());
        attribute(&mut config, 4, &1_u32.to_be_bytes()); // of the flags the first: fail open
        attribute(&mut config, 5, &1_u32.to_be_bytes());
        queue.send(config)?;
        loop {
            // Packets may come before the answer does.
            let (_, size) = recv(&queue.socket, &mut queue.buffer[..], RecvFlags::empty())?;
            match error(&queue.buffer[..size]) {
                Some(0) => return Ok(queue),
                Some(code) => return Err(io::Error::from_raw_os_error(-code)),
                None => queue.early.extend(packet(&queue.buffer[..size])),
            }
        }
    }

    /// The next packet, if one is there.
    pub(crate) fn receive(&mut self) -> io::Result<Option<Packet>> {
        if let Some(packet) = self.early.pop() {
            return Ok(Some(packet));
        }
        loop {
            match recv(&self.socket, &mut self.buffer[..], RecvFlags::DONTWAIT) {
                Ok((_, size)) => {
                    // Something else is a verdict that came too late: its packet is gone with its device.
                    if let Some(packet) = packet(&self.buffer[..size.min(self.buffer.len())]) {
                        return Ok(Some(packet));
                    }
                }
                Err(Errno::AGAIN) => return Ok(None),
                // The buffer was full: those packets have passed.
                Err(Errno::NOBUFS | Errno::INTR) => {}
                Err(why) => return Err(why.into()),
            }
        }
    }

    /// Lets a packet go on, or drops it.
    pub(crate) fn verdict(&self, packet: &Packet, accept: bool) -> io::Result<()> {
        let mut message = self.message(VERDICT, REQUEST);
        let mut verdict = u32::from(accept).to_be_bytes().to_vec();
        verdict.extend(packet.id.to_be_bytes());
        attribute(&mut message, 2, &verdict);
        if accept && packet.altered {
            attribute(&mut message, 10, &packet.bytes);
        }
        self.send(message)
    }

    fn message(&self, kind: u16, flags: u16) -> Vec<u8> {
        let mut message = vec![0; HEADERS];
        message[4..6].copy_from_slice(&kind.to_ne_bytes());
        message[6..8].copy_from_slice(&flags.to_ne_bytes());
        message[18..20].copy_from_slice(&self.number.to_be_bytes());
        message
    }

    fn send(&self, mut message: Vec<u8>) -> io::Result<()> {
        let length = u32::try_from(message.len()).map_err(io::Error::other)?;
        message[..4].copy_from_slice(&length.to_ne_bytes());
        sendto(&self.socket, &message, SendFlags::empty(), &SocketAddrNetlink::new(0, 0))?;
        Ok(())
    }
}

impl AsFd for Queue {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Appends an attribute; the next one begins at a multiple of four.
fn attribute(message: &mut Vec<u8>, kind: u16, value: &[u8]) {
    let length = u16::try_from(value.len() + 4).unwrap_or(u16::MAX);
    message.extend(length.to_ne_bytes());
    message.extend(kind.to_ne_bytes());
    message.extend(value);
    message.resize(message.len().next_multiple_of(4), 0);
}

fn kind(message: &[u8]) -> Option<u16> {
    Some(u16::from_ne_bytes(message.get(4..6)?.try_into().ok()?))
}

/// The code of an answer; 0 is success.
fn error(message: &[u8]) -> Option<i32> {
    if kind(message)? != ERROR {
        return None;
    }
    Some(i32::from_ne_bytes(message.get(16..20)?.try_into().ok()?))
}

/// The packet of a message that is one.
fn packet(message: &[u8]) -> Option<Packet> {
    if kind(message)? != PACKET {
        return None;
    }
    let mut found = None;
    let mut bytes = &[][..];
    let mut rest = message.get(HEADERS..)?;
    while let (Some([a, b]), Some([c, d])) = (rest.get(..2), rest.get(2..4)) {
        let length = usize::from(u16::from_ne_bytes([*a, *b]));
        let value = rest.get(4..length)?;
        match u16::from_ne_bytes([*c, *d]) {
            // Its number, and the hook: 3 is output and 4 postrouting.
            1 => found = Some((u32::from_be_bytes(value.get(..4)?.try_into().ok()?), *value.get(6)? >= 3)),
            10 => bytes = value,
            _ => {}
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    found.map(|(id, outgoing)| Packet { id, outgoing, bytes: bytes.to_vec(), altered: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_read_from_its_message_and_rubbish_is_not() {
        let mut message = vec![0; HEADERS];
        message[4..6].copy_from_slice(&PACKET.to_ne_bytes());
        attribute(&mut message, 1, &[0, 0, 0, 9, 8, 0, 4]);
        attribute(&mut message, 10, b"odd");
        let read = packet(&message).unwrap();
        assert_eq!(read, Packet { id: 9, outgoing: true, bytes: b"odd".to_vec(), altered: false });
        for cut in 0..message.len() - 4 {
            let _ = packet(&message[..cut]);
        }
        assert_eq!((packet(&[]), error(&message)), (None, None));
    }
}
