# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# ssh between two emulated hosts: Debian's own server, unpacked and not installed, with keys
# made for the test.

# kuv_ssh_prepare DIR: outside; writes keys and configuration, and prints nothing.
kuv_ssh_prepare() {
	local dir=$1 server wrap

	kuv_need openssh-client
	server=$(kuv_deb_root openssh-server)
	wrap=$(kuv_deb_root libwrap0)
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$dir/key"
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$dir/host_key"
	echo "10.0.0.* $(cat "$dir/host_key.pub")" >"$dir/known_hosts"
	cp "$dir/key.pub" "$dir/authorized_keys"
	cat >"$dir/sshd_config" <<-END
	HostKey $dir/host_key
	AuthorizedKeysFile $dir/authorized_keys
	PidFile none
	StrictModes no
	UsePAM no
	PermitRootLogin prohibit-password
	AcceptEnv KUV_* LOGS
	END
	cat >"$dir/ssh_config" <<-END
	Host *
	IdentityFile $dir/key
	IdentitiesOnly yes
	UserKnownHostsFile $dir/known_hosts
	StrictHostKeyChecking yes
	BatchMode yes
	User root
	SendEnv KUV_* LOGS
	END
	echo "exec env LD_LIBRARY_PATH=$(dirname "$(find "$wrap" -name 'libwrap.so.0')") $server/usr/sbin/sshd -D -e -f $dir/sshd_config" \
		>"$dir/serve"
}

# kuv_ssh_serve DIR: inside, on a root file system whose changes are forgotten, and in the
# background; the process becomes the server.
kuv_ssh_serve() {
	mkdir -p /run/sshd
	grep -q ^sshd: /etc/passwd ||
		echo "sshd:x:74:74::/run/sshd:/usr/sbin/nologin" >>/etc/passwd
	exec bash "$1/serve"
}
