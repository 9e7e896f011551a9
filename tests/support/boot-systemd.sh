# boot-systemd.sh FOLDER: runs a real systemd as process 1 of namespaces of its own, over a throw-away copy-on-write view
# of this machine's files, until its parent ends. FOLDER is empty and gets the view; /tmp, /run, /dev and the network are
# the box's own. Needs root, Linux, unshare(1) and overlayfs.
set -eu
folder=$1

if [ "${2:-}" = inside ]; then
  ip link set lo up 2>/dev/null || :
  root=$folder/root
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  for place in run tmp dev; do mount -t tmpfs -o mode=755 tmpfs "$root/$place"; done
  chmod 1777 "$root/tmp"
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  else
    mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
    for controller in memory pids cpu; do
      mkdir "$root/sys/fs/cgroup/$controller"
      mount -t cgroup -o "$controller" cgroup "$root/sys/fs/cgroup/$controller"
    done
    mkdir "$root/sys/fs/cgroup/systemd"
    mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
  fi
  mkdir "$root/dev/pts" "$root/dev/shm"
  for device in null zero full random urandom tty; do
    : >"$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  mount -t tmpfs tmpfs "$root/dev/shm"
  # systemd takes a credential's folder along into a unit by a shared mount, and makes none in a container.
  mount --make-rshared "$root"
  mkdir -p "$root/.outside"
  cd "$root"
  mount --make-rprivate /
  pivot_root . .outside
  cd /
  umount -l /.outside
  mount --make-rshared /
  exec env -i container=tenantry PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system --log-target=journal systemd.unit=basic.target
fi

mount -t tmpfs -o mode=755 tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
units=$folder/root/etc/systemd/system
: >"$folder/root/etc/machine-id"
# What would change the machine around the box.
for unit in systemd-sysctl.service systemd-modules-load.service systemd-udevd.service systemd-udev-trigger.service \
  systemd-remount-fs.service systemd-binfmt.service systemd-timesyncd.service systemd-random-seed.service \
  systemd-udevd-kernel.socket systemd-udevd-control.socket proc-sys-fs-binfmt_misc.automount; do
  ln -sf /dev/null "$units/$unit"
done
name=tenantry-box-$$
for controller in memory pids cpu systemd; do
  [ -d "/sys/fs/cgroup/$controller" ] || continue
  mkdir -p "/sys/fs/cgroup/$controller/$name"
  echo $$ >"/sys/fs/cgroup/$controller/$name/cgroup.procs"
done
# All processes of the box together are one group, which would get as much of the processor as any single one outside.
[ ! -e "/sys/fs/cgroup/cpu/$name/cpu.shares" ] || echo 10240 >"/sys/fs/cgroup/cpu/$name/cpu.shares"
echo "$name" >"$folder/cgroup"
exec unshare --fork --pid --mount --cgroup --uts --ipc --net --kill-child=KILL --propagation private \
  sh "$0" "$folder" inside
