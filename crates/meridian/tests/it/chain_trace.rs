//! `meridian chain trace` from the outside: captures that tcpdump took of real connections through a real router, each of
//! which fails at another place; and files as they lie about.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use meridian_testkit::servers::installed;
use serde_json::Value;

use super::{client::Ran, estate::PROGRAM};

/// A client, a router and a server, each in a network of its own. 10.2.0.2 answers on the port 443 alone; each other address has
/// one fault. A user of its own with the rights of root lets this run for everybody; it is not root itself, as tcpdump
/// would then want to become somebody else, who does not exist there.
const NETWORKS: &str = r#"set -eu
cd "$1"
mount -t tmpfs none /run
for name in bank firewall wire; do
  ip netns add $name
  ip -n $name link set lo up
done
ip link add inner netns bank type veth peer name inner netns firewall
ip link add outer netns firewall type veth peer name outer netns wire
ip -n bank address add 10.1.0.2/24 dev inner
ip -n firewall address add 10.1.0.1/24 dev inner
ip -n firewall address add 10.2.0.1/24 dev outer
for host in 2 3 4 5 6; do ip -n wire address add 10.2.0.$host/24 dev outer; done
for name in bank firewall; do ip -n $name link set inner up; done
for name in wire firewall; do ip -n $name link set outer up; done
ip -n bank route add default via 10.1.0.1
ip -n wire route add default via 10.2.0.1
ip netns exec firewall sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
# The faults, one for each address.
ip -n firewall route add blackhole 10.2.0.3
ip -n firewall route add prohibit 10.2.0.4
ip -n firewall rule add from 10.2.0.5 blackhole
ip -n wire rule add from 10.2.0.6 blackhole
running=; server=
trap "kill \$running \$server 2>/dev/null || true" EXIT
capture() { # NAME INTERFACE
  ip netns exec $1 tcpdump --immediate-mode -U -s 96 -i $2 -w $1.pcap 'tcp or icmp' 2>$1.said &
  running="$running $!"
}
capture bank any
capture firewall inner
capture wire outer
for name in bank firewall wire; do
  until grep -q 'listening on' $name.said; do
    kill -0 $running || { cat $name.said >&2; exit 1; }
    sleep 0.05
  done
done
ip netns exec wire "$2" -c '
import socket, time
server = socket.create_server(("", 443), backlog=50)
open("listening", "w").close()
time.sleep(60)' &
server=$!
until [ -e listening ]; do kill -0 $server; sleep 0.05; done
ip netns exec bank "$2" -c '
import socket, threading
def attempt(host, port):
    try: socket.create_connection((host, port), timeout=1.5).close()
    except OSError: pass
tried = [threading.Thread(target=attempt, args=("10.2.0.%d" % host, 443)) for host in range(2, 7)]
tried.append(threading.Thread(target=attempt, args=("10.2.0.2", 444)))
for one in tried: one.start()
for one in tried: one.join()'
sleep 0.2
kill -INT $running
wait $running || true
kill $server
"#;

const UNSHARE: [&str; 6] = ["--user", "--map-user=1000", "--map-group=1000", "--keep-caps", "--net", "--mount"];

fn trace(files: &[PathBuf], more: &[&str]) -> Ran {
    Command::new(PROGRAM).args(["chain", "trace"]).args(files).args(more).output().expect("the program starts").into()
}

/// Whether networks can be made here. Some systems and containers forbid it to everybody but root.
fn networks() -> bool {
    let probe = ["sh", "-c", "mount -t tmpfs none /run && ip netns add probe && ip link add probe type veth"];
    let made = Command::new("unshare").args(UNSHARE).args(probe).stderr(Stdio::null()).status();
    let allowed = made.is_ok_and(|status| status.success());
    if !allowed {
        eprintln!("SKIPPED: no network namespaces may be made here");
    }
    allowed
}

fn capture(dir: &Path) -> Vec<PathBuf> {
    let mut command = Command::new("unshare");
    command.args(UNSHARE).args(["sh", "-c", NETWORKS, "sh"]).arg(dir).arg("python3");
    let ran = Ran::from(command.output().expect("unshare starts"));
    assert_eq!(ran.code, 0, "{ran:?}");
    ["bank.pcap", "firewall.pcap", "wire.pcap"].map(|name| dir.join(name)).to_vec()
}

