"""Set-up copies this file to where Jupyter's server reads its configuration."""

# A server that is ended amid a request waits for a thread of AnyIO's that nobody ends any more. Daemon threads aren't waited for.
try:
    from anyio._backends._asyncio import WorkerThread

    WorkerThread.daemon = True
except ImportError:
    pass

# Jupyter's server would discard what a kernel says beyond 1 MB or 1000 messages a second.
c.ZMQChannelsWebsocketConnection.limit_rate = False  # noqa: F821
