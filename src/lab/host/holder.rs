//! Who holds a port: a container, or a process of this machine.
//!
//! **Invariant**: reads only; a holder that may not be seen is told as such.

use std::{collections::HashSet, fs, path::Path};

/// `pid 812 postgres`, if a process can be found that listens on the port.
pub(super) fn process(port: u16) -> Option<String> {
    let sockets = listening(port);
    let processes = fs::read_dir("/proc").ok()?.flatten();
    for entry in processes {
        let name = entry.file_name().into_string().unwrap_or_default();
        if name.bytes().all(|byte| byte.is_ascii_digit()) && holds(&entry.path(), &sockets) {
            let command = fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
            return Some(format!("pid {name} {}", command.trim()));
        }
    }
    None
}

/// The inodes of sockets that listen on the port.
fn listening(port: u16) -> HashSet<String> {
    ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .flat_map(|table| inodes(&table, port))
        .collect()
}

/// From a table as in `/proc/net/tcp`: the second column is the address in hexadecimal, 0A means listening, the tenth the inode.
fn inodes(table: &str, port: u16) -> Vec<String> {
    let wanted = format!(":{port:04X}");
    let rows = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row.len() > 9 && row[1].ends_with(&wanted) && row[3] == "0A")
        .map(|row| row[9].to_owned())
        .collect()
}

fn holds(process: &Path, sockets: &HashSet<String>) -> bool {
    let Ok(files) = fs::read_dir(process.join("fd")) else { return false };
    files.flatten().filter_map(|file| fs::read_link(file.path()).ok()).any(|target| {
        let target = target.to_string_lossy();
        let inode = target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'));
        inode.is_some_and(|inode| sockets.contains(inode))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listening_sockets_of_the_port_count() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
             0: 0100007F:69C8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1\n   \
             1: 0100007F:69C8 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 4712 1\n   \
             2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1\n";
        assert_eq!(inodes(table, 27_080), ["4711"]);
        assert_eq!(inodes(table, 80), ["4713"]);
        assert!(inodes(table, 81).is_empty());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_very_process_is_found() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let found = process(listener.local_addr().unwrap().port()).unwrap();
        assert!(found.contains(&format!("pid {}", std::process::id())), "{found}");
    }
}
