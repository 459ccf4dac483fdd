//! The `meridian` binary.

/// The fold of a storm makes and forgets small things by the million, and the system's allocator takes twice as long
/// for it: docs/PERFORMANCE.md has the figures.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    meridian::cli::run()
}
