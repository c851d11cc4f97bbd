#!/usr/bin/env bash
# Draws every icon file from icon.svg and tray/. Needs Chromium, ImageMagick and Python; run it after changing the drawing.
set -euo pipefail
cd "$(dirname "$0")"
magick=${MAGICK:-/usr/bin/convert}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# draw FILE.svg FILE.png: 1024 pixels wide.
draw() {
  printf '<body style="margin:0">%s</body>' "$(sed 's/width="512" height="512"/width="1024" height="1024"/' "$1")" > "$work/icon.html"
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --default-background-color=00000000 \
    --user-data-dir="$work/profile" --window-size=1024,1024 --screenshot="$2" "file://$work/icon.html" 2>/dev/null
}

draw icon.svg "$work/1024.png"

for size in 16 32 48 64 128 256 512; do
  "$magick" "$work/1024.png" -filter Lanczos -resize "${size}x${size}" -depth 8 -strip "PNG32:$work/$size.png"
done
for size in 32 128 256 512; do cp "$work/$size.png" "${size}x${size}.png"; done
"$magick" "$work/16.png" "$work/32.png" "$work/48.png" "$work/64.png" "$work/256.png" icon.ico

# Beside the clock: one for each thing to tell.
for drawing in tray/*.svg; do
  draw "$drawing" "$work/tray.png"
  "$magick" "$work/tray.png" -filter Lanczos -resize 48x48 -depth 8 -strip "PNG32:${drawing%.svg}.png"
done

# An icns file is a list of PNG files, each behind a four-letter type and a big-endian length.
python3 - "$work" <<'PY'
import pathlib, struct, sys
work = pathlib.Path(sys.argv[1])
kinds = {b"icp4": 16, b"icp5": 32, b"icp6": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512}
parts = b"".join(kind + struct.pack(">I", 8 + len(png)) + png
                 for kind, png in ((kind, (work / f"{size}.png").read_bytes()) for kind, size in kinds.items()))
pathlib.Path("icon.icns").write_bytes(b"icns" + struct.pack(">I", 8 + len(parts)) + parts)
PY
