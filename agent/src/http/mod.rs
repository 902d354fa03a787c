//! Stands before a service, and answers some of its requests in its place.
//!
//! Rules outside of this program redirect connections for the service's port to ours; what is not answered here goes on to
//! 127.0.0.1, headers and bodies as they came, and so do answers. The service sees 127.0.0.1 as its client. The kubelet's probes
//! pass, unless `--path` names one: a fault in a service is not a restart of it. At SIGTERM delays end, what is under way is
//! finished, and connections are closed. Take the redirect away first: nobody listens afterwards.
//!
//! **Invariant**: a request that is not struck reaches the service and is answered by it; 502 says that it could not be reached.

mod proxy;
#[cfg(test)]
mod tests;

use std::{
    convert::Infallible,
    io,
    net::Ipv4Addr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hyper::{StatusCode, server::conn::http1, service::service_fn};
use hyper_util::{rt::TokioIo, server::graceful::GracefulShutdown};
use serde::Serialize;
use tokio::{
    net::{TcpListener, TcpStream},
    signal::unix::{SignalKind, signal},
    time::{interval, sleep, timeout},
};

use self::proxy::Proxy;
use crate::counts::{CountsFile, PAUSE};

/// What is under way at the end may take so long.
const FAREWELL: Duration = Duration::from_secs(1);

#[derive(clap::Args, Clone)]
#[command(group(clap::ArgGroup::new("fault").required(true).multiple(true).args(["status", "delay", "answer_delay"])))]
pub(crate) struct Args {
    /// Port that connections are redirected to
    #[arg(long, value_name = "PORT")]
    listen: u16,
    /// Port of the service on 127.0.0.1
    #[arg(long, value_name = "PORT")]
    upstream: u16,
    /// Answer with this, without the service
    #[arg(long, value_name = "STATUS", value_parser = status)]
    status: Option<StatusCode>,
    /// Wait so long first
    #[arg(long, value_name = "TIME", value_parser = crate::units::time)]
    delay: Option<Duration>,
    /// Let the service work at once, and hold its answer back for so long
    #[arg(long, value_name = "TIME", value_parser = crate::units::time, conflicts_with = "status")]
    answer_delay: Option<Duration>,
    /// Share of the requests
    #[arg(long, value_name = "SHARE", default_value = "100%", value_parser = crate::units::share)]
    share: f64,
    /// Only requests whose path begins so
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
    /// Where to keep count, as JSON; it is there once connections are taken
    #[arg(long, value_name = "FILE")]
    counts: Option<PathBuf>,
    /// Makes chance repeatable
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

fn status(text: &str) -> Result<StatusCode, String> {
    let status = text.parse().ok().filter(|status: &StatusCode| (200..600).contains(&status.as_u16()));
    status.ok_or_else(|| format!("'{text}' is no status; write one from 200 to 599"))
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
struct Counts {
    requests: u64,
    answered: u64,
    delayed: u64,
}

pub(crate) fn run(args: Args) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|why| why.to_string())?.block_on(async {
        let busy = |why: io::Error| format!("port {} cannot be listened on: {why}", args.listen);
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, args.listen)).await.map_err(busy)?;
        let mut term = signal(SignalKind::terminate()).map_err(|why| why.to_string())?;
        let mut file = CountsFile::new(args.counts.as_deref(), Counts::default())?;
        let proxy = Arc::new(Proxy::new(args));
        let mut tick = interval(PAUSE);
        let counting = async {
            loop {
                tick.tick().await;
                let counts = *lock(&proxy.counts);
                if file.wait(&counts, std::time::Instant::now()).is_some() {
                    let _ = file.write(counts);
                }
            }
        };
        tokio::select! {
            () = serve(listener, Arc::clone(&proxy), async { term.recv().await; }) => {}
            () = counting => {}
        }
        let _ = file.write(*lock(&proxy.counts));
        Ok(())
    })
}

/// Takes connections until it is over, and lets what is under way finish.
async fn serve(listener: TcpListener, proxy: Arc<Proxy>, end: impl Future<Output = ()>) {
    let connections = GracefulShutdown::new();
    tokio::pin!(end);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut end => break,
        };
        match stream {
            Ok((stream, _)) => connect(stream, Arc::clone(&proxy), &connections),
            // Out of files, most likely: some are closed soon.
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
    }
    drop(listener);
    proxy.over.send_replace(true);
    let _ = timeout(FAREWELL, connections.shutdown()).await;
}

fn connect(stream: TcpStream, proxy: Arc<Proxy>, connections: &GracefulShutdown) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let proxy = Arc::clone(&proxy);
        async move { Ok::<_, Infallible>(proxy.answer(request).await) }
    });
    let mut server = http1::Builder::new();
    server.preserve_header_case(true).auto_date_header(false);
    let connection = connections.watch(server.serve_connection(TokioIo::new(stream), service));
    // A connection that breaks is the client's affair or the service's; there is nobody to tell.
    tokio::spawn(async { connection.await.ok() });
}

/// Numbers stay right whoever panicked.
fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
