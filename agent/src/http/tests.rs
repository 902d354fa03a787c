//! The proxy between a client and a service, all in one process.
//!
//! **Invariant**: ports are the kernel's choice, so that tests may run side by side.

use std::time::Instant;

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::oneshot,
};

use super::*;

/// A service that says what it was asked, on one connection each.
async fn service() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let echo = service_fn(|request: Request<Incoming>| async {
                let (head, body) = request.into_parts();
                let said = format!("{} {} {:?}", head.method, head.uri, head.headers.get("x-shop"));
                let mut response = Response::new(body);
                response.headers_mut().insert("x-said", said.parse().unwrap());
                Ok::<_, Infallible>(response)
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), echo));
        }
    });
    port
}

struct Stand {
    proxy: Arc<Proxy>,
    port: u16,
    end: Option<oneshot::Sender<()>>,
}

async fn stand(upstream: u16, arguments: &str) -> Stand {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }
    let line = format!("agent --listen 0 --seed 1 --upstream {upstream} {arguments}");
    let args = <Line as clap::Parser>::try_parse_from(line.split_whitespace()).unwrap().args;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (end, ended) = oneshot::channel();
    let (port, proxy) = (listener.local_addr().unwrap().port(), Arc::new(Proxy::new(args)));
    tokio::spawn(serve(listener, Arc::clone(&proxy), async { drop(ended.await) }));
    Stand { proxy, port, end: Some(end) }
}

async fn ask(stand: &Stand, path: &str) -> (u16, String) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let request = Request::post(format!("http://127.0.0.1:{}{path}", stand.port)).header("x-shop", "Nginx");
    let response = client.request(request.body(Full::from("hello")).unwrap()).await.unwrap();
    let (status, said) = (response.status().as_u16(), response.headers().get("x-said").cloned());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, format!("{said:?} {}", String::from_utf8_lossy(&body)))
}

#[tokio::test]
async fn the_struck_path_is_answered_and_the_rest_passes_as_it_came() {
    let stand = stand(service().await, "--status 503 --path /checkout").await;
    assert_eq!(ask(&stand, "/checkout/1").await, (503, r#"None {"error":"Service Unavailable"}"#.to_owned()));
    let (status, said) = ask(&stand, "/orders?id=7").await;
    assert_eq!(status, 200);
    assert!(said.contains("POST /orders?id=7") && said.contains("Nginx") && said.ends_with("hello"), "{said}");
    assert_eq!(*lock(&stand.proxy.counts), Counts { requests: 2, answered: 1, delayed: 0 });
}

#[tokio::test]
async fn shares_are_kept_and_probes_pass_unless_named() {
    let upstream = service().await;
    for (share, least, most) in [("0%", 0, 0), ("100%", 60, 60), ("50%", 18, 42)] {
        let stand = stand(upstream, &format!("--status 500 --share {share}")).await;
        for _ in 0..60 {
            ask(&stand, "/").await;
        }
        let answered = lock(&stand.proxy.counts).answered;
        assert!((least..=most).contains(&answered), "{share}: {answered} of 60");
        assert_eq!(ask(&stand, "/readyz").await.0, 200);
    }
    assert_eq!(ask(&stand(upstream, "--status 500 --path /readyz").await, "/readyz").await.0, 500);
}

#[tokio::test]
async fn a_delay_comes_first_and_ends_with_the_agent() {
    let mut stand = stand(service().await, "--delay 300ms").await;
    let start = Instant::now();
    assert_eq!(ask(&stand, "/").await.0, 200);
    assert!((300..600).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
    let (start, end) = (Instant::now(), stand.end.take().unwrap());
    let asked = ask(&stand, "/");
    let ending = async {
        sleep(Duration::from_millis(50)).await;
        drop(end);
    };
    assert_eq!(tokio::join!(asked, ending).0.0, 200);
    assert!(start.elapsed().as_millis() < 250, "{:?}", start.elapsed());
}

/// A client that leaves before it is told: the service has done its work all the same.
#[tokio::test]
async fn an_answer_is_held_back_after_the_work_was_done() {
    let done = Arc::new(Mutex::new(0));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = listener.local_addr().unwrap().port();
    let counted = Arc::clone(&done);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let counted = Arc::clone(&counted);
            let work = service_fn(move |_: Request<Incoming>| {
                *lock(&counted) += 1;
                async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), work));
        }
    });
    for (arguments, worked) in [("--answer-delay 2s", 1), ("--delay 2s", 0)] {
        *lock(&done) = 0;
        let stand = stand(upstream, arguments).await;
        assert!(timeout(Duration::from_millis(300), ask(&stand, "/checkout")).await.is_err(), "{arguments}");
        assert_eq!(*lock(&done), worked, "{arguments}");
    }
    let (stand, start) = (stand(upstream, "--answer-delay 300ms").await, Instant::now());
    assert_eq!(ask(&stand, "/checkout").await.0, 200);
    assert!((300..900).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
    assert_eq!(lock(&stand.proxy.counts).delayed, 1);
}

#[tokio::test]
async fn a_service_that_is_gone_is_502() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let (status, said) = ask(&stand(gone, "--delay 1ms").await, "/").await;
    assert_eq!(status, 502);
    assert!(said.contains("cannot be reached"), "{said}");
}

/// By hand: a client that sends its body in pieces, and a second request on the same connection.
#[tokio::test]
async fn bodies_stream_and_connections_are_kept() {
    let stand = stand(service().await, "--status 503 --path /checkout").await;
    let mut stream = TcpStream::connect(("127.0.0.1", stand.port)).await.unwrap();
    let mut seen = String::new();
    // Each piece comes back before the next is sent: nobody waits for the whole body.
    let head = "POST /a HTTP/1.1\r\nhost: shop\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n";
    for (piece, until) in [
        (head, "first\r\n"),
        ("6\r\nsecond\r\n0\r\n\r\n", "0\r\n\r\n"),
        ("GET /checkout HTTP/1.1\r\nhost: shop\r\n\r\n", "Unavailable\"}"),
        ("GET /b HTTP/1.1\r\nhost: shop\r\n\r\n", "GET /b"),
    ] {
        stream.write_all(piece.as_bytes()).await.unwrap();
        let reading = async {
            while !seen.contains(until) {
                seen.push_str(&String::from_utf8_lossy(&[stream.read_u8().await.unwrap()]));
            }
        };
        assert!(timeout(Duration::from_secs(5), reading).await.is_ok(), "no {until} in {seen}");
        seen.clear();
    }
}
