//! A model of sockets: what it is sent, and whatever it may answer.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::*;

const LONG: Duration = Duration::from_secs(20);

/// An endpoint that answers one request so, and what it was sent.
async fn endpoint(answer: String) -> (Endpoint, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1/", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = String::new();
        let mut bytes = vec![0; 65536];
        while !request.contains("\"stream\":false") {
            let read = stream.read(&mut bytes).await.unwrap();
            request.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
        // Who reads no further than it may hangs up before all is written.
        let _ = stream.write_all(answer.as_bytes()).await;
        request
    });
    (Endpoint::new(&base, "reader-1", Some("secret-key")).unwrap(), asked)
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn says(content: &str) -> String {
    answer("200 OK", &json!({ "choices": [{ "message": { "role": "assistant", "content": content } }] }).to_string())
}

#[tokio::test]
async fn a_model_is_asked_as_the_wire_wants_it() {
    let (model, asked) = endpoint(says("Line 12: name who is woken.")).await;
    let said = model.ask("Comment.", "the postmortem", LONG).await;
    assert_eq!(said.as_deref(), Ok("Line 12: name who is woken."));
    let request = asked.await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v1/chat/completions HTTP/1.1"), "{head}");
    assert!(head.contains("authorization: Bearer secret-key"), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["model"], "reader-1");
    assert_eq!(body["messages"][0], json!({ "role": "system", "content": "Comment." }));
    assert_eq!(body["messages"][1], json!({ "role": "user", "content": "the postmortem" }));
}

#[tokio::test]
async fn what_a_stranger_says_moves_no_cursor_and_has_an_end() {
    let (model, _asked) = endpoint(says("\u{1b}[2J\u{1b}]0;owned\u{7}one\r\ntwo\u{8}\u{9b}31m")).await;
    let said = model.ask("", "", LONG).await.unwrap();
    assert!(!said.contains(|letter: char| letter.is_control() && letter != '\n'), "{said:?}");
    assert!(said.contains("one\ntwo"), "{said:?}");
    let (model, _asked) = endpoint(says(&"é".repeat(50_000))).await;
    assert_eq!(model.ask("", "", LONG).await.unwrap().chars().count(), SHOWN);
}

#[tokio::test]
async fn whatever_is_no_comment_is_told_in_a_sentence() {
    let too_long = "x".repeat(2 * LONGEST_ANSWER);
    for (answer, wanted) in [
        (answer("401 Unauthorized", r#"{"error":{"message":"bad key"}}"#), "401 Unauthorized: bad key"),
        (answer("404 Not Found", r#"{"error":"model not found"}"#), "404 Not Found: model not found"),
        (answer("502 Bad Gateway", "<html>"), "502 Bad Gateway"),
        (answer("200 OK", "<html>"), "its answer is not one of a chat completion"),
        (answer("200 OK", r#"{"choices":[]}"#), "its answer is not one of a chat completion"),
        (says(" \n\u{7}"), "it answered without a word"),
        (answer("200 OK", &too_long), "length limit exceeded"),
        (String::new(), "connection closed before message completed"),
    ] {
        let (model, _asked) = endpoint(answer).await;
        let said = model.ask("", "", LONG).await.unwrap_err();
        assert!(said.contains(wanted), "{said}, and not {wanted}");
    }
}

#[tokio::test]
async fn who_is_silent_is_waited_for_and_no_longer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let model = Endpoint::new(&base, "reader-1", None).unwrap();
    let said = model.ask("", "", Duration::from_millis(50)).await;
    assert_eq!(said.unwrap_err(), "no answer within 0 s");
    drop(listener);
    assert!(model.ask("", "", LONG).await.unwrap_err().contains("Connection refused"));
}

#[test]
fn an_address_that_cannot_be_used_is_refused_before_anything_is_sent() {
    for (base, key, wanted) in [
        ("", None, "expected an address such as"),
        ("localhost:11434/v1", None, "expected an address such as"),
        ("ftp://a.example/v1", None, "neither http nor https"),
        ("http://a.example/v1", Some("k"), "the key would be sent to a.example unencrypted"),
        ("https://a.example/v1", Some("a\nb"), "the key has letters"),
    ] {
        let said = Endpoint::new(base, "m", key).map(drop).unwrap_err();
        assert!(said.contains(wanted), "{base}: {said}");
    }
    for (base, key) in
        [("http://a.example/v1", None), ("https://a.example/v1", Some("k")), ("http://[::1]:80/v1", Some("k"))]
    {
        assert!(Endpoint::new(base, "m", key).is_ok(), "{base}");
    }
}

#[test]
fn a_key_is_in_no_debug_log() {
    let model = Endpoint::new("https://a.example/v1", "m", Some("secret-key")).unwrap();
    assert!(!format!("{model:?}").contains("secret-key"));
}
