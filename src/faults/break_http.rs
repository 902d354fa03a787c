//! Answer HTTP in a service's place.
//!
//! # Story
//! One dependency answers 503 to every fifth call, or a second late. Nobody planned what to do with half an answer.
//!
//! # Breaks
//! In the network of each pod, connections from outside to the service's port lead to a helper, which hands requests on to the service
//! and answers some of them itself: with `status`, after `delay`, the given `share` of those whose path begins with `path`. The
//! probes of Kubernetes pass unless `path` names them. With `answer-delay` the service does its work at once, and only its answer is
//! held back: whoever does not wait for it asks a second time for what was done. Connections that were open already are reset once,
//! so that their clients come back through the helper.
//!
//! # Heals
//! The rules are taken out of every pod's network and the helper is stopped, and with it the connections that it carries.
//!
//! # Expiry
//! Two: the rule that leads connections to the helper matches an nftables set with a timeout, renewed every third of it; the
//! helper itself has a deadline in the node. A helper that is killed alone is started anew by whoever keeps that deadline.
//!
//! # Needs
//! nftables sets with a timeout and `redirect` in the kernel of the nodes; a service that speaks HTTP/1.1 without TLS.
//!
//! # Seen in production
//! No public post-mortem checked yet: most that name a slow dependency name its cause, and no share.

use super::{
    Context,
    parameters::{HELPER, Manual, TARGET, may},
};
use crate::model::{
    fault::BreakHttp,
    hold::{Hold, Http},
    op::Recipe,
};

pub(super) const MANUAL: Manual = Manual {
    key: "break-http",
    about: "Answer HTTP in a service's place",
    engine: "HTTP helper, nftables redirect",
    expiry: HELPER,
    parameters: &[
        TARGET,
        may("status", "NUMBER", "With which status; the service answers by itself, only later, when left out"),
        may("delay", "TIME", "How late"),
        may("answer-delay", "TIME", "How late the service's own answer is handed on; it has done its work at once"),
        may("share", "PERCENT", "How many of the requests; all when left out"),
        may("path", "PATH", "Only requests whose path begins so, such as /products"),
        may("port", "PORT", "The service's port; 8080 when left out"),
    ],
    example: "--target catalog --status 503 --share 50%",
};

pub(super) fn recipe(fault: &BreakHttp, context: &Context) -> Result<Recipe, Vec<String>> {
    let mut refusals = Vec::new();
    if fault.status.is_none() && fault.delay.0.is_zero() && fault.answer_delay.0.is_zero() {
        refusals.push("a status, a delay or both are wanted: otherwise nothing would be broken".to_owned());
    }
    if fault.status.is_some() && !fault.answer_delay.0.is_zero() {
        refusals.push("answer-delay: with a status the service is not asked at all, and has no answer".to_owned());
    }
    if fault.status.is_some_and(|status| !(200..=599).contains(&status)) {
        refusals.push("status: expected 200 to 599".to_owned());
    }
    if fault.share.0 <= 0.0 {
        refusals.push("share: 0% of the requests is none".to_owned());
    }
    let plain = |path: &String| {
        path.starts_with('/') && path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_.~%".contains(&b))
    };
    if fault.path.as_ref().is_some_and(|path| !plain(path)) {
        refusals.push("path: expected `/` and letters, digits, `/-_.~%`".to_owned());
    }
    if fault.port == 0 {
        refusals.push("port: expected 1 to 65535".to_owned());
    }
    let at = context.at(&fault.target).map_err(|refused| refusals.extend(refused)).ok();
    let Some(at) = at.filter(|_| refusals.is_empty()) else { return Err(refusals) };
    let BreakHttp { status, delay, answer_delay, share, port, .. } = *fault;
    Ok(context.hold(Hold::Http(Http { at, port, status, delay, answer_delay, share, path: fault.path.clone() })))
}
