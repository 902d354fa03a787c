//! Sends back what arrives, over TCP and UDP.
//!
//! **Invariant**: bytes go back as they came, at once.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket},
    thread,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Port for both
    #[arg(long)]
    port: u16,
}

pub(crate) fn run(args: &Args) -> Result<(), String> {
    let address = (Ipv4Addr::UNSPECIFIED, args.port);
    let busy = |why: io::Error| format!("port {} cannot be listened on: {why}", args.port);
    let listener = TcpListener::bind(address).map_err(busy)?;
    let socket = UdpSocket::bind(address).map_err(busy)?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || back(stream));
        }
    });
    let mut datagram = vec![0; 65_535];
    loop {
        // What cannot be answered now is lost, as datagrams are.
        if let Ok((size, from)) = socket.recv_from(&mut datagram) {
            let _ = socket.send_to(&datagram[..size], from);
        }
    }
}

fn back(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut bytes = vec![0; 65_535];
    loop {
        match stream.read(&mut bytes)? {
            0 => return Ok(()),
            size => stream.write_all(&bytes[..size])?,
        }
    }
}