#[test]
fn real_connections_through_a_real_router() {
    if !installed() || !networks() {
        return;
    }
    let dir = tempfile::tempdir().expect("a directory");
    let files = capture(dir.path());
    let picture = dir.path().join("trace.svg");
    let told = trace(&files, &["--svg", &picture.to_string_lossy()]).ok();
    let json: Value = serde_json::from_str(&trace(&files, &["--json"]).ok()).expect("JSON");
    assert_eq!(json["warnings"], serde_json::json!([]));
    let connections = json["connections"].as_array().expect("connections");
    let expected = [
        ("10.2.0.2:443", "opened"),
        ("10.2.0.2:444", "rejected behind wire by a reset"),
        ("10.2.0.3:443", "SYN dropped between firewall and wire"),
        (
            "10.2.0.4:443",
            "rejected between firewall and wire by 10.1.0.1: ICMP unreachable, administratively prohibited (code 13)",
        ),
        ("10.2.0.5:443", "SYN-ACK dropped between wire and firewall"),
        ("10.2.0.6:443", "no answer from behind wire"),
    ];
    assert_eq!(connections.len(), expected.len(), "{told}");
    for (server, verdict) in expected {
        let is = |one: &&Value| one["views"][0]["server"] == server;
        let connection = connections.iter().find(is).unwrap_or_else(|| panic!("{server} is not in {json}"));
        assert_eq!(connection["told"], verdict, "{server}: {connection}");
        assert!(told.contains(&format!("     1  {verdict}\n")), "{server}: {told}");
    }
    let drawn = fs::read_to_string(picture).expect("a picture");
    assert_eq!(drawn.matches(">SYN</text>").count(), expected.len());
}

/// A capture of raw IP with one SYN, as little as there can be.
fn one_syn() -> Vec<u8> {
    let mut packet = vec![0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 192, 0, 2, 9];
    packet.extend([0x9c, 0x40, 1, 0xbb, 0, 0, 0, 7, 0, 0, 0, 0, 0x50, 2, 0xff, 0xff, 0, 0, 0, 0]);
    let head = [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65535, 101, 1_700_000_000, 0, 40, 40];
    head.into_iter().flat_map(u32::to_le_bytes).chain(packet).collect()
}

#[test]
fn files_as_they_lie_about() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        fs::write(&path, bytes).expect("a file");
        path
    };
    let whole = file("bank.pcap", &one_syn());
    let torn = file("wire.pcap", &[&one_syn()[..], &[1, 2, 3]].concat());
    let words = file("words.pcap", b"these are words, and no capture at all");
    let told = trace(&[whole.clone(), torn.clone()], &[]).ok();
    assert!(told.contains("wire.pcap breaks off in the middle of a packet: what stands before it is used, 1 packets"));
    assert!(told.contains("10.0.0.1:40000 > 192.0.2.9:443") && told.contains("no answer from behind wire"), "{told}");
    let json: Value = serde_json::from_str(&trace(&[whole.clone(), torn], &["--json"]).ok()).expect("JSON");
    assert_eq!(json["warnings"].as_array().map(Vec::len), Some(1), "{json}");
    assert_eq!(json["connections"][0]["verdict"], "silent", "{json}");
    let nowhere = dir.path().join("none").join("trace.svg");
    for (files, more, code, said) in [
        (vec![whole.clone()], vec![], 2, "2 values required"),
        (vec![whole.clone(), words], vec![], 1, "words.pcap is no capture: pcap or pcapng is expected"),
        (vec![whole.clone(), dir.path().to_owned()], vec![], 1, "can't be read: is it a file?"),
        (vec![whole.clone(), dir.path().join("none.pcap")], vec![], 1, "none.pcap can't be opened"),
        (
            vec![whole.clone(), whole],
            vec!["--svg", nowhere.to_str().expect("UTF-8")],
            1,
            "the picture can't be written",
        ),
    ] {
        trace(&files, &more).fails(code, &[said]);
    }
}
