//! The journal's entry and the hash chain.
