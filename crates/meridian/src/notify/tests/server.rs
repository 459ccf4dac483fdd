//! Small real servers on loopback that keep what they were told.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

#[derive(Clone)]
pub struct Captured(Arc<Mutex<Vec<String>>>);

impl Captured {
    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub fn last(&self) -> String {
        self.all().pop().unwrap_or_default()
    }
}

/// Answers every request with `answer`, byte for byte, and closes.
pub async fn http(answer: &str) -> (SocketAddr, Captured) {
    let (listener, captured, answer) = (bind().await, Captured(Arc::default()), answer.to_owned());
    let address = listener.local_addr().unwrap();
    let kept = captured.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (answer, kept) = (answer.clone(), kept.clone());
            tokio::spawn(async move { answer_http(stream, &answer, &kept).await });
        }
    });
    (address, captured)
}

async fn bind() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

async fn answer_http(stream: TcpStream, answer: &str, captured: &Captured) {
    let mut stream = BufReader::new(stream);
    let (mut request, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        request.push_str(&line);
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    request.push_str(std::str::from_utf8(&body).unwrap());
    captured.0.lock().unwrap().push(request);
    let _ = stream.write_all(answer.as_bytes()).await;
}

/// Speaks SMTP; `replies` override the usual reply to a command, e.g. `("RCPT", "450 4.2.1 later")`.
pub async fn smtp(replies: &'static [(&'static str, &'static str)]) -> (SocketAddr, Captured) {
    let (listener, captured) = (bind().await, Captured(Arc::default()));
    let address = listener.local_addr().unwrap();
    let kept = captured.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let kept = kept.clone();
            tokio::spawn(async move { talk_smtp(stream, replies, &kept).await });
        }
    });
    (address, captured)
}

async fn talk_smtp(stream: TcpStream, replies: &[(&str, &str)], captured: &Captured) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut session = String::new();
    say(&mut stream, "220 mail.bank.example ESMTP").await?;
    loop {
        let line = hear(&mut stream, &mut session).await?;
        let verb = line.split([' ', ':', '\r']).next().unwrap_or_default().to_ascii_uppercase();
        let usual = match verb.as_str() {
            "EHLO" => "250-mail.bank.example\r\n250-8BITMIME\r\n250 AUTH PLAIN",
            "AUTH" => "235 2.7.0 in",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 2.0.0 fine",
        };
        let reply = replies.iter().find(|(known, _)| *known == verb).map_or(usual, |(_, reply)| *reply);
        if verb == "DATA" && reply.starts_with('3') {
            say(&mut stream, reply).await?;
            while hear(&mut stream, &mut session).await? != ".\r\n" {}
            captured.0.lock().unwrap().push(std::mem::take(&mut session));
            let end =
                replies.iter().find(|(known, _)| *known == ".").map_or("250 2.0.0 queued as Q1", |(_, reply)| *reply);
            say(&mut stream, end).await?;
            continue;
        }
        say(&mut stream, reply).await?;
    }
}

async fn say(stream: &mut BufReader<TcpStream>, reply: &str) -> Option<()> {
    stream.write_all(format!("{reply}\r\n").as_bytes()).await.ok()
}

async fn hear(stream: &mut BufReader<TcpStream>, session: &mut String) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    session.push_str(&line);
    (read > 0).then_some(line)
}
