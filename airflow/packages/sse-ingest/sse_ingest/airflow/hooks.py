"""The hook of the connection type "Server-Sent Events": the address of a stream, and the test of a connection."""

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException

from sse_ingest.airflow.connections import StreamAddress, stream_address
from sse_ingest.errors import IngestError
from sse_ingest.sources.http import request_headers
from sse_ingest.sources.probe import Probe
from sse_ingest.sources.stream import StreamSource


class SSEHook(BaseHook):
    """A stream behind an Airflow connection.

    :param sse_conn_id: a connection of the type Server-Sent Events, or HTTP
    :param test_seconds: how many seconds the test waits for a first event
    """

    conn_name_attr = "sse_conn_id"
    default_conn_name = "sse_default"
    conn_type = "sse"
    hook_name = "Server-Sent Events"

    def __init__(self, sse_conn_id: str = default_conn_name, test_seconds: float = 5.0) -> None:
        super().__init__()
        self.sse_conn_id = sse_conn_id
        self.test_seconds = test_seconds

    def get_address(self) -> StreamAddress:
        """The service's URL, its token, and the path of the stream."""
        return stream_address(self.sse_conn_id)

    def get_headers(self) -> dict[str, str]:
        """The headers of a request to the service, including the bearer token."""
        return request_headers(self.get_address().token)

    def get_conn(self) -> StreamSource:
        """The source: read it by `for frames in source.batches("", stop)`, and close it after use."""
        address = self.get_address()
        return StreamSource(address.url, path=address.endpoint, token=address.token, since=None)

    def test_connection(self) -> tuple[bool, str]:
        """Open the stream and report what it sends. A stream that is open but sends nothing passes.

        Returns whether the test passed, and a sentence for the form.
        """
        try:
            address = self.get_address()
            probe = Probe(address.url, path=address.endpoint, token=address.token, seconds=self.test_seconds)
            frame = probe.first_frame()
        except (AirflowException, IngestError) as error:
            return False, str(error)
        if frame is None:
            return True, f"{probe.address} is open, and sent no event within {self.test_seconds:g} s."
        identity = f"the id {frame.last_event_id!r}" if frame.last_event_id else "no id"
        return True, f"{probe.address} is open: the first event has the type {frame.event!r} and {identity}."
