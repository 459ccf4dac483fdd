//! `meridian serve` and `meridian demo`.

use std::{path::Path, process::ExitCode};

use super::{
    args::{Demo, IntakeFlag, Serve},
    color, fail,
};
use crate::{
    clock::Clock,
    serve::{
        Intake, Settings, TlsFiles,
        chains::Kept,
        run::{Running, Sending, StartError, begin, open_journal},
    },
};

pub fn serve(flags: Serve) -> ExitCode {
    on_runtime(async move {
        let settings = settings(&flags).map_err(StartError::new)?;
        let journal = open_journal(&settings.data).await?;
        let running = begin(settings, journal, Clock::system(), Sending::Real).await?;
        greet(&running);
        running.until_signal().await.map_err(StartError::new)
    })
}

fn settings(flags: &Serve) -> Result<Settings, String> {
    let scheme = if flags.tls_cert.is_some() { "https" } else { "http" };
    let external_url = flags.external_url.clone().unwrap_or_else(|| format!("{scheme}://{}", flags.listen));
    if !external_url.starts_with("http://") && !external_url.starts_with("https://") {
        return Err(format!("--external-url `{external_url}` must begin with http:// or https://"));
    }
    let intake = match flags.intake {
        Some(IntakeFlag::Open) => Intake::Open,
        Some(IntakeFlag::Token) => Intake::Token,
        None if flags.listen.ip().is_loopback() => Intake::Open,
        None => Intake::Token,
    };
    let files = flags.tls_cert.clone().zip(flags.tls_key.clone());
    Ok(Settings {
        listen: flags.listen,
        data: flags.data.clone(),
        estate: flags.estate.clone(),
        name: flags.name.clone().unwrap_or_else(|| directory_name(&flags.estate)),
        external_url: external_url.trim_end_matches('/').to_owned(),
        intake,
        tls: files.map(|(certificate, key)| TlsFiles { certificate, key }),
        public_targets_only: flags.public_targets_only,
        trusted_proxies: flags.trusted_proxy.clone(),
        checkpoints: Kept { time: flags.keep_checkpoints, bytes: flags.keep_checkpoint_bytes },
        demo: false,
    })
}

fn directory_name(dir: &Path) -> String {
    let whole = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    whole.file_name().map_or_else(|| "estate".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn greet(running: &Running) {
    let settings = &running.house.settings;
    eprintln!("Meridian {} runs at {}", env!("CARGO_PKG_VERSION"), settings.external_url);
    if let Some(link) = crate::api::setup_link(&running.house) {
        eprintln!("Nobody has an account yet. Make the first one here:\n  {link}");
    }
}

/// Runs the future on a runtime of its own, and tells an error as the command line does.
fn on_runtime(future: impl Future<Output = Result<(), StartError>>) -> ExitCode {
    log_to_stderr();
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        return fail("the TLS provider was installed twice");
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("no threads: {error}")),
    };
    match runtime.block_on(future) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = fail(&error.what);
            error.hint.iter().for_each(|hint| eprintln!("  hint: {hint}"));
            code
        }
    }
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("MERIDIAN_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(color::on_stderr()).init();
}

pub fn demo(flags: Demo) -> ExitCode {
    if !(flags.speed.is_finite() && (0.1..=3600.0).contains(&flags.speed)) {
        return fail("--speed must lie between 0.1 and 3600 seconds a second");
    }
    on_runtime(async move {
        let demo = crate::demo::play(flags.listen, flags.speed).await?;
        let (address, speed) = (demo.running.address, flags.speed);
        eprintln!("The demonstration runs at http://{address}, {speed} times as fast as the world. Ctrl C ends it.");
        demo.until_signal().await.map_err(StartError::new)
    })
}
