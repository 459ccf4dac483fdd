//! What can happen to a request with a key.

use serde::{Deserialize, Serialize};

use crate::command::Reply;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestFact {
    /// A command of the request was granted; what it led to stands before this entry, in the same commit.
    #[serde(rename = "request.granted")]
    Granted {
        /// Hash of who asks, the method, the path and the key that the client chose; hexadecimal.
        request: String,
        /// Hash of the body, hexadecimal: the same key with another body is another wish.
        body_hash: String,
        /// Which of the request's commands, counted from 0.
        nth: u32,
        reply: Reply,
    },
    /// What the client was told, where that is short and no secret.
    #[serde(rename = "request.answered")]
    Answered { request: String, status: u16, body: String },
}
