//! The estate of the demonstration: `examples/bank`, carried in the binary.

use std::{fs, io, path::Path};

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../../../../examples/bank/", $path)))),*]
    };
}

const FILES: [(&str, &str); 11] = files![
    "chains.yaml",
    "channels.yaml",
    "escalations.yaml",
    "people.yaml",
    "rotas/hk-night.yaml",
    "rotas/payments.yaml",
    "rotas/settlement.yaml",
    "rotas/trading.yaml",
    "routing.yaml",
    "sites.yaml",
    "teams.yaml",
];

/// Writes the files below `directory`.
pub fn write(directory: &Path) -> io::Result<()> {
    for (path, text) in FILES {
        let path = directory.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, text)?;
    }
    Ok(())
}
