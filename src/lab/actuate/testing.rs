//! Kubernetes' API, as far as tests need one: objects with versions, at a port of this machine.
//!
//! **Invariant**: as the real one does it: a patch that names another version than the object's is refused, and one that changes
//! nothing leaves the version as it is.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

use crate::lab::{cluster::handle::Handle, layout::Layout, node::Nodes};

/// The name of a lab that nobody has.
pub(in crate::lab) const NOBODYS: &str = "no-such-lab-of-a-test";
/// What a list that nobody put there is a list of.
const LISTS: [&str; 6] = ["deployments", "configmaps", "jobs", "pods", "services", "nodes"];

/// The server; clones are the same one.
#[derive(Clone, Default)]
pub(in crate::lab) struct Server(Arc<Inner>);

#[derive(Default)]
struct Inner {
    objects: Mutex<BTreeMap<String, Value>>,
    /// Kept back before it is done.
    next: Mutex<Option<Arc<Late>>>,
    /// What became of each patch.
    answers: Mutex<Vec<u16>>,
}

/// A patch that is late.
#[derive(Default)]
pub(in crate::lab) struct Late {
    /// It is with the server.
    pub(in crate::lab) came: Notify,
    /// It may be done.
    pub(in crate::lab) goes: Notify,
}

impl Server {
    /// One that has this at a path, and a client of its.
    pub(in crate::lab) async fn with(path: &str, object: Value) -> (Self, kube::Client) {
        let server = Self::default();
        server.0.objects.lock().unwrap().insert(path.to_owned(), object);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let accepting = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(accepting.clone().serve(stream));
            }
        });
        let config = kube::Config::new(url.parse().unwrap());
        (server, kube::Client::try_from(config).unwrap())
    }

    /// What is at a path.
    pub(in crate::lab) fn at(&self, path: &str) -> Value {
        self.0.objects.lock().unwrap()[path].clone()
    }

    /// The next patch is kept back.
    pub(in crate::lab) fn keep_back(&self) -> Arc<Late> {
        let late = Arc::new(Late::default());
        *self.0.next.lock().unwrap() = Some(late.clone());
        late
    }

    /// What became of each patch, as soon as there are so many.
    pub(in crate::lab) async fn answers(&self, count: usize) -> Vec<u16> {
        for _ in 0..500 {
            if self.0.answers.lock().unwrap().len() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.0.answers.lock().unwrap().clone()
    }

    /// Patch what is at a path, as somebody else.
    pub(in crate::lab) fn patch(&self, path: &str, change: &Value) -> (u16, Value) {
        let mut objects = self.0.objects.lock().unwrap();
        let Some(object) = objects.get_mut(path) else { return refusal(404, "NotFound") };
        let version = object["metadata"]["resourceVersion"].clone();
        if !change["metadata"]["resourceVersion"].is_null() && change["metadata"]["resourceVersion"] != version {
            return refusal(409, "Conflict");
        }
        let mut next = object.clone();
        merge(&mut next, change);
        if next != *object {
            let number: u64 = version.as_str().unwrap().parse().unwrap();
            next["metadata"]["resourceVersion"] = (number + 1).to_string().into();
            *object = next;
        }
        (200, object.clone())
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut heard = Vec::new();
        while let Some((method, path, body)) = request(&mut stream, &mut heard).await {
            let (status, answer) = self.answer(&method, &path, &body).await;
            let text = answer.to_string();
            let length = text.len();
            let top = format!("HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {length}");
            // Who has given up hears nothing of it.
            if stream.write_all(format!("{top}\r\n\r\n{text}").as_bytes()).await.is_err() {
                return;
            }
        }
    }

    async fn answer(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        if method == "PATCH" {
            let late = self.0.next.lock().unwrap().take();
            if let Some(late) = late {
                late.came.notify_one();
                late.goes.notified().await;
            }
            let answer = self.patch(path, body);
            self.0.answers.lock().unwrap().push(answer.0);
            return answer;
        }
        let found = self.0.objects.lock().unwrap().get(path).cloned();
        let is_list = path.rsplit('/').next().is_some_and(|last| LISTS.contains(&last));
        match found {
            Some(object) => (200, object),
            None if is_list => (200, json!({ "apiVersion": "v1", "kind": "List", "metadata": {}, "items": [] })),
            None => refusal(404, "NotFound"),
        }
    }
}

/// What faults need of such a cluster; it has no nodes.
pub(in crate::lab) fn handle(client: kube::Client) -> Handle {
    Handle::new(NOBODYS, client, "shop", Nodes::of(&Layout::new(NOBODYS, 27_000).unwrap()))
}

fn refusal(code: u16, reason: &str) -> (u16, Value) {
    let status = json!({ "status": "Failure", "message": reason, "reason": reason, "code": code });
    (code, status)
}

/// The next request: how, where without the question, and what; `None` when the client has gone.
async fn request(stream: &mut TcpStream, heard: &mut Vec<u8>) -> Option<(String, String, Value)> {
    loop {
        let text = String::from_utf8_lossy(heard).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let headers = head.lines().filter_map(|line| line.split_once(':'));
            let mut lengths = headers.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
            let length: usize = lengths.next().map_or(0, |(_, length)| length.trim().parse().unwrap());
            if body.len() >= length {
                heard.clear();
                let mut words = head.split(' ');
                let (method, target) = (words.next()?.to_owned(), words.next()?);
                let path = target.split('?').next()?.to_owned();
                return Some((method, path, serde_json::from_str(body).unwrap_or_default()));
            }
        }
        if stream.read_buf(heard).await.ok()? == 0 {
            return None;
        }
    }
}

/// RFC 7396.
fn merge(into: &mut Value, patch: &Value) {
    let Some(fields) = patch.as_object() else {
        *into = patch.clone();
        return;
    };
    if !into.is_object() {
        *into = json!({});
    }
    for (name, value) in fields {
        if !value.is_null() {
            merge(&mut into[name.as_str()], value);
        } else if let Some(into) = into.as_object_mut() {
            into.remove(name);
        }
    }
}
