//! The server: the keeper, the reconcilers and the HTTP front.
