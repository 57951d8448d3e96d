//! What a recorded case has around its command: a server of its own, and what is done first.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread::JoinHandle;

use serde_json::Value;

use crate::cases::{base64, prepared};

/// Whether there is what a case needs: some need git.
pub(crate) fn can_be_asked(case: &Value) -> bool {
    static GIT: LazyLock<bool> = LazyLock::new(|| {
        let mut git = Command::new("git");
        git.arg("--version").env("PATH", "/usr/bin:/bin").output().is_ok_and(|output| output.status.success())
    });
    let needs = |step: &Value| step[0] == "git";
    !case["before"].as_array().into_iter().flatten().any(needs) || *GIT
}

/// The surroundings of a case.
pub(crate) struct Scene {
    folder: String,
    server: Option<Server>,
}

impl Scene {
    pub(crate) fn of(case: &Value, work: &Path) -> Self {
        let server = case["served"].as_object().map(|served| {
            let answers = served.iter().map(|(path, answer)| (path.clone(), response(answer)));
            Server::new(answers.collect())
        });
        let folder = if server.is_some() || case["before"].is_array() {
            work.to_string_lossy().into_owned()
        } else {
            "$FOLDER".to_owned()
        };
        Self { folder, server }
    }

    /// A word of a command line with this folder and this server.
    pub(crate) fn known(&self, word: &str) -> String {
        let word = word.replace("$FOLDER", &self.folder);
        match &self.server {
            Some(server) => word.replace("$HOST", &server.host),
            None => word,
        }
    }

    /// The other way round.
    pub(crate) fn masked(&self, text: String) -> String {
        match &self.server {
            Some(server) => {
                text.replace(&server.host, "$HOST").replace(&server.host.replace(':', "-"), "$HOST")
            }
            None => text,
        }
    }

    /// Does what comes before the command.
    pub(crate) fn prepare(&self, case: &Value, binary: &Path, work: &Path) -> Result<(), String> {
        for step in case["before"].as_array().into_iter().flatten() {
            let words = step.as_array().into_iter().flatten().filter_map(Value::as_str);
            let words: Vec<String> = words.map(|word| self.known(word)).collect();
            let (first, rest) = words.split_first().ok_or("a step without words")?;
            let mut command = match first.as_str() {
                "write" => {
                    let path = work.join(&rest[0]);
                    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                    std::fs::write(path, &rest[1]).unwrap();
                    continue;
                }
                "helm" => prepared(case, binary, work),
                "git" => {
                    let mut git = prepared(case, Path::new("git"), work);
                    git.args(["-c", "user.name=n", "-c", "user.email=n@test.invalid"]);
                    git.args(["-c", "init.defaultBranch=main"]);
                    git.env("GIT_AUTHOR_DATE", "1600000000 +0000");
                    git.env("GIT_COMMITTER_DATE", "1600000000 +0000");
                    git
                }
                other => return Err(format!("no such step: {other}")),
            };
            let output = command.args(rest).stdin(Stdio::null()).output().unwrap();
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                return Err(format!("{}: {said}", words.join(" ")));
            }
        }
        Ok(())
    }
}

/// Head and body of an answer.
fn response(answer: &Value) -> (String, Vec<u8>) {
    let text = |key: &str| answer[key].as_str().unwrap_or_default();
    let body = match text("body_b64") {
        "" => text("body").as_bytes().to_vec(),
        encoded => base64(encoded),
    };
    let status = answer["status"].as_u64().unwrap_or(200);
    let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(status));
    for (name, key) in [("Content-Type", "type"), ("Location", "location")] {
        if !text(key).is_empty() {
            head.push_str(&format!("{name}: {}\r\n", text(key)));
        }
    }
    (format!("{head}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len()), body)
}

/// What servers say beside the number.
fn reason(status: u64) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        410 => "Gone",
        418 => "I'm a teapot",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        other => panic!("{other} has no reason yet"),
    }
}

/// A server until it is dropped.
struct Server {
    host: String,
    ended: Arc<AtomicBool>,
    running: Option<JoinHandle<()>>,
}

impl Server {
    fn new(answers: BTreeMap<String, (String, Vec<u8>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let ended = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&ended);
        let running = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                // Who asks may leave before the answer.
                let _ = stream.and_then(|stream| answer(stream, &answers));
            }
        });
        Self { host, ended, running: Some(running) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // It waits for somebody to come.
        let _ = TcpStream::connect(&self.host);
        let _ = self.running.take().map(JoinHandle::join);
    }
}

fn answer(mut stream: TcpStream, answers: &BTreeMap<String, (String, Vec<u8>)>) -> std::io::Result<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? == 1 {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let missing = response(&serde_json::json!({"status": 404}));
    let (head, body) = answers.get(path).unwrap_or(&missing);
    stream.write_all(head.as_bytes())?;
    if method != "HEAD" {
        stream.write_all(body)?;
    }
    Ok(())
}
