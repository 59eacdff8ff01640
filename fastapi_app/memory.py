"""How this process's allocator (glibc's; mallopt(3)) gives memory back."""

import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT = 16 * 1024 * 1024  # bytes at the top of the heap
LARGE = 8 * 1024 * 1024  # bytes: a buffer from here on is given back at once


def keep_freed() -> None:
    """Up to KEPT bytes that are freed stay ours: pieces of uploads come and go by the megabyte, and every page given
    back would have to be had anew, zeroed by the kernel, for the next piece."""
    allocator = ctypes.CDLL(None)
    allocator.mallopt(M_TRIM_THRESHOLD, KEPT)
    allocator.mallopt(M_MMAP_THRESHOLD, LARGE)
