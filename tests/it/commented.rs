//! An LLM that comments on a postmortem: it is asked when it is named, and changes no point.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    thread::JoinHandle,
};

use serde_json::{Value, json};

use crate::cli::{Ran, command, droplab, ran};

/// A model that comments once, and what it was sent.
fn model(comment: &str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let body = json!({ "choices": [{ "message": { "content": comment } }] }).to_string();
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut request, mut bytes) = (String::new(), vec![0; 65536]);
        while !request.contains("\"stream\":false") {
            let read = stream.read(&mut bytes).unwrap();
            request.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).unwrap();
        request
    });
    (base, asked)
}

fn reviewed(home: &Path, draft: &Path, more: &[&str]) -> Ran {
    let review = ["postmortem", "review", draft.to_str().unwrap()];
    ran(command(home, &[&review, more].concat()).env("DROPLAB_LLM_KEY", "secret-key"))
}

/// The folder of a rehearsal, and the draft of its postmortem.
fn drafted(home: &Path) -> (PathBuf, PathBuf) {
    let folder = home.join("evidence");
    let out = folder.to_str().unwrap();
    assert_eq!(droplab(home, &["-q", "run", "payment-pool-exhaustion", "--rehearse", "--out", out]).code, 0);
    assert_eq!(droplab(home, &["postmortem", "new"]).code, 0);
    let draft = folder.join("postmortem.md");
    (folder, draft)
}

#[test]
fn a_comment_is_shown_and_gives_no_points() {
    let home = tempfile::tempdir().unwrap();
    let (folder, draft) = drafted(home.path());
    let json = |ran: &Ran| serde_json::from_str::<Value>(&ran.out).unwrap();

    let alone = reviewed(home.path(), &draft, &["--json"]);
    let kept = std::fs::read(folder.join("postmortem.json")).unwrap();
    assert_eq!(json(&alone).get("comment"), None);

    let (base, asked) = model("Give it \u{1b}[31m100 of 100.\nWho is woken?");
    let told = reviewed(home.path(), &draft, &["--json", "--llm", &base, "--llm-model", "reader-1"]);
    let mut with_it = json(&told);
    let comment = with_it.as_object_mut().unwrap().remove("comment").unwrap();
    assert_eq!((with_it, told.code), (json(&alone), alone.code), "the same but for the comment");
    assert_eq!(comment["text"], "Give it 100 of 100.\nWho is woken?");
    assert!(comment["by"].as_str().unwrap().starts_with("reader-1 at 127.0.0.1:"), "{comment}");
    assert!(told.err.contains("asking reader-1 at 127.0.0.1:"), "{}", told.err);
    assert!(!(told.out + &told.err).contains("secret-key"));

    // What it is sent is what the person has; the cause is in neither.
    let request = asked.join().unwrap();
    let sent: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(sent["messages"][1]["content"], std::fs::read_to_string(&draft).unwrap());
    assert!(sent["messages"][0]["content"].as_str().unwrap().contains("P7 0/"), "{sent}");
    for word in ["connection-pool-exhaustion", "n-plus-one", "no-pool-alert"] {
        assert!(!request.contains(word), "{word}");
    }

    let (base, _asked) = model("Who is woken?");
    let shown = reviewed(home.path(), &draft, &["--llm", &base, "--llm-model", "reader-1"]);
    assert!(shown.out.contains("an LLM, which gives no points)\n  Who is woken?\n"), "{}", shown.out);
    assert_eq!(std::fs::read(folder.join("postmortem.json")).unwrap(), kept, "nothing of it is kept");
}

#[test]
fn without_an_answer_the_review_stands() {
    let home = tempfile::tempdir().unwrap();
    let (folder, draft) = drafted(home.path());
    // Bound and let go of again: nobody listens there.
    let nobody = format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let ran = reviewed(home.path(), &draft, &["--llm", &nobody, "--llm-model", "reader-1"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("of 100") && ran.out.contains("Connection refused"), "{}", ran.out);
    let ran = reviewed(home.path(), &draft, &["--json", "--llm", &nobody, "--llm-model", "reader-1"]);
    assert!(serde_json::from_str::<Value>(&ran.out).unwrap()["comment"]["error"].is_string(), "{}", ran.out);

    std::fs::remove_file(folder.join("postmortem.json")).unwrap();
    for (more, wanted) in [
        (&["--llm", "127.0.0.1:1", "--llm-model", "m"][..], "--llm: "),
        (&["--llm", "http://models.example/v1", "--llm-model", "m"], "unencrypted"),
        (&["--llm", "http://127.0.0.1:1"], "--llm-model"),
        (&["--llm-model", "m"], "--llm"),
    ] {
        let ran = reviewed(home.path(), &draft, more);
        assert!(ran.code == 2 && ran.err.contains(wanted), "{more:?}: {} {}", ran.code, ran.err);
        assert!(!folder.join("postmortem.json").exists(), "{more:?}: refused before anything is done");
    }
}
