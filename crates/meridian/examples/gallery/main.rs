//! Writes every page with the data of one invented evening at a bank into a directory, to be looked at in a browser:
//! `cargo run --example gallery -- DIR`.

mod evening;

use std::{fs, io, path::Path};

use maud::Markup;
use meridian::ui::{assets, pages, shell::Theme};

fn main() -> io::Result<()> {
    let dir = std::env::args().nth(1).unwrap_or_else(|| "gallery".to_owned());
    let dir = Path::new(&dir);
    let shell = evening::shell();
    let clock = &shell.clock;
    let all: Vec<(&str, Markup)> = vec![
        ("control", pages::control(&shell, &evening::control())),
        ("control-quiet", pages::control(&shell, &evening::control_quiet())),
        ("incident", pages::incident(&shell, &evening::incident())),
        ("incident-waiting", pages::incident(&shell, &evening::incident_waiting())),
        ("incidents", pages::incidents(&shell, &evening::incidents())),
        ("alerts", pages::alerts(&shell, &evening::alerts())),
        ("silences", pages::silences(&shell, &evening::silences())),
        ("silence-new", pages::silence_form(&shell, &evening::silence_form())),
        ("rotas", pages::rotas(&shell, &evening::rotas())),
        ("rota", pages::rota(&shell, &evening::rota())),
        ("pages", pages::recent(&shell, &evening::pages())),
        ("people", pages::people(&shell, &evening::people())),
        ("estate", pages::estate(&shell, &evening::estate())),
        ("journal", pages::journal(&shell, &evening::journal())),
        ("find", pages::find(&shell, &evening::find())),
        ("tokens", pages::tokens(&shell, &evening::tokens())),
        ("login", pages::login(Theme::System, "x", &Default::default())),
        ("setup", pages::setup(Theme::System, "x", &evening::setup())),
        ("ack", pages::ack(clock, Theme::System, "x", &evening::ack())),
        ("ack-yours", pages::ack(clock, Theme::System, "x", &evening::ack_yours())),
        ("ack-gone", pages::ack_gone(Theme::System, "It was made for another incident, or its time is over.")),
        ("404", pages::oops(&shell, &evening::oops(404))),
        ("503", pages::oops_bare(Theme::System, &evening::oops(503))),
    ];
    for asset in [&*assets::STYLE, &*assets::SCRIPT, &*assets::MARK] {
        let path = dir.join(asset.path().trim_start_matches('/'));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, &asset.body)?;
    }
    for (name, markup) in all {
        fs::write(dir.join(format!("{name}.html")), markup.into_string())?;
    }
    Ok(())
}
