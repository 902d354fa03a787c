//! Serves one role over HTTP: health, readiness, metrics, a deadline and a log line with the request's id.
//!
//! **Invariant:** a request that was accepted is answered, also while the process stops.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use uuid::Uuid;

use crate::failure::{Detail, Failure};
use crate::host::Host;
use crate::in_flight::InFlight;
use crate::log::Limit;

/// The header by which one request is followed through all services.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// Of the requests that went well and changed nothing, one in so many is logged.
const SAMPLE: u64 = 500;

/// Requests that are still running after the drain get this long; then the process ends.
const LAST_CALL: Duration = Duration::from_secs(10);

tokio::task_local! {
    static CURRENT: HeaderValue;
}

/// The id of the request that the current task works for, if it works for one.
pub(crate) fn request_id() -> Option<HeaderValue> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Does some work on behalf of a request that came by another way than HTTP.
pub(crate) async fn on_behalf_of<F: Future>(id: HeaderValue, work: F) -> F::Output {
    CURRENT.scope(id, work).await
}

struct Observer {
    host: Arc<Host>,
    errors: Limit,
    sampled: std::sync::atomic::AtomicU64,
}

/// Serves until SIGTERM or Ctrl-C, then drains.
pub(crate) async fn serve(host: &Arc<Host>, routes: Router) -> std::io::Result<()> {
    let observer = Arc::new(Observer {
        host: Arc::clone(host),
        errors: Limit::new(),
        sampled: std::sync::atomic::AtomicU64::new(0),
    });
    let app = routes.route_layer(middleware::from_fn_with_state(observer, observe)).merge(health(host));
    let listener = TcpListener::bind(host.listen).await?.tap_io(|stream| {
        // Answers are one small packet each: waiting to fill a larger one only adds latency.
        let _ = stream.set_nodelay(true);
    });
    tracing::info!(role = host.role, release = host.release.version(), listen = %host.listen, "serving");
    let drained = Arc::new(tokio::sync::Notify::new());
    let told = Arc::clone(&drained);
    let served = axum::serve(listener, app).with_graceful_shutdown(async move { told.notified().await }).into_future();
    let served = tokio::spawn(served);

    asked_to_stop().await?;
    host.stop();
    tracing::info!(drain_ms = u64::try_from(host.drain.as_millis()).unwrap_or(u64::MAX), "stopping");
    tokio::time::sleep(host.drain).await;
    drained.notify_one();
    if tokio::time::timeout(LAST_CALL, served).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    Ok(())
}

async fn asked_to_stop() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

fn health(host: &Arc<Host>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route(
            "/metrics",
            get(|State(host): State<Arc<Host>>| async move {
                ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], host.metrics.text())
            }),
        )
        .with_state(Arc::clone(host))
}

async fn ready(State(host): State<Arc<Host>>) -> Response {
    if host.is_stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    let waits = host.waits_for();
    if waits.is_empty() {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, format!("waiting for {}\n", waits.join(", "))).into_response()
}

/// Around every request: id, deadline, count, log.
async fn observe(State(observer): State<Arc<Observer>>, path: MatchedPath, request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID).cloned().unwrap_or_else(fresh_id);
    let method = request.method().clone();
    let host = &observer.host;
    let started = Instant::now();
    let in_flight = InFlight::new(&host.metrics.in_flight);
    let mut response = if in_flight.more_than(host.most_in_flight) {
        Failure::Busy.into_response()
    } else {
        let answer = CURRENT.scope(id.clone(), tokio::time::timeout(host.deadline, next.run(request))).await;
        answer.unwrap_or_else(|_| Failure::Deadline.into_response())
    };
    drop(in_flight);
    let took = started.elapsed();
    host.metrics.answered(path.as_str(), response.status().as_u16(), took);
    observer.report(&method, path.as_str(), &id, &response, took);
    response.headers_mut().insert(REQUEST_ID, id);
    if host.is_stopping() {
        // The edge gives this connection up after the answer; else it would send the next request into its close.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

impl Observer {
    fn report(&self, method: &Method, route: &str, id: &HeaderValue, response: &Response, took: Duration) {
        let status = response.status().as_u16();
        let request_id = id.to_str().unwrap_or("unprintable");
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        if status >= 500 {
            if let Some(suppressed) = self.errors.pass() {
                let failure = response.extensions().get::<Detail>();
                let error = failure.map(|Detail(failure)| failure.to_string());
                let detail = failure.map(|Detail(failure)| failure.detail().to_owned());
                tracing::error!(%method, route, status, ms, request_id, error, detail, suppressed, "request failed");
            }
            return;
        }
        // One service takes a thousand small requests a second: only a sample of those that went well is written.
        let count = self.sampled.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let quiet = route == "/payments" || *method == Method::GET;
        if !quiet || count % SAMPLE == 0 {
            tracing::info!(%method, route, status, ms, request_id, "request");
        }
    }
}

fn fresh_id() -> HeaderValue {
    HeaderValue::from_str(&Uuid::new_v4().simple().to_string()).unwrap_or(HeaderValue::from_static("none"))
}
