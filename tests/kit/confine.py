#!/usr/bin/python3
"""Runs a command under the restrictions that a unit file asks for, on a machine where systemd does not run.

    confine.py UNIT --state DIR [--see DIR]... [--user UID] -- COMMAND [ARG...]

systemd's score says how much a unit gives up, not whether the program still works. So the options are read from the
unit itself and set up as systemd 252 does: namespaces and mounts first, then limits, users, capabilities, and seccomp
filters last. An option or a value that is not known here is an error, so that no new line goes untried in silence;
what only the manager can do is named on stderr. DIR of --state stands for the StateDirectory; those of --see stay
visible, read-only, where a private /tmp would hide them. Needs root, libseccomp and systemd-analyze.
"""

import ctypes
import os
import resource
import shlex
import stat
import subprocess
import sys
import tempfile

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
seccomp.seccomp_init.restype = ctypes.c_void_p

EPERM, EAFNOSUPPORT, ENOSYS = 1, 97, 38
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_MOVE, MS_REC, MS_PRIVATE = (
    1, 2, 4, 8, 0x1000, 0x2000, 0x4000, 1 << 18
)
NAMESPACES = {
    "cgroup": 0x02000000, "uts": 0x04000000, "ipc": 0x08000000, "user": 0x10000000,
    "pid": 0x20000000, "net": 0x40000000, "mnt": 0x00020000, "time": 0x00000080,
}
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 24, 38, 65, 1
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
LAST_CAPABILITY = 63
KEYCTL_JOIN_SESSION_KEYRING = 1
AT_FDCWD, MOUNT_ATTR_RDONLY = -100, 1
LIMITS = {"LimitCORE": resource.RLIMIT_CORE, "LimitNOFILE": resource.RLIMIT_NOFILE}

# What the manager does around the process, and, in the last line, what needs the unit's control group: these are not
# tried. IPAddressDeny refuses by address, DevicePolicy what PrivateDevices hides, the others by amount.
MANAGER = set(
    """Type NotifyAccess ExecStart ExecReload TimeoutStartSec TimeoutStopSec KillMode WatchdogSec Restart RestartSec
    RestartPreventExitStatus SuccessExitStatus RemoveIPC ConfigurationDirectory StateDirectoryMode OOMPolicy
    MemoryMax MemoryHigh TasksMax DevicePolicy IPAddressDeny IPAddressAllow""".split()
)


def fail(what):
    sys.exit(f"confine: {what}")


def done(result, what):
    if result < 0:
        error = ctypes.get_errno()
        fail(f"{what}: {os.strerror(error)}")


def syscall(name, *args):
    """A call that the C library has no function for."""
    return libc.syscall(ctypes.c_long(seccomp.seccomp_syscall_resolve_name(name.encode())), *args)


def read_unit(path):
    """The options of [Service] in order, as pairs."""
    options, inside = [], False
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.strip()
        if line.startswith("["):
            inside = line == "[Service]"
        elif inside and line and line[0] not in "#;":
            key, found, value = line.partition("=")
            if not found or line.endswith("\\"):
                fail(f"{path}:{number}: one option on one line is wanted")
            options.append((key.strip(), value.strip()))
    return options


def yes(key, value):
    if value not in ("yes", "no"):
        fail(f"{key} is `{value}`, and only yes and no are known here")
    return value == "yes"


def one_of(key, value, known):
    if value not in known:
        fail(f"{key} is `{value}`, and only {', '.join(known)} is known here")


# --- files ---------------------------------------------------------------------------------------------------------


def mount(source, target, kind=None, flags=0, data=None):
    as_bytes = [None if text is None else text.encode() for text in (source, target, kind, data)]
    done(libc.mount(as_bytes[0], as_bytes[1], as_bytes[2], ctypes.c_ulong(flags), as_bytes[3]), f"mount {target}")


