#!/bin/sh
# Puts the unpacked agent where the Debian package would put it, and starts it. Run as root; run again to upgrade.
# DESTDIR=/some/root puts it below another root and starts nothing.
set -eu
here=$(cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)
root=${DESTDIR:-}
program=$root/usr/lib/joulebook-agent
settings=$root/etc/joulebook-agent/config.yaml

kept=
if [ -e "$settings" ]; then kept=$(mktemp) && cp -p "$settings" "$kept"; fi
# A fresh copy is put in place of the old one: a running agent keeps the files that it has open.
rm -rf "$program.new"
mkdir -p "$program.new"
cp -R "$here/../." "$program.new"
rm -rf "$program.new/install" "$program"
mv "$program.new" "$program"
cp -R "$here/root/." "$root/"
if [ -n "$kept" ]; then cp -p "$kept" "$settings" && rm "$kept"; fi

[ -n "$root" ] && exit 0
[ -d /run/systemd/system ] || { echo "Installed. No systemd runs here: start /usr/bin/joulebook-agent yourself." && exit 0; }
systemd-sysusers joulebook-agent.conf
udevadm control --reload || true
systemd-tmpfiles --create joulebook-agent.conf || true
systemctl daemon-reload
systemctl enable joulebook-agent.service
systemctl restart joulebook-agent.service
