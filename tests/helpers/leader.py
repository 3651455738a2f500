"""The leader of a terminal's session, as a shell is: it is there before a program and after it.

As it ends, the terminal is hung up, and what nobody has read yet is lost.
"""

import fcntl
import os
import signal
import sys
import termios


def lead():
    """Return in a process for the program, without the leader's signals.

    The leader ends with the program's exit code once it gets SIGTERM: when all has been read.
    """
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    program = os.fork()
    if not program:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        return
    for stream in range(3):  # the program alone keeps the terminals open
        os.close(stream)
    signal.sigwait({signal.SIGTERM})
    os._exit(os.waitstatus_to_exitcode(os.waitpid(program, 0)[1]))


if __name__ == "__main__":  # of the terminal that is its errors
    fcntl.ioctl(2, termios.TIOCSCTTY, 0)
    lead()
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
