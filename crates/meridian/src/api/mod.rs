//! Our own JSON API at `/api/v1`.
