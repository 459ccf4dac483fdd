//! The journal's engines, held to the contract and to bad luck.

mod conformance;
