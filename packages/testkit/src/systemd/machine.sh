#!/bin/bash
# A machine with a systemd of its own, in namespaces of its own: `unshare --mount --pid --fork --kill-child /bin/bash machine.sh FOLDER CGROUP`,
# without the rights to what the kernel has once for all namespaces, such as the clock.
# Its root is an overlay of this machine's, which it reads and cannot change; what it writes is in a tmpfs, gone with this shell.
# Each line of standard input starts it anew with the same files; the end of the input ends everything.
set -euo pipefail
# It ends by killing all that it sees: never anything but its own.
[ $$ = 1 ] || { echo 'only as the first process of namespaces of its own' >&2; exit 1; }
folder=$1
group=$2

mount -t tmpfs -o mode=0755 tmpfs "$folder"
mkdir "$folder"/{upper,work,root,groups}
mount -t overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" overlay "$folder/root"
root=$folder/root

# Nothing of this machine's own starts there: no units that are enabled, nothing that touches devices, clocks, kernel settings or old files.
rm -rf "$root"/{usr/lib,lib,etc}/systemd/system/*.{wants,requires,upholds} "$root"/{usr/lib,lib}/systemd/system-generators/*
rm -rf "$root"/{usr/lib,lib}/systemd/system/*{tmpfiles,udev,binfmt,sysctl,modules-load,pstore,random-seed,firstboot,repart,hwdb}*
rm -rf "$root"/etc/{fstab,machine-id,hostname} "$root"/etc/rc*.d/* "$root"/var/log/journal
mkdir -p "$root"/etc/systemd/system/{sysinit,sockets,multi-user}.target.wants "$root"/mnt
units=/lib/systemd/system
ln -s "$units"/systemd-journald.service "$root"/etc/systemd/system/sysinit.target.wants/
ln -s "$units"/systemd-journald{,-dev-log}.socket "$root"/etc/systemd/system/sockets.target.wants/
[ ! -e "$root$units/dbus.socket" ] || ln -s "$units/dbus.socket" "$root"/etc/systemd/system/sockets.target.wants/
tr -d - < /proc/sys/kernel/random/uuid > "$root"/etc/machine-id
echo sealift-test > "$root"/etc/hostname

mount -t cgroup2 cgroup2 "$folder/groups"

# In mount, PID, UTS, IPC and cgroup namespaces of its own; it becomes systemd.
boot() {
  cd "$root"
  # Of /proc as it still is: the number under which this machine knows it.
  read -r pid _ < /proc/self/stat
  echo "pid $pid"
  mount -t tmpfs -o mode=0755 tmpfs run
  mount -t tmpfs -o mode=1777 tmpfs tmp
  mount -t tmpfs -o mode=1777 tmpfs var/tmp
  mount -t proc -o nosuid,nodev,noexec proc proc
  for place in sys sysrq-trigger; do
    [ -e "proc/$place" ] || continue
    mount --bind "proc/$place" "proc/$place"
    mount -o remount,bind,ro "proc/$place"
  done
  mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
  mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 sys/fs/cgroup
  mount -t tmpfs -o mode=0755,nosuid tmpfs dev
  mkdir dev/{pts,shm,mqueue}
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
  mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs dev/shm
  mknod -m 0666 dev/null c 1 3
  mknod -m 0666 dev/zero c 1 5
  mknod -m 0666 dev/full c 1 7
  mknod -m 0666 dev/random c 1 8
  mknod -m 0666 dev/urandom c 1 9
  mknod -m 0666 dev/tty c 5 0
  ln -s pts/ptmx dev/ptmx
  ln -s /proc/self/fd dev/fd
  ln -s /proc/self/fd/0 dev/stdin
  ln -s /proc/self/fd/1 dev/stdout
  ln -s /proc/self/fd/2 dev/stderr
  mkdir -p run/lock
  pivot_root . mnt
  cd /
  umount -l /mnt
  exec env -i container=sealift-test PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system --unit=multi-user.target --log-target=journal --show-status=no
}
export -f boot
export root

# What a machine leaves of groups is empty soon after all its processes have ended.
forget() {
  for _ in {1..100}; do
    [ -d "$folder/groups$group" ] || return 0
    find "$folder/groups$group" -depth -type d -exec rmdir {} + 2> /dev/null || sleep 0.1
  done
}

run() {
  (
    mkdir -p "$folder/groups$group"
    echo 0 > "$folder/groups$group/cgroup.procs"
    exec unshare --mount --pid --fork --kill-child --uts --ipc --cgroup /bin/bash -euc boot < /dev/null
  ) && code=0 || code=$?
  forget
  echo "ended $code"
}

while read -r _; do run & done
# All but this shell, which is the first process of its namespace.
exec 2> /dev/null
kill -KILL -1 || true
wait || true
forget
