//! Keep-alive connections to the shop's door, opened when no idle one is left.
//!
//! Why not a pool from a library: the customers live on one thread, need no name lookup, no TLS and no queue for a free
//! connection (that queue would be a closed loop), and must know for certain that nothing is sent twice behind their back.
//!
//! **Invariant**: a request travels once, on one connection; a customer who gives up hangs up.

use std::{cell::RefCell, collections::VecDeque, io, time::Duration};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header::RETRY_AFTER,
    rt::{Read, Write},
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::AbortHandle, time::Instant};

use super::failure::Failure;

/// An idle connection is closed by us before any server would: a server that closes it just as a request is on its way
/// would look like a cut.
const KEEP_IDLE: Duration = Duration::from_secs(10);

/// Connections that are kept for later. A burst opens more, and closes them again.
const MOST_IDLE: usize = 256;

/// The longest answer that is read.
const LONGEST_BODY: usize = 1 << 20;

/// Opens connections. A test's dialler opens pipes.
pub(super) trait Dial: 'static {
    /// What is opened.
    type Io: Read + Write + Unpin + 'static;
    /// Open one.
    async fn dial(&self) -> io::Result<Self::Io>;
}

/// Opens TCP connections to one address.
pub(super) struct Tcp(pub(super) std::net::SocketAddr);

impl Dial for Tcp {
    type Io = TokioIo<TcpStream>;

    async fn dial(&self) -> io::Result<Self::Io> {
        let stream = TcpStream::connect(self.0).await?;
        stream.set_nodelay(true)?;
        Ok(TokioIo::new(stream))
    }
}

/// An answer, and when it was there.
pub(super) struct Answer {
    pub(super) at: Instant,
    pub(super) status: StatusCode,
    /// It says when to come back: it has a Retry-After.
    pub(super) says_when: bool,
    pub(super) body: Bytes,
}

/// All connections of a run.
pub(super) struct Connections<D> {
    dialler: D,
    /// The one idle for longest is used next: so all are used, and the pods behind the door get even shares.
    idle: RefCell<VecDeque<Idle>>,
}

struct Idle {
    line: Line,
    since: Instant,
}

/// Hangs up when dropped.
struct Line {
    send: SendRequest<Full<Bytes>>,
    driver: AbortHandle,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl<D: Dial> Connections<D> {
    pub(super) fn new(dialler: D) -> Self {
        Self { dialler, idle: RefCell::default() }
    }

    /// One request, one answer. Dropped half way, the connection goes with it.
    pub(super) async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, Failure> {
        let mut line = match self.take() {
            Some(line) => line,
            None => self.open().await.map_err(|_| Failure::Connect)?,
        };
        let response = line.send.send_request(request).await.map_err(|_| Failure::Cut)?;
        let (status, says_when) = (response.status(), response.headers().contains_key(RETRY_AFTER));
        let body =
            Limited::new(response.into_body(), LONGEST_BODY).collect().await.map_err(|_| Failure::Cut)?.to_bytes();
        let answer = Answer { at: Instant::now(), status, says_when, body };
        if line.send.ready().await.is_ok() {
            let mut idle = self.idle.borrow_mut();
            idle.push_back(Idle { line, since: answer.at });
            idle.truncate(MOST_IDLE);
        }
        Ok(answer)
    }

    /// Close what was idle for long.
    pub(super) fn tidy(&self) {
        let mut idle = self.idle.borrow_mut();
        while idle.front().is_some_and(|oldest| oldest.since.elapsed() >= KEEP_IDLE) {
            idle.pop_front();
        }
    }

    fn take(&self) -> Option<Line> {
        let mut idle = self.idle.borrow_mut();
        // What the server closed in the meantime is dropped on the way.
        std::iter::from_fn(|| idle.pop_front()).find(|idle| idle.line.send.is_ready()).map(|idle| idle.line)
    }

    async fn open(&self) -> Result<Line, Box<dyn std::error::Error>> {
        let (send, connection) = handshake(self.dialler.dial().await?).await?;
        let driver = tokio::task::spawn_local(async move {
            // How a connection ended is told to the request that was on it.
            let _ = connection.await;
        });
        Ok(Line { send, driver: driver.abort_handle() })
    }
}
