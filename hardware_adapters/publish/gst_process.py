"""The RTSP server of virtual cameras, a process of its own under the system's Python (python3-gi).

It imports nothing of the project: the interpreter that has gi seldom is the one that has the rest.
On standard input come messages: 4 bytes of length (big-endian), that much JSON, then `size` bytes of
payload. The first says what to serve, each later one is a BGR picture. It ends with its input.
Frames carry the time at which they were taken; the RTCP sender reports tell it (RFC 3550, 6.4.1), so
that a reader learns when a picture was taken and not when it came.
"""

import json
import struct
import sys
import threading
from typing import Any, BinaryIO

BEHIND_NS = 1_000_000_000
PATIENCE_NS = 20_000_000_000
REPORT_EVERY_NS = 500_000_000  # 5 s in RFC 3550: too long for who has just connected
WAITING = 2.0**-10  # how fast the clock goes until the first picture; at 0 GStreamer would divide by it
NTP_OF_1970_NS = 2_208_988_800 * 1_000_000_000
LAUNCH = (
    "( appsrc name=source is-live=true format=time max-bytes=0 max-buffers=4 leaky-type=downstream "
    "caps=video/x-raw,format=BGR,width={width},height={height},framerate=0/1,max-framerate={rate}/1 "
    "! videoconvert ! video/x-raw,format=I420 "
    "! x264enc tune=zerolatency speed-preset=veryfast pass=qual quantizer=16 key-int-max={rate} threads=1 "
    "! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 aggregate-mode=zero-latency )"
)


def read_message(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """Return the next header and payload, None at the end of the input."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    header = json.loads(stream.read(struct.unpack(">I", head)[0]))
    payload = stream.read(header.get("size", 0))
    return (header, payload) if len(payload) == header.get("size", 0) else None


class Feed:
    """The source elements of one view: there is one while somebody watches."""

    def __init__(self, gst: Any, clock: Any) -> None:
        self._gst = gst
        self._clock = clock
        self._lock = threading.Lock()
        self._source: Any = None
        self._media: Any = None

    def configure(self, _factory: Any, media: Any) -> None:
        """Take the source of a stream that somebody has just asked for."""
        media.set_clock(self._clock)
        media.connect("prepared", self._tell_capture_times)
        media.connect("unprepared", self._forget)
        with self._lock:
            self._media = media
            self._source = media.get_element().get_child_by_name("source")

    def _tell_capture_times(self, media: Any) -> None:
        elements = media.get_element().get_parent().iterate_elements()
        found, element = elements.next()
        while found == self._gst.IteratorResult.OK:
            if element.get_factory().get_name() == "rtpbin":
                element.set_property("ntp-time-source", 3)  # clock-time: that of the pictures
                session = element.emit("get-internal-session", 0)
                session.set_property("rtcp-min-interval", REPORT_EVERY_NS)
            found, element = elements.next()

    def _forget(self, media: Any) -> None:
        with self._lock:
            if media is self._media:
                self._source = self._media = None

    def push(self, taken_ns: int, picture: bytes) -> None:
        """Give a picture to whoever watches, stamped with the time at which it was taken."""
        with self._lock:
            source = self._source
        if source is None:
            return
        base_ns = source.get_base_time()
        since_ns = taken_ns + NTP_OF_1970_NS - base_ns
        if base_ns == 0 or since_ns < 0:  # not playing yet, or taken before it did
            return
        buffer = self._gst.Buffer.new_wrapped(picture)
        buffer.pts = buffer.dts = since_ns
        source.emit("push-buffer", buffer)


class Server:
    """One RTSP server with a path a view."""

    def __init__(self, plan: dict[str, Any]) -> None:
        import gi  # noqa: PLC0415 - the system's Python has it, ours does not

        gi.require_version("Gst", "1.0")
        gi.require_version("GstRtspServer", "1.0")
        from gi.repository import GLib, GObject, Gst, GstRtspServer  # noqa: PLC0415

        Gst.init(None)
        self._gst, self._rtsp = Gst, GstRtspServer
        self.loop = GLib.MainLoop()
        self._clock = GObject.new(Gst.SystemClock, name="taken")
        self._speed = plan["speed"]
        self._punctual_ns: int | None = None  # when a picture last came in time
        if plan["begins_ns"]:  # who connects before the first picture must not be told another day
            self._set_clock(plan["begins_ns"] + NTP_OF_1970_NS, WAITING)
        self._server = GstRtspServer.RTSPServer()
        self._server.set_address(plan["address"])
        self._server.set_service(str(plan["port"]))
        if plan["user"]:
            self._server.set_auth(self._auth(plan["user"], plan["password"]))
        self.feeds = [self._mount(view, plan) for view in plan["views"]]
        self._server.attach(None)
        self.port = self._server.get_bound_port()

    def _auth(self, user: str, password: str) -> Any:
        auth = self._rtsp.RTSPAuth()
        token = self._rtsp.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        auth.set_supported_methods(2)  # Digest, as cameras ask for; GST_RTSP_AUTH_DIGEST
        auth.add_digest(user, password, token)
        return auth

    def _mount(self, view: dict[str, Any], plan: dict[str, Any]) -> Feed:
        feed = Feed(self._gst, self._clock)
        factory = self._rtsp.RTSPMediaFactory()
        rate = max(1, round(view["fps"] * self._speed))
        factory.set_launch(LAUNCH.format(width=view["width"], height=view["height"], rate=rate))
        factory.set_shared(True)
        factory.set_clock(self._clock)
        if plan["user"]:
            permissions = self._rtsp.RTSPPermissions()
            permissions.add_permission_for_role("viewer", "media.factory.access", True)  # noqa: FBT003
            permissions.add_permission_for_role("viewer", "media.factory.construct", True)  # noqa: FBT003
            factory.set_permissions(permissions)
        factory.connect("media-configure", feed.configure)
        self._server.get_mount_points().add_factory(f"/{view['name']}", factory)
        return feed

    def _set_clock(self, stamp_ns: int, speed: float) -> None:
        num, den = float(speed).as_integer_ratio()
        self._clock.set_calibration(self._clock.get_internal_time(), stamp_ns, num, den)

    def push(self, view: int, taken_ns: int, picture: bytes) -> None:
        """Give a picture to the watchers of one view.

        The first sets the clock of all. One from the future does so again: the first was late, and a sink
        would hold this one back, the longer the faster the street is. So do those that come late for
        long: the clock must not run away from the pictures.
        """
        stamp_ns = taken_ns + NTP_OF_1970_NS
        now_ns = self._clock.get_internal_time()
        behind_ns = self._clock.get_time() - stamp_ns
        if self._punctual_ns is not None and 0 <= behind_ns <= BEHIND_NS:
            self._punctual_ns = now_ns
        elif self._punctual_ns is None or behind_ns < 0 or now_ns - self._punctual_ns > PATIENCE_NS:
            self._punctual_ns = now_ns
            self._set_clock(stamp_ns, self._speed)
        self.feeds[view].push(taken_ns, picture)


def serve(stream: BinaryIO) -> None:
    """Serve what the first message asks for until the input ends."""
    first = read_message(stream)
    if first is None:
        return
    server = Server(first[0])
    threading.Thread(target=server.loop.run, daemon=True).start()
    sys.stdout.write(f"ready {server.port}\n")
    sys.stdout.flush()
    while (message := read_message(stream)) is not None:
        header, picture = message
        server.push(header["view"], header["taken_ns"], picture)
    server.loop.quit()


if __name__ == "__main__":
    serve(sys.stdin.buffer)