def read_only(path):
    """The mount at `path` alone, without those below it."""
    attributes = (ctypes.c_uint64 * 4)(MOUNT_ATTR_RDONLY)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    done(syscall("mount_setattr", AT_FDCWD, path.encode(), 0, attributes, size), f"read-only {path}")


def tmpfs(path, data="mode=1777"):
    mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, data)


def hide(path):
    """What is there is an empty folder, or an empty file, that nobody may open."""
    if os.path.isdir(path):
        mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, "mode=000")
    elif os.path.exists(path):
        mount("/dev/null", path, flags=MS_BIND)


def lock(path):
    """What is there can be read and not changed."""
    if os.path.exists(path):
        mount(path, path, flags=MS_BIND)
        read_only(path)


def private_devices():
    """A /dev with the harmless devices and nothing else."""
    new = tempfile.mkdtemp()
    mount("tmpfs", new, "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755")
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        open(f"{new}/{name}", "w").close()
        mount(f"/dev/{name}", f"{new}/{name}", flags=MS_BIND)
    for name in ("shm", "pts", "mqueue", "hugepages"):
        if os.path.isdir(f"/dev/{name}"):
            os.mkdir(f"{new}/{name}")
            mount(f"/dev/{name}", f"{new}/{name}", flags=MS_BIND)
    for name, to in (("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(to, f"{new}/{name}")
    mount(new, "/dev", flags=MS_MOVE)
    os.rmdir(new)
    read_only("/dev")


def read_only_but(trees, points):
    """Everything mounted is read-only but what lies in `trees`, and the mounts at `points`."""
    for line in open("/proc/self/mountinfo", encoding="utf-8"):
        point = line.split()[4].encode().decode("unicode_escape")
        inside = any(point == tree or point.startswith(tree + "/") for tree in trees)
        if not inside and point not in points and os.path.lexists(point):
            read_only(point)


def lay_out(want, state, seen):
    """The file system as the unit sees it."""
    done(libc.unshare(NAMESPACES["mnt"]), "unshare mounts")
    mount(None, "/", flags=MS_REC | MS_PRIVATE)
    kept = {path: os.open(path, os.O_PATH) for path in [*seen, *([state] if state else [])]}
    open_again = []
    if want("PrivateTmp"):
        for path in ("/tmp", "/var/tmp"):
            tmpfs(path)
            open_again.append(path)
    if want("ProtectHome"):
        for path in ("/home", "/root", "/run/user"):
            hide(path)
    for path, handle in kept.items():
        os.makedirs(path, exist_ok=True)
        mount(f"/proc/self/fd/{handle}", path, flags=MS_BIND)
        os.close(handle)
    for path, data in want("TemporaryFileSystem") or []:
        os.makedirs(path, exist_ok=True)
        tmpfs(path, data)
        open_again.append(path)
    if want("PrivateDevices"):
        private_devices()
    if want("ProtectSystem"):
        # The interfaces of the kernel are left alone, as systemd does: other options close them.
        read_only_but(["/dev", "/proc", "/sys"], [*open_again, *([state] if state else [])])
    if want("ProtectProc") or want("ProcSubset"):
        data = [f"hidepid={want('ProtectProc')}"] if want("ProtectProc") else []
        data += ["subset=pid"] if want("ProcSubset") else []
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, ",".join(data))
    if want("ProtectKernelTunables"):
        for path in ("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/acpi", "/sys"):
            lock(path)
    if want("ProtectKernelModules"):
        hide("/usr/lib/modules")
    if want("ProtectKernelLogs"):
        hide("/proc/kmsg")
        hide("/dev/kmsg")
    if want("ProtectControlGroups"):
        lock("/sys/fs/cgroup")
    for path in want("InaccessiblePaths") or []:
        hide(path)


# --- system calls --------------------------------------------------------------------------------------------------


class Test(ctypes.Structure):
    """One condition on an argument of a call."""

    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


LESS, EQUAL, GREATER, MASKED = 2, 4, 6, 7
ALLOW, KILL = 0x7FFF0000, 0x80000000


class Filter:
    """A seccomp filter of its own for each option, as systemd has them."""

    def __init__(self, default=ALLOW):
        self.context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(default)))
        self.default = default
        seccomp.seccomp_attr_set(self.context, 3, 0)

    def rule(self, action, call, *tests):
        number = seccomp.seccomp_syscall_resolve_name(call.encode())
        if number == -1:
            return
        array = (Test * max(len(tests), 1))(*tests)
        code = seccomp.seccomp_rule_add_array(self.context, ctypes.c_uint32(action), number, len(tests), array)
        # A call that this architecture does not have cannot be made either.
        if code < 0 and -code not in (33, 95):
            fail(f"seccomp rule for {call}: {os.strerror(-code)}")

    def refuse(self, call, *tests, error=EPERM):
        self.rule(0x00050000 | error, call, *tests)

    def load(self):
        code = seccomp.seccomp_load(self.context)
        if code < 0:
            fail(f"seccomp: {os.strerror(-code)}")


