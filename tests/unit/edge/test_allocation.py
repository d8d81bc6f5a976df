"""What the process asks of the C library."""

import subprocess
import sys

import pytest

HEAPS = """
import ctypes, threading
from bot.allocation import keep_little
if {little}:
    keep_little()
libc, held = ctypes.CDLL(None), threading.Barrier(4)
libc.fopen.restype = libc.malloc.restype = ctypes.c_void_p
def keep():
    libc.malloc(ctypes.c_size_t(1000))
    held.wait()
threads = [threading.Thread(target=keep) for _ in range(4)]
[one.start() for one in threads]
[one.join() for one in threads]
out = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="because only glibc has arenas")
def test_all_threads_share_one_arena() -> None:
    def heaps(little: bool) -> int:
        words = [sys.executable, "-c", HEAPS.format(little=little)]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.count("<heap nr=")

    if heaps(little=False) < 2:
        pytest.skip("because this C library is not glibc")
    assert heaps(little=True) == 1
