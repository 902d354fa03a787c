//! How long a lookup takes by the cluster's DNS, asked from a node.
//!
//! Why from a node: a pod's own resolver tries other endings of the name first and remembers; this is one question and its answer.
//!
//! **Invariant**: the time is the node's own, from the question to the answer; a lookup that failed is no time but a reason.

use async_trait::async_trait;
use k8s_openapi::api::core::v1::Service;
use kube::Api;

use super::{Reading, Source};
use crate::{
    lab::{
        node::{
            Nodes,
            shell::{program, script_with},
        },
        sense::SenseTarget,
    },
    model::gauge::DnsGauge,
};

/// One name.
pub(super) struct Lookup {
    name: String,
    services: Api<Service>,
    nodes: Nodes,
    /// The node to ask from, and the address to ask, as last known.
    way: Option<(String, String)>,
    /// Questions so far: each has a number of its own, so that a late answer is not taken for the next one's.
    asked: u8,
}

impl Lookup {
    pub(super) fn new(gauge: &DnsGauge, target: &SenseTarget) -> Self {
        let services = Api::namespaced(target.kube.clone(), "kube-system");
        Self { name: gauge.name.clone(), services, nodes: target.nodes(), way: None, asked: 0 }
    }

    async fn ask(&mut self) -> Reading {
        // Taken out: a way that did not answer is looked for anew.
        let (node, server) = match self.way.take() {
            Some(way) => way,
            None => self.find().await?,
        };
        self.asked = self.asked.wrapping_add(1);
        let said = self.nodes.run(&node, &script(&server, PORT, &question(&self.name, self.asked))).await;
        let said = said.map_err(|error| format!("dns: {error}"))?;
        self.way = Some((node, server));
        answer(&said, self.asked).map_err(|why| format!("dns: {}: {why}", self.name))
    }

    async fn find(&self) -> Result<(String, String), String> {
        let service = self.services.get("kube-dns").await;
        let service = service.map_err(|error| format!("dns: look up the cluster's server: {error}"))?;
        let address =
            service.spec.and_then(|spec| spec.cluster_ip).ok_or("dns: the cluster's server has no address")?;
        let nodes = self.nodes.running().await.map_err(|error| format!("dns: {error}"))?;
        // The control plane is in no data centre, so none that goes away takes it with it.
        let node = nodes.iter().find(|node| node.ends_with("control-plane")).or(nodes.first());
        Ok((node.cloned().ok_or("dns: no node runs")?, address))
    }
}

#[async_trait]
impl Source for Lookup {
    async fn read(&mut self) -> Vec<Reading> {
        vec![self.ask().await]
    }
}

/// Where name servers are asked.
const PORT: u16 = 53;
/// First byte of each question's number; the second one counts.
const NUMBER: u8 = 0x4C;

/// The question for a name's IPv4 addresses (RFC 1035, section 4).
fn question(name: &str, number: u8) -> Vec<u8> {
    // Recursion desired, one question.
    let mut bytes = vec![NUMBER, number, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.trim_end_matches('.').split('.') {
        // Labels of more than 63 bytes are refused with the scenario.
        bytes.push(u8::try_from(label.len()).unwrap_or(63));
        bytes.extend(label.bytes());
    }
    // The root, type A, class IN.
    bytes.extend([0, 0, 1, 0, 1]);
    bytes
}

/// Prints when it asked, the answer's first 12 bytes, and when it had them.
const ASK: &str = include_str!("dns.sh");
/// Does a script in bash, which knows of UDP.
const BASH: &str = include_str!("in-bash.sh");

fn script(server: &str, port: u16, question: &[u8]) -> String {
    let bytes = question.iter().fold(String::new(), |text, byte| format!("{text}\\0{byte:03o}"));
    script_with(BASH, &[("does", &program(ASK))], &[server, &port.to_string(), &bytes])
}

/// Seconds from the question to its answer.
fn answer(said: &str, number: u8) -> Reading {
    let moment =
        |word: &str| -> Option<f64> { said.lines().find_map(|line| line.strip_prefix(word))?.trim().parse().ok() };
    let (Some(asked), Some(had)) = (moment("asked "), moment("had ")) else {
        return Err(said.lines().last().unwrap_or("nothing was said").to_owned());
    };
    if said.contains("refused") {
        return Err("nobody answers at the server's port".to_owned());
    }
    let bytes = |line: &str| -> Option<Vec<u8>> {
        line.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).ok().filter(|_| byte.len() == 2)).collect()
    };
    let header = said.lines().filter_map(bytes).find(|bytes| bytes.len() == 12);
    let header = header.ok_or_else(|| "no answer within 2.5 s".to_owned())?;
    if header[..2] != [NUMBER, number] {
        return Err("an answer to another question came".to_owned());
    }
    match (header[3] & 0x0F, u16::from_be_bytes([header[6], header[7]])) {
        (0, 1..) => Ok((had - asked).max(0.0)),
        (0, 0) => Err("the name has no address".to_owned()),
        (2, _) => Err("the server failed (SERVFAIL)".to_owned()),
        (3, _) => Err("there is no such name (NXDOMAIN)".to_owned()),
        (5, _) => Err("the server refused (REFUSED)".to_owned()),
        (code, _) => Err(format!("the server answered with code {code}")),
    }
}

