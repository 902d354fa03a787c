//! What becomes of one request.
//!
//! **Invariant**: it is counted once, and answered once: by us or by the service.

use std::sync::Mutex;

use http_body_util::{Either, Full};
use hyper::{
    Request, Response, StatusCode, Uri,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, HeaderValue},
    http::uri::{Authority, PathAndQuery, Scheme},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::{sync::watch, time::timeout};

use super::{Args, Counts, lock};

/// Where the kubelet asks.
const PROBES: [&str; 3] = ["/readyz", "/livez", "/healthz"];

/// What the service sends, as it comes, or what we say.
type Body = Either<Incoming, Full<Bytes>>;

pub(super) struct Proxy {
    args: Args,
    service: Client<HttpConnector, Incoming>,
    dice: Mutex<StdRng>,
    pub(super) counts: Mutex<Counts>,
    /// True once it is time to end.
    pub(super) over: watch::Sender<bool>,
}

impl Proxy {
    pub(super) fn new(args: Args) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            service: Client::builder(TokioExecutor::new()).http1_preserve_header_case(true).build(connector),
            dice: Mutex::new(StdRng::seed_from_u64(args.seed.unwrap_or_else(rand::random))),
            counts: Mutex::default(),
            over: watch::Sender::new(false),
            args,
        }
    }

    pub(super) async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let struck = self.strikes(request.uri().path());
        lock(&self.counts).requests += 1;
        let waits = [self.args.delay, self.args.answer_delay];
        if struck && waits.iter().any(Option::is_some) {
            lock(&self.counts).delayed += 1;
        }
        let [before, after] = waits.map(|delay| delay.filter(|_| struck));
        self.wait(before).await;
        if let (true, Some(status)) = (struck, self.args.status) {
            lock(&self.counts).answered += 1;
            return say(status, status.canonical_reason().unwrap_or("refused"));
        }
        match self.forward(request).await {
            Ok(response) => {
                // The work is done; whoever asked may have left by the time he is told.
                self.wait(after).await;
                response.map(Either::Left)
            }
            Err(why) => say(StatusCode::BAD_GATEWAY, &format!("the service cannot be reached: {why}")),
        }
    }

    /// Waits so long, or until it is time to end.
    async fn wait(&self, delay: Option<std::time::Duration>) {
        let Some(delay) = delay else { return };
        let mut over = self.over.subscribe();
        let _ = timeout(delay, over.wait_for(|over| *over)).await;
    }

    fn strikes(&self, path: &str) -> bool {
        let wanted = self.args.path.as_deref().unwrap_or("/");
        let spared = PROBES.iter().any(|probe| path.starts_with(probe) && !wanted.starts_with(probe));
        // The dice are thrown for every request that is meant, and for no other.
        path.starts_with(wanted) && !spared && lock(&self.dice).random::<f64>() < self.args.share
    }

    async fn forward(&self, mut request: Request<Incoming>) -> Result<Response<Incoming>, String> {
        let mut uri = std::mem::take(request.uri_mut()).into_parts();
        uri.scheme = Some(Scheme::HTTP);
        uri.authority = Authority::try_from(format!("127.0.0.1:{}", self.args.upstream)).ok();
        uri.path_and_query.get_or_insert_with(|| PathAndQuery::from_static("/"));
        *request.uri_mut() = Uri::from_parts(uri).map_err(|why| why.to_string())?;
        self.service.request(request).await.map_err(|why| why.to_string())
    }
}

/// An answer of ours.
fn say(status: StatusCode, error: &str) -> Response<Body> {
    let text = serde_json::json!({ "error": error }).to_string();
    let mut response = Response::new(Either::Right(Full::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
