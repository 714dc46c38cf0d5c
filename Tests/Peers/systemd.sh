#!/usr/bin/env bash
# Starts packaging/systemd/envelope.service under a real systemd, in namespaces of its own over a copy of this machine's
# root that is gone afterwards, and looks at what came up. Needs root, systemd 250 or newer and curl.
#
#   systemd.sh BINARY
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

fail() { echo "systemd.sh: $*" >&2; exit 1; }

# The first process of the new machine: what it sees, then systemd in its place.
boot() {
    local work=$1 root=$1/root
    mount --make-rprivate /
    mount -t tmpfs tmpfs "$work/layer"
    mkdir "$work/layer/upper" "$work/layer/work"
    mount -t overlay overlay -o "lowerdir=/,upperdir=$work/layer/upper,workdir=$work/layer/work" "$root"
    mount -t proc proc "$root/proc"
    mount --bind "$root/proc/sys" "$root/proc/sys"
    mount -o remount,bind,ro "$root/proc/sys"
    mount -t sysfs -o ro sysfs "$root/sys"
    if [ -d /sys/fs/cgroup/systemd ]; then
        mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
        for name in $(awk 'NR > 1 && $4 { print $1 }' /proc/cgroups); do
            mkdir -p "$root/sys/fs/cgroup/$name"
            mount -t cgroup -o "$name" cgroup "$root/sys/fs/cgroup/$name" || rmdir "$root/sys/fs/cgroup/$name"
        done
        mkdir "$root/sys/fs/cgroup/systemd"
        mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
    else
        mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    fi
    mount -t tmpfs tmpfs "$root/run"
    mount -t tmpfs tmpfs "$root/tmp"
    mount -t tmpfs -o mode=755 tmpfs "$root/dev"
    for name in null zero full random urandom tty; do cp -a "/dev/$name" "$root/dev/"; done
    mkdir "$root/dev/pts" "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
    ln -s pts/ptmx "$root/dev/ptmx"
    mount --bind "$work/out" "$root/mnt"
    # Of its own: ports in use outside are free here.
    PATH=/usr/sbin:/usr/bin:/sbin:/bin ip link set lo up || true

    # As the unit file says.
    install -m 755 "$work/envelope" "$root/usr/local/bin/envelope"
    install -m 644 "$here/packaging/systemd/envelope.service" "$root/etc/systemd/system/"
    install -d -m 700 "$root/etc/envelope"
    install -m 600 "$here/packaging/systemd/envelope.env" "$root/etc/envelope/envelope.env"
    # Nobody listens there: a login's secret is read, a connection refused.
    echo 'ENVELOPE_SMTP_URL=smtp+plain://user@127.0.0.1:1' >> "$root/etc/envelope/envelope.env"

    install -m 755 "$here/Tests/Peers/systemd.sh" "$root/etc/inside.sh"
    printf '%s\n' '[Unit]' 'Requires=basic.target' 'After=basic.target' 'Wants=inside.service' \
        > "$root/etc/systemd/system/inside.target"
    printf '%s\n' '[Unit]' 'DefaultDependencies=no' 'After=basic.target' '[Service]' 'Type=oneshot' \
        'ExecStart=/etc/inside.sh --inside' > "$root/etc/systemd/system/inside.service"
    cd "$root"
    mkdir -p old
    pivot_root . old
    umount -l old
    mount --make-rshared /
    exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        /lib/systemd/systemd --system --unit=inside.target --log-target=console --show-status=no
}