def bits(arg, mask):
    return Test(arg, MASKED, mask, mask)


def expand(name, seen=None):
    """The calls of a set, by what systemd itself says of it."""
    if not name.startswith("@"):
        return {name}
    text = subprocess.run(
        ["systemd-analyze", "--no-pager", "syscall-filter", name], check=True, capture_output=True, text=True
    ).stdout
    calls = set()
    for line in text.splitlines()[1:]:
        word = line.strip()
        if word and not word.startswith("#"):
            calls |= expand(word)
    return calls


def refused_sets(names):
    filter = Filter()
    for call in set().union(*(expand(name) for name in names)):
        filter.refuse(call)
    return filter


def call_filter(lines, error):
    """SystemCallFilter: the first line says which sort of list it is."""
    if not lines or lines[0].startswith("~"):
        fail("a SystemCallFilter that begins as a list of what is refused is not known here")
    allowed = expand("@default")
    for line in lines:
        names = line.removeprefix("~").split()
        calls = set().union(*(expand(name) for name in names))
        allowed = allowed - calls if line.startswith("~") else allowed | calls
    filter = Filter(0x00050000 | error)
    for call in allowed:
        filter.rule(ALLOW, call)
    return filter


def family_filter(names):
    unknown = [name for name in names if name not in FAMILIES]
    if unknown:
        fail(f"address families {unknown} are not known here")
    numbers = sorted(FAMILIES[name] for name in names)
    filter = Filter()
    for number in range(numbers[0], numbers[-1]):
        if number not in numbers:
            filter.refuse("socket", Test(0, EQUAL, number, 0), error=EAFNOSUPPORT)
    filter.refuse("socket", Test(0, LESS, numbers[0], 0), error=EAFNOSUPPORT)
    filter.refuse("socket", Test(0, GREATER, numbers[-1], 0), error=EAFNOSUPPORT)
    return filter


def namespace_filter(value):
    allowed = set() if value == "yes" else set(value.split())
    if allowed - set(NAMESPACES):
        fail(f"RestrictNamespaces: {allowed - set(NAMESPACES)} are not known here")
    filter = Filter()
    # Its flags lie in memory, where a filter cannot look; the C library falls back to clone.
    filter.refuse("clone3", error=ENOSYS)
    if not allowed:
        filter.refuse("setns")
    else:
        filter.refuse("setns", Test(1, EQUAL, 0, 0))
    for name in set(NAMESPACES) - allowed:
        for call, arg in (("unshare", 0), ("clone", 0), ("setns", 1)):
            if (call == "clone" and name == "time") or (call == "setns" and not allowed):
                continue
            filter.refuse(call, bits(arg, NAMESPACES[name]))
    return filter


