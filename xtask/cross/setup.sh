#!/usr/bin/env bash
# setup.sh FOLDER: what `cargo check` needs for Windows and macOS, on Debian.
#
# The standard library of both targets comes by `rustup target add`. Where rustup cannot get it, FOLDER/rust becomes a
# copy of the installed toolchain (hard links) with the library compiled from Debian's package of its sources.
# Beside it: FOLDER/mingw, a C compiler for Windows, unpacked and not installed; FOLDER/empty-cc, a C compiler for
# macOS that makes empty objects, enough where nothing is linked. At most 2 GB; a second run does nothing.
set -euo pipefail
mkdir -p "$1"
here=$(cd "$1" && pwd)
targets=(x86_64-pc-windows-gnu x86_64-apple-darwin)
version=$(rustc --version | cut -d' ' -f2)

# Package lists of our own, so that newer suites can be read without touching the system's.
private_apt() {
  local apt="$here/apt" mirror
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/state"
  touch "$apt/state/status"
  mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -E '^(URIs:|deb) ' | grep -oE -m 1 'https?://[^ ]+/debian/?' || true)
  for suite in trixie-backports trixie sid; do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror:-http://deb.debian.org/debian} $suite main"
  done > "$apt/sources.list"
  cat > "$apt/apt.conf" <<CONF
Dir::State "$apt/state";
Dir::State::status "$apt/state/status";
Dir::State::Lists "$apt/lists";
Dir::Cache "$apt/cache";
Dir::Etc::SourceList "$apt/sources.list";
Dir::Etc::SourceParts "/dev/null";
APT::Sandbox::User "root";
CONF
  export APT_CONFIG="$apt/apt.conf"
}

library_sources() {
  [[ -d $here/src/library ]] && return
  local found work
  work=$(mktemp -d "$here/src.XXXX")
  (
    private_apt
    apt-get -qq update
    found=$(apt-cache madison rust-src | awk -F'|' -v v="$version" '{ gsub(/ /, "", $2); if (index($2, v "+") == 1) { print $2; exit } }')
    [[ -n $found ]] || { echo "Debian has no sources of the standard library $version; use rustup" >&2; exit 1; }
    cd "$work"
    apt-get -qq download "rust-src=$found"
  )
  dpkg-deb --fsys-tarfile "$work"/rust-src_*.deb | tar -x -C "$work" --strip-components=4 --wildcards './usr/src/rustc-*/library'
  mkdir -p "$here/src"
  mv "$work/library" "$here/src/library"
  rm -r "$work"
}

linked_toolchain() {
  [[ -d $here/rust ]] && return
  local installed part="$here/rust.part"
  installed=$(rustc --print sysroot)
  rm -rf "$part"
  mkdir -p "$part"
  for folder in bin lib libexec; do
    [[ ! -d $installed/$folder ]] || cp -al "$installed/$folder" "$part/" 2>/dev/null || cp -a "$installed/$folder" "$part/"
  done
  mv "$part" "$here/rust"
}

# $1: a target whose standard library the toolchain in FOLDER lacks.
standard_library() {
  local target=$1 folder="$here/rust/lib/rustlib/$1/lib" crate="$here/std"
  [[ ! -d $folder ]] || return 0
  library_sources
  mkdir -p "$here/rust/lib/rustlib/src/rust" "$crate/src"
  ln -sfn "$here/src/library" "$here/rust/lib/rustlib/src/rust/library"
  echo '#![no_std]' > "$crate/src/lib.rs"
  printf '[package]\nname = "carrier"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n[profile.release]\npanic = "unwind"\n' > "$crate/Cargo.toml"
  (
    cd "$crate"
    unset RUSTUP_TOOLCHAIN CARGO_TARGET_DIR
    PATH="$here/rust/bin:$here/mingw/usr/bin:$PATH" RUSTC_BOOTSTRAP=1 \
      cargo build -q --release -Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test --target "$target"
  )
  mkdir -p "$folder.part"
  cp "$crate/target/$target/release/deps"/lib*.rlib "$folder.part/"
  rm -f "$folder.part"/libcarrier*
  mv "$folder.part" "$folder"
}

mingw() {
  [[ ! -x $here/mingw/usr/bin/x86_64-w64-mingw32-gcc ]] || return 0
  local work tool
  work=$(mktemp -d "$here/mingw.XXXX")
  (
    cd "$work"
    apt-get -qq download gcc-mingw-w64-x86-64-posix g++-mingw-w64-x86-64-posix gcc-mingw-w64-base \
      gcc-mingw-w64-x86-64-posix-runtime binutils-mingw-w64-x86-64 mingw-w64-x86-64-dev mingw-w64-common
  )
  for package in "$work"/*.deb; do dpkg-deb -x "$package" "$here/mingw"; done
  rm -r "$work"
  # Debian's alternatives, which only an installation would set.
  for tool in gcc-ar gcc-nm gcc-ranlib g++ cpp gcc; do
    ln -sf "x86_64-w64-mingw32-$tool-posix" "$here/mingw/usr/bin/x86_64-w64-mingw32-$tool"
  done
}

empty_compiler() {
  cat > "$here/empty-cc" <<'CC'
#!/bin/sh
# A build script first asks which family of compiler this is, then wants objects.
case $1 in -E) exec gcc "$@" ;; '-?') exit 1 ;; esac
out= previous=
for word in "$@"; do
  [ "$previous" = -o ] && out=$word
  previous=$word
done
[ -z "$out" ] || exec gcc -x c -c /dev/null -o "$out"
CC
  chmod +x "$here/empty-cc"
}

mingw
empty_compiler
if [[ ! -d $here/rust ]] && command -v rustup > /dev/null && rustup target add "${targets[@]}"; then
  echo "ready: $here, with the installed toolchain"
  exit
fi
linked_toolchain
for target in "${targets[@]}"; do standard_library "$target"; done
echo "ready: $here, with a toolchain of its own"
