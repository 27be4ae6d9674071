//! Real AWS, played by the embedded server: its limits, its credentials, cleaning up.
//!
//! With `--aws` and an endpoint on this machine the command keeps to every limit that it has on
//! real AWS, and signs with credentials of AWS's own chain, which the server checks.
//!
//! * `stand_in`: the server, the command with credentials, and a tap on the way between them;
//! * `usage`: what is refused before anything is sent;
//! * `credentials`: wrong and expired ones, wrong clocks, storms, a network that is cut;
//! * `limits`: what a run may send, make and grant;
//! * `cleaning`: what is left behind, and how it goes away;
//! * `late`: writes that show late;
//! * `encrypted`: HTTPS.

#[path = "../common/mod.rs"]
mod common;

mod cleaning;
mod credentials;
mod encrypted;
mod late;
mod limits;
mod stand_in;
mod usage;
