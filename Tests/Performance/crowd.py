"""Connections that say nothing, from many networks at once. One that is closed is opened again, until this is ended.

Usage: crowd.py PORT NETWORKS [--ipv6]
  Each network is a /24 of 127.0.0.0/8. With --ipv6 the connections come from 127.9.0.1, which the server must trust as a proxy,
  and each names a client in an IPv6 /48 of its own in a PROXY header.
Prints "open" once each network has been there.
"""
import ipaddress
import resource
import selectors
import socket
import sys
import time

# A crowd, not a flood of connections, which is another attack: a network that was closed comes again after some seconds.
PAUSE = 4
PER_ROUND = 25
SIGNATURE = bytes([0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A])


def proxy_header(number):
    client = ipaddress.IPv6Address((0x20010DB8 << 96) | (number << 80) | 1).packed
    return SIGNATURE + bytes([0x21, 0x21, 0, 36]) + client + ipaddress.IPv6Address("::1").packed + bytes([0x12, 0x34, 0x1F, 0x90])


class Crowd:
    def __init__(self, port, networks, is_ipv6):
        self.port, self.networks, self.is_ipv6 = port, networks, is_ipv6
        self.selector = selectors.DefaultSelector()
        self.opened = 0
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, networks + 64)), hard))

    def open(self, number):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind(("127.9.0.1" if self.is_ipv6 else f"127.{10 + number // 250}.{number % 250}.1", 0))
        client.settimeout(5)
        try:
            client.connect(("127.0.0.1", self.port))
            if self.is_ipv6:
                client.sendall(proxy_header(number))
        except OSError:
            client.close()
            return False
        self.selector.register(client, selectors.EVENT_READ, number)
        self.opened += 1
        return True

    def run(self):
        missing, later = set(range(self.networks)), []
        due, said = list(missing), False
        while True:
            now = time.monotonic()
            due += [number for moment, number in later if moment <= now]
            later = [(moment, number) for moment, number in later if moment > now]
            for number in due[:PER_ROUND]:
                if self.open(number):
                    missing.discard(number)
                else:
                    later.append((now + PAUSE, number))
            del due[:PER_ROUND]
            if not missing and not said:
                print("open", flush=True)
                said = True
            for key, _ in self.selector.select(0.05):
                # Nothing is ever asked: whatever comes is the end.
                self.selector.unregister(key.fileobj)
                key.fileobj.close()
                later.append((now + PAUSE, key.data))
            time.sleep(0.02)


if __name__ == "__main__":
    try:
        Crowd(int(sys.argv[1]), int(sys.argv[2]), "--ipv6" in sys.argv).run()
    except KeyboardInterrupt:
        pass
