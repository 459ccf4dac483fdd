//! The style sheet and the script, compiled in, under paths that carry their content's hash.

use std::sync::LazyLock;

/// One file that a browser fetches once and keeps.
pub struct Asset {
    pub name: &'static str,
    pub media_type: &'static str,
    pub hash: String,
    pub body: String,
}

impl Asset {
    fn new(name: &'static str, media_type: &'static str, body: String) -> Asset {
        let hash = blake3::hash(body.as_bytes()).to_hex().as_str()[..16].to_owned();
        Asset { name, media_type, hash, body }
    }

    /// `/assets/0123456789abcdef/meridian.css`
    pub fn path(&self) -> String {
        format!("/assets/{}/{}", self.hash, self.name)
    }
}

pub static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let body =
        [include_str!("assets/tokens.css"), include_str!("assets/components.css"), include_str!("assets/pages.css")];
    Asset::new("meridian.css", "text/css; charset=utf-8", body.join("\n"))
});

pub static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let body = [
        include_str!("assets/live.js"),
        include_str!("assets/times.js"),
        include_str!("assets/keys.js"),
        include_str!("assets/day.js"),
    ];
    Asset::new("meridian.js", "text/javascript; charset=utf-8", body.join("\n"))
});

pub static MARK: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("mark.svg", "image/svg+xml", include_str!("assets/mark.svg").to_owned()));

/// The asset of this name, whatever hash the path asked for: an old page may still ask for the old one.
pub fn named(name: &str) -> Option<&'static Asset> {
    [&*STYLE, &*SCRIPT, &*MARK].into_iter().find(|asset| asset.name == name)
}