#[cfg(test)]
mod tests {
    use std::{net::UdpSocket, time::Duration};

    use super::*;

    /// What the script says when the server answers like this, after a while.
    fn asked(reply: impl Fn(&mut Vec<u8>) -> bool + Send + 'static, late: Duration) -> String {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let port = socket.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let mut bytes = [0; 512];
            let (size, from) = socket.recv_from(&mut bytes).unwrap();
            let mut said = bytes[..size].to_vec();
            assert_eq!(said[12..], question("bank.shop.svc", 0)[12..], "the name arrives as it was asked");
            std::thread::sleep(late);
            if reply(&mut said) {
                socket.send_to(&said, from).unwrap();
            }
        });
        let script = script("127.0.0.1", port, &question("bank.shop.svc", 37));
        let done = std::process::Command::new("sh").args(["-euc", &format!("exec 2>&1\n{script}")]).output().unwrap();
        server.join().unwrap();
        String::from_utf8(done.stdout).unwrap()
    }

    fn code(code: u8, answers: u8) -> impl Fn(&mut Vec<u8>) -> bool + Send {
        move |said| {
            (said[2], said[3], said[7]) = (0x81, 0x80 | code, answers);
            said.extend([0; 16]);
            true
        }
    }

    #[test]
    fn a_lookup_takes_as_long_as_its_server() {
        let took_s = answer(&asked(code(0, 1), Duration::from_millis(300)), 37).unwrap();
        assert!((0.29..1.5).contains(&took_s), "{took_s}");
    }

    #[test]
    fn a_lookup_that_fails_is_a_reason() {
        let why = |code, answers| answer(&asked(self::code(code, answers), Duration::ZERO), 37).unwrap_err();
        assert_eq!(why(3, 0), "there is no such name (NXDOMAIN)");
        assert_eq!(why(2, 0), "the server failed (SERVFAIL)");
        assert_eq!(why(0, 0), "the name has no address");
        assert_eq!(answer(&asked(|_| false, Duration::ZERO), 37).unwrap_err(), "no answer within 2.5 s");
        let late = answer(&asked(code(0, 1), Duration::ZERO), 38);
        assert_eq!(late.unwrap_err(), "an answer to another question came");
    }

    #[test]
    fn a_port_that_nobody_serves_is_a_reason() {
        let free = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let script = script("127.0.0.1", free, &question("bank", 1));
        let done = std::process::Command::new("sh").args(["-euc", &format!("exec 2>&1\n{script}")]).output().unwrap();
        let why = answer(&String::from_utf8(done.stdout).unwrap(), 1).unwrap_err();
        assert_eq!(why, "nobody answers at the server's port");
    }

    #[test]
    fn what_a_node_without_bash_says_is_the_reason() {
        assert_eq!(answer("sh: 1: bash: not found\n", 1).unwrap_err(), "sh: 1: bash: not found");
    }
}
