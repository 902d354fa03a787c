//! An LLM that may comment on a postmortem: any endpoint that speaks `OpenAI`'s chat completions.
//!
//! **Invariant**: it is asked only when its address is given, and what it says is shown and never scored.
//!
//! The wire: `POST {base}/chat/completions` with `{ model, messages }`, answered by `{ choices: [{ message: { content } }] }`
//! (`OpenAI` API reference, "Create chat completion"; also spoken by Ollama, llama.cpp and vLLM under `/v1`).

use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Request, Uri,
    body::Bytes,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};

use crate::log::chain;

/// Longer than any comment that anybody would read.
const LONGEST_ANSWER: usize = 1 << 20;
/// Letters of it that are shown.
const SHOWN: usize = 6000;

/// Where a model is asked, and which.
#[derive(Clone, Debug)]
pub struct Endpoint {
    completions: Uri,
    model: String,
    key: Option<HeaderValue>,
}

impl Endpoint {
    /// A model behind a base address such as `http://127.0.0.1:11434/v1`.
    ///
    /// # Errors
    /// What of it cannot be used: an address that is none, or a key that would go over the network in the clear.
    pub fn new(base: &str, model: &str, key: Option<&str>) -> Result<Self, String> {
        let expected = "expected an address such as http://127.0.0.1:11434/v1";
        let address = format!("{}/chat/completions", base.trim_end_matches('/'));
        let completions: Uri = address.parse().map_err(|error| format!("`{base}`: {error}; {expected}"))?;
        let Some(host) = completions.host() else { return Err(format!("`{base}` names no host; {expected}")) };
        let here = matches!(host, "localhost" | "[::1]") || host.starts_with("127.");
        match completions.scheme_str() {
            Some("https") => {}
            Some("http") if here || key.is_none() => {}
            Some("http") => {
                return Err(format!("`{base}`: the key would be sent to {host} unencrypted; https is wanted"));
            }
            _ => return Err(format!("`{base}` is neither http nor https; {expected}")),
        }
        let bearer = |key: &str| {
            let mut value = HeaderValue::try_from(format!("Bearer {key}"))
                .map_err(|_| "the key has letters that no HTTP header may have")?;
            value.set_sensitive(true);
            Ok::<_, String>(value)
        };
        let key = key.map(bearer).transpose()?;
        Ok(Self { completions, model: model.to_owned(), key })
    }

    /// The host that is asked.
    pub fn host(&self) -> &str {
        self.completions.authority().map_or("", |authority| authority.as_str())
    }

    /// Ask it: what `instruction` wants, about `text`, within a deadline.
    ///
    /// # Errors
    /// In a sentence: not reached, too late, refused (with what the endpoint said), or an answer without a comment in it.
    pub async fn ask(&self, instruction: &str, text: &str, deadline: Duration) -> Result<String, String> {
        let asked = tokio::time::timeout(deadline, self.exchange(instruction, text)).await;
        let said = asked.unwrap_or_else(|_| Err(format!("no answer within {} s", deadline.as_secs())))?;
        let said = plain(&said);
        if said.is_empty() { Err("it answered without a word".to_owned()) } else { Ok(said) }
    }

    async fn exchange(&self, instruction: &str, text: &str) -> Result<String, String> {
        let body = json!({
            "model": self.model,
            "messages": [{ "role": "system", "content": instruction }, { "role": "user", "content": text }],
            "stream": false,
        });
        let mut request = Request::post(self.completions.clone()).header(CONTENT_TYPE, "application/json");
        if let Some(key) = &self.key {
            request = request.header(AUTHORIZATION, key.clone());
        }
        let request = request.body(Full::new(Bytes::from(body.to_string()))).map_err(|error| error.to_string())?;
        let https = HttpsConnectorBuilder::new().with_native_roots().map_err(|error| error.to_string())?;
        let client = Client::builder(TokioExecutor::new()).build(https.https_or_http().enable_http1().build());
        let response = client.request(request).await.map_err(|error| chain(&error))?;
        let status = response.status();
        let body =
            Limited::new(response.into_body(), LONGEST_ANSWER).collect().await.map_err(|error| error.to_string())?;
        let answer: Value = serde_json::from_slice(&body.to_bytes()).unwrap_or_default();
        if !status.is_success() {
            let why = answer["error"]["message"].as_str().or(answer["error"].as_str()).map(plain).unwrap_or_default();
            return Err(format!("{status}{}{}", if why.is_empty() { "" } else { ": " }, why));
        }
        let said = answer["choices"][0]["message"]["content"].as_str();
        said.map(str::to_owned).ok_or_else(|| "its answer is not one of a chat completion".to_owned())
    }
}

/// A stranger's text on somebody's terminal: no control sequences, and an end.
fn plain(text: &str) -> String {
    let text = anstream::adapter::strip_str(text).to_string();
    let kept: String = text.chars().filter(|letter| *letter == '\n' || !letter.is_control()).take(SHOWN).collect();
    kept.trim().to_owned()
}

#[cfg(test)]
mod tests;
