"""Starts LocalStack's core, or a descendant of it, without Docker and on the loopback interface only.

The argument is the name of the package. Two things are changed, neither of which AddPermission
knows of: the gateway listens where GATEWAY_LISTEN says and not on every interface, and a function
becomes active without a container. LocalEmu is spared two delays besides, see the end.
"""

import importlib
import os
import sys

package = sys.argv.pop(1)
host = os.environ["GATEWAY_LISTEN"].rsplit(":", 1)[0]

twisted = importlib.import_module(package + ".runtime.server.twisted")


class Endpoints:
    """Twisted's endpoints, bound to one interface."""

    def __init__(self, endpoints):
        self._endpoints = endpoints

    def __getattr__(self, name):
        return getattr(self._endpoints, name)

    def TCP4ServerEndpoint(self, reactor, port, **options):
        return self._endpoints.TCP4ServerEndpoint(reactor, port, **{**options, "interface": host})


twisted.endpoints = Endpoints(twisted.endpoints)

executor = importlib.import_module(
    package + ".services.lambda_.invocation.docker_runtime_executor"
).DockerRuntimeExecutor
executor.prepare_version = classmethod(lambda cls, version: None)
executor.cleanup_version = classmethod(lambda cls, version: None)
executor.validate_environment = classmethod(lambda cls: True)

if package == "localemu":
    # It reports every call, a minute later and from a thread of its own, to a service that is not
    # started here: a run that lasts longer than that minute meets as many calls again.
    recording = importlib.import_module(package + ".services.cloudtrail.recording_hook")
    recording._emit_cloudtrail_to_eventbridge = lambda **call: None
    # And it waits for the last long poll of an event queue, up to two seconds, while nobody can
    # make or publish a function.
    events = importlib.import_module(package + ".services.lambda_.invocation.event_manager")
    events.POLLER_THREAD_JOIN_TIMEOUT_SECONDS = 0

importlib.import_module(package + ".runtime.main").main()
