//! The reference server as a target in this process: no socket, otherwise the same.
//!
//! Readings of the wire itself (chunks, closed connections, the case of header names) need the
//! socket, since they are hyper's doing.

use std::sync::Arc;

use crate::client::{Handler, Handling, Target, TargetConfig};
use crate::observation::TransportFault;
use crate::server::{Delivery, DeliveryFailure, ReferenceServer};
use crate::wire::WireRequest;

/// A target that asks the server directly.
pub fn target(server: Arc<ReferenceServer>, config: TargetConfig) -> Target {
    Target::in_process(Arc::new(Embedded(server)), config)
}

struct Embedded(Arc<ReferenceServer>);

impl Handler for Embedded {
    fn handle<'a>(&'a self, request: &'a WireRequest) -> Handling<'a> {
        Box::pin(async move {
            let Delivery { response, delay, mishap } = self.0.deliver(request);
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            let lost = |what: &str| Err(TransportFault::Dropped(what.to_owned()));
            // What a client makes of these mishaps on a socket.
            match mishap {
                None => Ok(response),
                Some(DeliveryFailure::Dropped) => {
                    lost("the connection was closed before the answer")
                }
                Some(DeliveryFailure::Truncated) => {
                    lost("the connection was closed within the body")
                }
                Some(DeliveryFailure::Length(by)) if by > 0 => {
                    lost("the body is shorter than announced")
                }
                Some(DeliveryFailure::Length(by)) => {
                    let mut response = response;
                    let length = response.body.len().saturating_add_signed(by as isize);
                    response.body.truncate(length);
                    Ok(response)
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::Observation;
    use crate::server::ServerOptions;

    #[tokio::test]
    async fn a_server_that_drops_answers_is_one_that_does_not_answer() {
        let options = ServerOptions { drop_every: Some(1), ..ServerOptions::default() };
        let server = Arc::new(ReferenceServer::new(options));
        let target =
            target(server, TargetConfig { given: vec!["f".into()], ..TargetConfig::new("drops") });
        let request = WireRequest::new("GET", "/2015-03-31/functions/f/policy".into());
        let observation = target.send(&request).await;
        let lost = matches!(&observation, Observation::Fault(TransportFault::Dropped(_)));
        assert!(lost, "{observation:?}");
    }
}