def suid_filter():
    filter = Filter()
    for bit in (stat.S_ISUID, stat.S_ISGID):
        modes = {"chmod": 1, "fchmod": 1, "fchmodat": 2, "fchmodat2": 2, "mkdir": 1, "mkdirat": 2, "mknod": 1,
                 "mknodat": 2, "creat": 1}
        for call, arg in modes.items():
            filter.refuse(call, bits(arg, bit))
        filter.refuse("open", bits(1, os.O_CREAT), bits(2, bit))
        filter.refuse("openat", bits(2, os.O_CREAT), bits(3, bit))
    filter.refuse("openat2", error=ENOSYS)
    return filter


def memory_filter():
    write, execute = 2, 4
    filter = Filter()
    filter.refuse("mmap", bits(2, write | execute))
    filter.refuse("mprotect", bits(2, execute))
    filter.refuse("pkey_mprotect", bits(2, execute))
    filter.refuse("shmat", bits(2, 0o100000))
    return filter


def filters(want, lines, error):
    """One filter for each option that has one; that of SystemCallFilter comes last, as it may refuse the loading."""
    if want("RestrictAddressFamilies"):
        yield family_filter(want("RestrictAddressFamilies"))
    if want("MemoryDenyWriteExecute"):
        yield memory_filter()
    if want("RestrictRealtime"):
        realtime = Filter()
        for policy in (1, 2, 6):
            realtime.refuse("sched_setscheduler", Test(1, EQUAL, policy, 0))
        realtime.refuse("sched_setattr")
        yield realtime
    if want("RestrictNamespaces"):
        yield namespace_filter(want("RestrictNamespaces"))
    if want("RestrictSUIDSGID"):
        yield suid_filter()
    if want("LockPersonality"):
        locked = Filter()
        locked.refuse("personality", Test(0, 1, 0, 0))
        yield locked
    if want("ProtectHostname"):
        names = Filter()
        names.refuse("sethostname")
        names.refuse("setdomainname")
        yield names
    closed = {"ProtectClock": "@clock", "ProtectKernelModules": "@module", "PrivateDevices": "@raw-io"}
    sets = [name for key, name in closed.items() if want(key)] + (["syslog"] if want("ProtectKernelLogs") else [])
    if sets:
        yield refused_sets(sets)
    if want("SystemCallArchitectures"):
        native = Filter()
        seccomp.seccomp_attr_set(native.context, 2, ctypes.c_uint32(KILL))
        yield native
    if lines:
        yield call_filter(lines, error)


# --- the process ---------------------------------------------------------------------------------------------------


