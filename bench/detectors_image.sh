#!/usr/bin/env bash
# The picture detectors alone: what they say of many files, and how long they take on a picture of 12 megapixels.
#   bench/detectors_image.sh build            makes build/detectors_image (needs build/release)
#   bench/detectors_image.sh findings LIST    JSON lines, one a file of LIST
#   bench/detectors_image.sh speed            wall and CPU seconds, peak memory: all image detectors, then each alone
set -euo pipefail
cd "$(dirname "$0")/.."
tool=build/detectors_image

build() {
  local libraries=() packages=(libavformat libavcodec libavutil libswscale libswresample libheif)
  for room in forensics_detectors forensics forensics_face forensics_voice media_decode media_dsp media_container crypto base; do
    libraries+=("build/release/src/libbonafide_$room.a")
  done
  # shellcheck disable=SC2046  # flags are words
  g++ -std=c++20 -O2 -Isrc -o "$tool" bench/detectors_image.cpp -Wl,--start-group "${libraries[@]}" -Wl,--end-group \
    $(pkg-config --libs "${packages[@]}") -ljpeg -ldlib -lblas -llapack -lcrypto -lfmt -ltomlplusplus -lopencv_core \
    -lopencv_imgproc -lpthread
}

twelve_megapixels() { # a photograph of Debian's, enlarged with grain of its own so that it is not smooth
  local out=$1
  [ -f "$out" ] || ffmpeg -v error -y -i /usr/share/doc/opencv-doc/examples/data/messi5.jpg \
    -vf "scale=4000:3000:flags=lanczos,noise=alls=12:allf=t:all_seed=7" -q:v 2 "$out"
}

timed() { # prints: wall and CPU seconds, peak MiB
  /usr/bin/time -f '%e %U %S %M' -o build/time.txt "$@" >/dev/null
  awk '{printf "%6.2f s wall %6.2f s CPU %5.0f MiB\n", $1, $2 + $3, $4 / 1024}' build/time.txt
}

case ${1:-} in
  build) build ;;
  findings) "$tool" image. <"$2" ;;
  speed)
    picture=build/twelve_megapixels.jpg
    twelve_megapixels "$picture"
    for id in image. image.jpeg_grid image.double_jpeg image.ghost image.copy_move image.noise image.cfa image.resampling \
      image.spectrum image.file none; do
      printf '%-18s ' "$id"
      timed "$tool" "$id" < <(echo "$picture")
    done
    ;;
  *) sed -n '2,6p' "$0"; exit 2 ;;
esac
