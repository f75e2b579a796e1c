#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A stand-in for containerd: bytes in, bytes out, no protobuf library.

Any method of any service is served. What it does is told by the caller's
metadata "x-do" (words); without it the requests come back. With --pods it also
keeps pod sandboxes as containerd does: RunPodSandbox, StopPodSandbox,
RemovePodSandbox and ListPodSandbox.
"""
import argparse
import signal
import sys
import threading
from concurrent import futures

import grpc

import wire

LIMIT = 16 << 20
OPTIONS = [
    ("grpc.max_receive_message_length", LIMIT),
    ("grpc.max_send_message_length", LIMIT),
    ("grpc.max_metadata_size", 1 << 20),
]


class Pods:
    """Sandboxes by id, as ListPodSandbox shows them."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.path = path
        self.sandboxes = {}
        self.next_id = 1
        try:
            with open(path, "rb") as f:
                for item in wire.fields(f.read()).get(1, []):
                    sandbox = wire.fields(item)
                    self.sandboxes[sandbox[1][0].decode()] = item
        except FileNotFoundError:
            pass
        self.next_id += len(self.sandboxes)

    def save(self):
        with open(self.path, "wb") as f:
            f.write(self.list())

    def list(self):
        return b"".join(wire.field(1, s) for s in self.sandboxes.values())

    def run(self, request):
        message = wire.fields(request)
        configs = [wire.fields(c) for c in message.get(1, [])]
        with self.lock:
            name = "sandbox%03d" % self.next_id
            self.next_id += 1
            item = wire.field(1, name.encode())
            for config in configs:
                for metadata in config.get(1, []):
                    item += wire.field(2, metadata)
                for annotation in config.get(7, []):
                    item += wire.field(6, annotation)
            for handler in message.get(2, []):
                item += wire.field(7, handler)
            self.sandboxes[name] = item
            self.save()
        return wire.field(1, name.encode())

    def stop(self, request):
        name = wire.fields(request)[1][0].decode()
        with self.lock:
            item = self.sandboxes.get(name)
            if item and 3 not in wire.fields(item):
                self.sandboxes[name] = item + wire.number(3, 1)
                self.save()
        return b""

    def remove(self, request):
        name = wire.fields(request)[1][0].decode()
        with self.lock:
            self.sandboxes.pop(name, None)
            self.save()
        return b""

    def serve(self, method, request):
        """The answer, or None: it is no method of pods."""
        calls = {"RunPodSandbox": self.run, "StopPodSandbox": self.stop,
                 "RemovePodSandbox": self.remove,
                 "ListPodSandbox": lambda request: self.list()}
        call = calls.get(method.rsplit("/", 1)[1])
        return call(request) if call else None


class Handler(grpc.GenericRpcHandler):
    def __init__(self, pods):
        self.seen = []
        self.pods = pods
        self.lock = threading.Lock()
        self.do_all = ""         # "METHOD WORDS": what is done to its calls
        self.last = b""          # request for a pod

    def note(self, text):
        with self.lock:
            self.seen.append(text)

    def service(self, details):
        method = details.method

        def behave(requests, context):
            return self.behave(method, requests, context)

        return grpc.stream_stream_rpc_method_handler(behave)

    def behave(self, method, requests, context):
        if method == "/test/Seen":
            with self.lock:
                yield "\n".join(self.seen).encode()
                self.seen = []
            return
        if method == "/test/DoAll":
            self.do_all = next(requests).decode()
            yield b""
            return
        if method == "/test/Last":
            yield self.last
            return
        self.note(method)
        words = self.words(method, context)
        yield from getattr(self, "do_" + words[0])(
            method, words, requests, context)

    def words(self, method, context):
        do = dict(context.invocation_metadata()).get("x-do", "")
        if not do and method.rsplit("/", 1)[1] == self.do_all.split(" ")[0]:
            do = self.do_all.split(" ", 1)[1]
        return (do or "echo").split(" ")

    def do_echo(self, method, words, requests, context):
        for request in requests:
            yield self.answer(method, request)

    def answer(self, method, request):
        answer = self.pods.serve(method, request) if self.pods else None
        if answer is None:
            return request
        if not method.endswith("/ListPodSandbox"):
            self.last = request
        return answer

    def do_headers(self, method, words, requests, context):
        """Headers at once, the answer when a second request comes."""
        context.send_initial_metadata((("x-early", "yes"),
                                       ("x-raw-bin", b"\x00\xff")))
        yield from self.do_echo(method, words, requests, context)

    def do_count(self, method, words, requests, context):
        """N answers to one request."""
        request = next(requests)
        for i in range(int(words[1])):
            yield b"%d:" % i + request

    def do_fail(self, method, words, requests, context):
        """CODE, after N answers, with trailers."""
        for i in range(int(words[2])):
            yield b"%d" % i
        context.set_trailing_metadata((("x-why", "told"),
                                       ("x-details-bin", bytes(range(256)))))
        context.set_code(grpc.StatusCode[words[1]])
        context.set_details("text: \u00e4\n" + "long " * int(words[3]))

    def do_metadata(self, method, words, requests, context):
        keep = [m for m in context.invocation_metadata()
                if m.key.startswith("x-") or m.key == "authorization"]
        context.set_trailing_metadata((("x-sum", str(len(keep))),))
        yield repr(sorted((m.key, m.value) for m in keep)).encode()

    def do_left(self, method, words, requests, context):
        """The deadline, as it is seen here."""
        left = context.time_remaining()
        yield b"none" if left is None or left > 1e6 else b"%d" % left

    def do_wait(self, method, words, requests, context):
        gone = threading.Event()
        context.add_callback(gone.set)
        self.note("waiting")
        gone.wait(30)
        self.note("gone")
        yield b"late"

    def do_late(self, method, words, requests, context):
        """It is done, but the caller hears of it too late."""
        self.answer(method, next(requests))
        yield from self.do_wait(method, words, requests, context)

    def do_big(self, method, words, requests, context):
        yield b"x" * int(words[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("socket")
    parser.add_argument("--pods", help="file that keeps the sandboxes")
    args = parser.parse_args()
    handler = Handler(Pods(args.pods) if args.pods else None)
    server = grpc.server(futures.ThreadPoolExecutor(32), options=OPTIONS)
    server.add_generic_rpc_handlers((handler,))
    if not server.add_insecure_port("unix:" + args.socket):
        sys.exit("standin: " + args.socket)
    server.start()
    print("ready", flush=True)
    signal.sigwait([signal.SIGTERM])
    server.stop(None)


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    main()
