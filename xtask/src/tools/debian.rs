//! Debian packages: the real servers that the tests speak with, and the browser.

use crate::run;
use std::path::Path;
use std::process::Command;

/// What must be there, and the package that brings it.
const NEEDS: [(Need, &str); 13] = [
    (Need::Program("git"), "git"),
    (Need::Program("cc"), "gcc"),
    (Need::File("/usr/include/stdio.h"), "libc6-dev"),
    (Need::Program("prometheus"), "prometheus"),
    (Need::Program("prometheus-alertmanager"), "prometheus-alertmanager"),
    (Need::Program("chromium"), "chromium"),
    (Need::File("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"), "fonts-dejavu-core"),
    (Need::Program("node"), "nodejs"),
    (Need::Program("npm"), "npm"),
    (Need::PythonWithVenv, "python3-venv"),
    (Need::Program("tcpdump"), "tcpdump"),
    (Need::Program("ip"), "iproute2"),
    (Need::Program("nft"), "nftables"),
];

/// Installs as root. Debian starts a service when it installs one; the tests start their own on free ports, so this
/// is forbidden for the while, and on a machine with systemd the services are not started at the next boot either.
const SCRIPT: &str = r#"set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
for attempt in 1 2 3 4 5 6; do
  if apt-get -o DPkg::Lock::Timeout=300 update -qq; then break; fi
  echo "apt-get update failed (attempt $attempt of 6)" >&2
  sleep 5
done
said=$(mktemp)
if ! apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install -y -qq --no-install-recommends "$@" >"$said" 2>&1; then
  cat "$said" >&2
  exit 1
fi
rm -f "$said"
if [ -d /run/systemd/system ]; then
  for service in prometheus prometheus-alertmanager; do
    case " $* " in *" $service "*) systemctl disable --now --quiet "$service" || true ;; esac
  done
fi
"#;

#[derive(Debug, Clone, Copy)]
enum Need {
    Program(&'static str),
    File(&'static str),
    PythonWithVenv,
}

impl Need {
    fn is_met(self) -> bool {
        match self {
            Need::Program(name) => run::which(name).is_some(),
            Need::File(path) => Path::new(path).exists(),
            Need::PythonWithVenv => super::python::interpreter().is_some(),
        }
    }
}

pub fn install() -> Result<(), String> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let wanted = missing.join(" ");
    if run::which("apt-get").is_none() {
        return Err(format!("the tests need these Debian packages, and there is no apt-get here: {wanted}"));
    }
    println!("installing Debian packages: {wanted}");
    let mut command = as_root().ok_or_else(|| {
        format!("the tests need Debian packages; run once as root:\n  apt-get install --no-install-recommends {wanted}")
    })?;
    run::shown(command.args(["sh", "-c", SCRIPT, "apt-get install"]).args(&missing))?;
    match self::missing() {
        left if left.is_empty() => Ok(()),
        left => Err(format!("apt-get succeeded, but this is still missing: {}", left.join(" "))),
    }
}

fn missing() -> Vec<&'static str> {
    NEEDS.iter().filter(|(need, _)| !need.is_met()).map(|(_, package)| *package).collect()
}

/// `env` as root, or through sudo when that asks nothing; none when neither is possible.
fn as_root() -> Option<Command> {
    let is_root = run::output(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    if is_root {
        return Some(Command::new("env"));
    }
    let terminal = std::io::IsTerminal::is_terminal(&std::io::stdin());
    let may_sudo =
        run::succeeds(Command::new("sudo").args(["-n", "true"])) || (terminal && run::which("sudo").is_some());
    may_sudo.then(|| Command::new("sudo"))
}