# What an operator would look at, in the new machine.
inside() {
    exec > /mnt/said 2>&1
    local url=http://127.0.0.1:8000 pid
    check() { if eval "$2"; then echo "ok    $1"; else echo "WRONG $1"; journalctl -u envelope --no-pager | tail -5; fi; }
    body() { curl -s --retry 20 --retry-connrefused --retry-delay 1 "$@"; }
    check "without its password it does not start" '! systemctl start envelope'
    (umask 077; echo "planted-secret" > /etc/envelope/smtp-password)
    check "with it, it starts" 'systemctl reset-failed envelope; systemctl start envelope'
    check "it is ready" 'body $url/readyz | grep -q ready'
    body -X POST "$url/send?wait_seconds=5" -H 'Content-Type: application/json' \
        -d '{"to": "ada@example.org", "subject": "x", "text": "x"}' > /tmp/sent
    check "it reads the password, and reaches no server" 'grep -q "\"deferred\"" /tmp/sent && grep -q "connection_failed" /tmp/sent'
    pid=$(systemctl show --property MainPID --value envelope)
    check "it is a user of its own" '[ "$(stat -c %u /proc/$pid)" -gt 60000 ]'
    check "it has no capability" 'grep -q "CapEff:.0000000000000000" /proc/$pid/status'
    check "its system calls are filtered" 'grep -q "Seccomp:.2" /proc/$pid/status'
    check "the password is not in its environment" '! grep -q planted-secret /proc/$pid/environ'
    check "nobody else reads its record" '[ "$(stat -Lc %a /var/lib/envelope)" = 700 ]'
    check "it starts again" 'systemctl restart envelope'
    check "and still has the send" 'body $url/sends | grep -q "\"deferred\""'
    check "it stops in order" 'systemctl stop envelope && [ "$(systemctl show --property Result,ExecMainStatus --value envelope | tr -d "\n")" = success0 ]'
    check "it is well hardened" '[ "$(systemd-analyze security --no-pager envelope | sed -n "s/.*: \([0-9]*\)\.[0-9].*/\1/p" | tail -1)" -le 2 ]'

    # Beyond this machine, as the unit file says.
    (umask 077; openssl rand -hex 32 > /etc/envelope/http-token)
    sed -i 's/^# \(.*http-token\)$/\1/' /etc/systemd/system/envelope.service
    sed -i 's/^# \(ENVELOPE_HTTP_HOST=\)/\1/' /etc/envelope/envelope.env
    ip address add 192.0.2.1/32 dev lo
    systemctl daemon-reload
    check "it listens beyond the machine" 'systemctl start envelope && body http://192.0.2.1:8000/healthz | grep -q ok'
    check "nobody is answered without the token" '[ "$(body -o /dev/null -w "%{http_code}" http://192.0.2.1:8000/sends)" = 401 ]'
    check "with the token everybody is" 'body -H "Authorization: Bearer $(cat /etc/envelope/http-token)" http://192.0.2.1:8000/sends | grep -q deferred'
    check "and still stops in order" 'systemctl stop envelope'
    echo end
    systemctl exit 0
}

case "${1:-}" in
    --boot) boot "$2" ;;
    --inside) inside ;;
    "") fail "which binary?" ;;
    *)
        [ "$(id -u)" = 0 ] || fail "it needs root, to make a machine of its own"
        [ -x /lib/systemd/systemd ] || fail "it needs systemd: apt-get install systemd"
        work=$(mktemp -d)
        trap 'umount -R "$work/root" 2>/dev/null || true; rm -rf "$work"' EXIT
        mkdir "$work/root" "$work/layer" "$work/out"
        cp -L "$1" "$work/envelope"
        # A group of its own in each hierarchy, which is all that the new machine sees.
        group=envelope-unit-$$
        places=$(find /sys/fs/cgroup -maxdepth 2 -name cgroup.procs -printf '%h\n')
        for place in $places; do mkdir -p "$place/$group" 2>/dev/null || true; done
        # shellcheck disable=SC2016
        bash -c 'for place in $2; do echo $$ > "$place/$3/cgroup.procs" 2>/dev/null; done
            exec timeout --signal KILL 120 unshare --mount --pid --fork --uts --ipc --net --cgroup --kill-child \
                "$0" --boot "$1"' "$here/Tests/Peers/systemd.sh" "$work" "$places" "$group" > "$work/log" 2>&1 || true
        for place in $places; do find "$place/$group" -depth -type d -exec rmdir {} \; 2>/dev/null || true; done
        cat "$work/out/said" 2>/dev/null || { tail -20 "$work/log"; fail "it did not come up"; }
        grep -q '^end$' "$work/out/said" || { tail -20 "$work/log"; fail "it did not come to its end"; }
        ! grep -q '^WRONG' "$work/out/said" || fail "something is wrong"
        ;;
esac
