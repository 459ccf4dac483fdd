//! The fold of all facts.
/// All that is known now.
#[derive(Default)]
pub struct World {}