def private_users(uid, gid):
    """A user namespace that knows root, the unit's user and nobody else; its maps are written from outside."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(told, 1)
        for name, number in (("uid_map", uid), ("gid_map", gid)):
            rows = "0 0 1\n" + (f"{number} {number} 1\n" if number else "")
            with open(f"/proc/{os.getppid()}/{name}", "w") as file:
                file.write(rows)
        os._exit(0)
    done(libc.unshare(NAMESPACES["user"]), "unshare users")
    os.write(tell, b"x")
    if os.waitpid(child, 0)[1] != 0:
        fail("the maps of the user namespace cannot be written")
    os.close(told)
    os.close(tell)


def prctl(option, *args):
    args = [ctypes.c_ulong(arg) for arg in (*args, 0, 0, 0, 0)[:4]]
    return libc.prctl(option, *args)


def gather(options, state):
    """Options as values; an unknown one is an error."""
    values, calls, environment, left = {"SystemCallErrorNumber": "EPERM"}, [], {}, []
    names = [value for key, value in options if key == "StateDirectory"]
    switches = """NoNewPrivileges ProtectHome PrivateTmp PrivateMounts PrivateDevices PrivateUsers ProtectClock
        ProtectHostname ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectControlGroups
        RestrictRealtime RestrictSUIDSGID LockPersonality MemoryDenyWriteExecute""".split()
    only = {
        "ProtectSystem": ["strict"], "ProtectProc": ["invisible"], "ProcSubset": ["pid"], "KeyringMode": ["private"],
        "SystemCallArchitectures": ["native"], "CapabilityBoundingSet": [""], "AmbientCapabilities": [""],
        "SystemCallErrorNumber": ["EPERM"],
    }
    for key, value in options:
        for name in names:
            if state:
                value = value.replace(f"%S/{name}", state).replace(f"/var/lib/{name}", state)
        if key in switches:
            values[key] = yes(key, value)
        elif key in only:
            one_of(key, value, only[key])
            values[key] = value or "none"
        elif key in LIMITS or key in ("User", "Group", "StateDirectory", "UMask", "RestrictNamespaces"):
            values[key] = value
        elif key == "RestrictAddressFamilies":
            values[key] = value.split()
        elif key == "TemporaryFileSystem":
            path, _, data = value.partition(":")
            values.setdefault(key, []).append((path, data))
        elif key == "SystemCallFilter":
            calls.append(value)
        elif key == "InaccessiblePaths":
            values.setdefault(key, []).extend(path.removeprefix("-") for path in value.split())
        elif key == "Environment":
            environment.update(pair.split("=", 1) for pair in shlex.split(value))
        elif key in MANAGER:
            left.append(key)
        else:
            fail(f"{key} is not known here: imitate it, or say that only the manager can do it")
    return values, calls, environment, left


def arguments(line):
    unit, state, seen, user = None, None, [], None
    line = list(line)
    while line:
        word = line.pop(0)
        if word == "--":
            break
        if word == "--state":
            state = os.path.realpath(line.pop(0))
        elif word == "--see":
            seen.append(os.path.realpath(line.pop(0)))
        elif word == "--user":
            user = int(line.pop(0))
        else:
            unit = word
    if not unit or not line:
        sys.exit(__doc__)
    return unit, state, seen, user, line


def main():
    unit, state, seen, user, command = arguments(sys.argv[1:])
    if os.geteuid() != 0:
        fail("needs root, to give things up")
    values, calls, environment, left = gather(read_unit(unit), state)
    want = values.get
    prepared = list(filters(want, calls, EPERM))
    print(f"confine: left to the manager: {' '.join(left)}", file=sys.stderr)

    env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8"}
    env.update({name: os.environ[name] for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC") if name in os.environ})
    if state:
        env["STATE_DIRECTORY"] = state
    env.update(environment)

    lay_out(want, state, seen)
    if want("ProtectHostname"):
        done(libc.unshare(NAMESPACES["uts"]), "unshare the host name")
    if want("KeyringMode"):
        # Where the kernel has no keys there is none to share.
        syscall("keyctl", KEYCTL_JOIN_SESSION_KEYRING, None)
    for key, limit in LIMITS.items():
        if want(key):
            # A container may not raise what it was given.
            hard = resource.getrlimit(limit)[1]
            amount = int(want(key)) if hard == resource.RLIM_INFINITY else min(int(want(key)), hard)
            resource.setrlimit(limit, (amount, amount))
    os.umask(int(want("UMask") or "022", 8))
    if user is not None:
        os.setgroups([])
    if want("PrivateUsers"):
        private_users(user or 0, user or 0)
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    if want("CapabilityBoundingSet"):
        for capability in range(LAST_CAPABILITY + 1):
            prctl(PR_CAPBSET_DROP, capability)
    if user is not None:
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    if want("NoNewPrivileges"):
        done(prctl(PR_SET_NO_NEW_PRIVS, 1), "no new privileges")
    if want("MemoryDenyWriteExecute"):
        # Newer versions of systemd ask the kernel as well; a kernel that does not know it leaves it to the filter.
        prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN)
    os.chdir("/")
    for filter in prepared:
        filter.load()
    os.execvpe(command[0], command, env)


main()
