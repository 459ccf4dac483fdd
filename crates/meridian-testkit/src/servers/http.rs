//! A blocking HTTP/1.1 client of one page: enough to ask a server on this machine and to see its exact answer.
//!
//! It follows no redirect, keeps no connection and no cookie: a test wants to see those.
//!
//! ```no_run
//! use meridian_testkit::servers::http;
//! let answer = http::get("http://127.0.0.1:9093/-/ready").unwrap();
//! assert_eq!(answer.status, 200, "{}", answer.text());
//! ```

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::TcpStream;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

/// Headers in the order of arrival.
pub type Headers = Vec<(String, String)>;

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub headers: Headers,
    pub body: Vec<u8>,
}

impl Response {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; panics with the body where it is not.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|why| panic!("not JSON ({why}): {}", self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

pub fn get(url: &str) -> Result<Response> {
    send("GET", url, &[], b"")
}

pub fn post(url: &str, content_type: &str, body: impl AsRef<[u8]>) -> Result<Response> {
    send("POST", url, &[("content-type", content_type)], body.as_ref())
}

/// Sends one request and reads the whole answer. Only `http://host:port/path`.
pub fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Response> {
    let bad = |what: &str| Error::new(ErrorKind::InvalidInput, format!("{what}: {url}"));
    let rest = url.strip_prefix("http://").ok_or_else(|| bad("not an http URL"))?;
    let slash = rest.find('/').unwrap_or(rest.len());
    let (host, path) = rest.split_at(slash);
    let path = if path.is_empty() { "/" } else { path };

    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes())?;
    // A server may refuse a body before it has read it all; its answer is what counts then.
    let sent = stream.write_all(body);
    let mut reader = BufReader::new(stream);
    match read_response(&mut reader, method == "HEAD") {
        Ok(response) => Ok(response),
        Err(why) => Err(sent.err().unwrap_or(why)),
    }
}

/// Reads one answer from a connection that is kept.
pub fn read_response(reader: &mut impl BufRead, is_head: bool) -> Result<Response> {
    let (first, headers) = read_head(reader)?.ok_or_else(|| Error::from(ErrorKind::UnexpectedEof))?;
    let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.ok_or_else(|| Error::new(ErrorKind::InvalidData, format!("not a status line: {first}")))?;
    let mut response = Response { status, headers, body: Vec::new() };
    if !is_head {
        response.body =
            match response.header("content-length").is_some() || response.header("transfer-encoding").is_some() {
                true => read_body(reader, &response.headers)?,
                false => {
                    let mut body = Vec::new();
                    reader.read_to_end(&mut body)?;
                    body
                }
            };
    }
    Ok(response)
}

/// The first line and the headers; none where the other side closed between two messages.
pub(crate) fn read_head(reader: &mut impl BufRead) -> Result<Option<(String, Headers)>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let first = line.trim_end().to_owned();
    let mut headers = Vec::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_owned(), value.trim().to_owned())),
            None if line.trim_end().is_empty() && line.ends_with('\n') => return Ok(Some((first, headers))),
            None => return Err(Error::new(ErrorKind::InvalidData, format!("not a header: {line:?}"))),
        }
    }
}

pub(crate) fn read_body(reader: &mut impl BufRead, headers: &[(String, String)]) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    if !find(headers, "transfer-encoding").is_some_and(|how| how.eq_ignore_ascii_case("chunked")) {
        let length = find(headers, "content-length").and_then(|n| n.parse().ok()).unwrap_or(0_u64);
        if reader.take(length).read_to_end(&mut body)? as u64 != length {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        return Ok(body);
    }
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let size = line.trim().split(';').next().unwrap_or_default();
        let size = u64::from_str_radix(size, 16)
            .map_err(|why| Error::new(ErrorKind::InvalidData, format!("not the size of a chunk: {line:?}: {why}")))?;
        if reader.take(size).read_to_end(&mut body)? as u64 != size {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        line.clear();
        reader.read_line(&mut line)?;
        if size == 0 {
            return Ok(body);
        }
    }
}

pub(crate) fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, expected: std::result::Result<(u16, &str), ErrorKind>) {
        let read = read_response(&mut raw.as_bytes(), false).map(|r| (r.status, r.text())).map_err(|why| why.kind());
        assert_eq!(read, expected.map(|(status, body)| (status, body.to_owned())), "{raw:?}");
    }

    #[test]
    fn every_form_of_body_is_read() {
        check("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc", Ok((200, "ab")));
        check("HTTP/1.1 204 No Content\r\n\r\n", Ok((204, "")));
        check("HTTP/1.0 500 Oh\r\n\r\nuntil the end", Ok((500, "until the end")));
        check(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n1\r\nd\r\n0\r\n\r\n",
            Ok((200, "abcd")),
        );
        check("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc", Err(ErrorKind::UnexpectedEof));
        check("HTTP/1.1 200 OK\r\na: b\r\n", Err(ErrorKind::UnexpectedEof));
        check("HTTP/1.1 200 OK\r\ncontent-len", Err(ErrorKind::InvalidData));
        check("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", Err(ErrorKind::InvalidData));
        check("", Err(ErrorKind::UnexpectedEof));
        check("hello\r\n\r\n", Err(ErrorKind::InvalidData));
    }
}
