//! Alerts as Prometheus sends them: eight labels, an annotation, both times.

use std::fmt::Write;

/// So many seconds after now they end, unless they are sent again.
const LASTING_S: i64 = 3600;

/// The alert number `index`, which lies in the group `index % groups`.
pub fn alert(index: usize, groups: usize, text: &mut String) {
    let now = jiff::Timestamp::now();
    let (starts, ends) = (now, now + jiff::SignedDuration::from_secs(LASTING_S));
    let group = index % groups;
    let _ = write!(
        text,
        r#"{{"labels":{{"alertname":"QueueStuck","cluster":"prod-1","group":"g{group:04}","instance":"node-{index:06}:9100","job":"mq-exporter","service":"service-{service}","severity":"critical","team":"payments"}},"annotations":{{"summary":"messages in queue {index} wait for longer than 60 s"}},"startsAt":"{starts:.3}","endsAt":"{ends:.3}","generatorURL":"http://prometheus.example:9090/graph?g0.expr=queue_age_seconds+%3E+60"}}"#,
        service = group % 40,
    );
}

/// Whole requests, ready to be written: the alerts `0..count`, so many in each.
pub fn requests(count: usize, batch: usize, groups: usize) -> Vec<Vec<u8>> {
    let indices: Vec<usize> = (0..count).collect();
    indices.chunks(batch).map(|chunk| request(chunk, groups)).collect()
}

/// One request with these alerts.
pub fn request(indices: &[usize], groups: usize) -> Vec<u8> {
    let mut body = String::from("[");
    for index in indices {
        if body.len() > 1 {
            body.push(',');
        }
        alert(*index, groups, &mut body);
    }
    body.push(']');
    let head = format!(
        "POST /api/v2/alerts HTTP/1.1\r\nhost: localhost\r\nuser-agent: Prometheus/2.42.0\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}
