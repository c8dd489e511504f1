#include "report/png.h"

#include <zlib.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

namespace bonafide::report {

namespace {

constexpr std::array<std::uint8_t, 8> kSignature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr std::uint32_t kLongestSide = 4096;
enum ColourType : std::uint8_t { kGrey = 0, kRgb = 2, kPalette = 3 };

void put_u32(Bytes& into, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) into.push_back(static_cast<std::uint8_t>(value >> shift));
}

void put_chunk(Bytes& png, std::string_view type, const Bytes& body) {
  put_u32(png, static_cast<std::uint32_t>(body.size()));
  const std::size_t from = png.size();
  png.insert(png.end(), type.begin(), type.end());
  png.insert(png.end(), body.begin(), body.end());
  put_u32(png, static_cast<std::uint32_t>(::crc32(0, png.data() + from, static_cast<uInt>(png.size() - from))));
}

Bytes deflate_rows(const media::Plane& plane) {
  const std::size_t stride = plane.stride();
  Bytes rows;
  rows.reserve((stride + 1) * static_cast<std::size_t>(plane.height()));
  for (int y = 0; y < plane.height(); ++y) {
    rows.push_back(2);  // filter "up": maps change slowly
    const std::uint8_t* const row = plane.row(y);
    const std::uint8_t* const above = y > 0 ? plane.row(y - 1) : nullptr;
    for (std::size_t i = 0; i < stride; ++i) {
      rows.push_back(static_cast<std::uint8_t>(row[i] - (above != nullptr ? above[i] : 0)));
    }
  }
  uLongf size = ::compressBound(static_cast<uLong>(rows.size()));
  Bytes packed(size);
  ::compress2(packed.data(), &size, rows.data(), static_cast<uLong>(rows.size()), 6);
  packed.resize(size);
  return packed;
}

Bytes assemble(const media::Plane& plane, ColourType type, const Bytes& palette, const Bytes& alpha) {
  if (plane.empty()) return {};
  Bytes png(kSignature.begin(), kSignature.end());
  Bytes header;
  put_u32(header, static_cast<std::uint32_t>(plane.width()));
  put_u32(header, static_cast<std::uint32_t>(plane.height()));
  header.insert(header.end(), {8, type, 0, 0, 0});
  put_chunk(png, "IHDR", header);
  if (!palette.empty()) put_chunk(png, "PLTE", palette);
  if (!alpha.empty()) put_chunk(png, "tRNS", alpha);
  put_chunk(png, "IDAT", deflate_rows(plane));
  put_chunk(png, "IEND", {});
  return png;
}

struct Header {
  std::uint32_t width = 0, height = 0;
};

Result<Header> read_header(ByteReader& body) {
  Header header;
  header.width = TRY(body.u32be());
  header.height = TRY(body.u32be());
  const ByteView rest = TRY(body.take(5));
  if (header.width == 0 || header.height == 0) return make_error(Code::corrupt, "a PNG without size");
  if (header.width > kLongestSide || header.height > kLongestSide) return make_error(Code::limit, "PNG is too large");
  if (rest[0] != 8 || rest[1] != kGrey || rest[2] != 0 || rest[3] != 0 || rest[4] != 0)
    return make_error(Code::unsupported, "only plain 8-bit grey PNG");
  return header;
}

Result<Bytes> inflate_exactly(const Bytes& packed, std::size_t size) {
  Bytes rows(size);
  uLongf got = static_cast<uLongf>(size);
  if (::uncompress(rows.data(), &got, packed.data(), static_cast<uLong>(packed.size())) != Z_OK || got != size)
    return make_error(Code::corrupt, "the PNG's samples do not unpack");
  return rows;
}

int paeth(int a, int b, int c) {  // ISO/IEC 15948, 9.4
  const int p = a + b - c;
  const int pa = std::abs(p - a);
  const int pb = std::abs(p - b);
  const int pc = std::abs(p - c);
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

Result<media::Plane> unfilter(const Bytes& rows, const Header& header) {
  const std::size_t width = header.width;
  std::vector<std::uint8_t> samples(width * header.height);
  for (std::size_t y = 0; y < header.height; ++y) {
    const std::uint8_t* const from = rows.data() + y * (width + 1);
    std::uint8_t* const to = samples.data() + y * width;
    for (std::size_t x = 0; x < width; ++x) {
      const int left = x > 0 ? to[x - 1] : 0;
      const int up = y > 0 ? to[x - width] : 0;
      const int corner = x > 0 && y > 0 ? *(to + x - width - 1) : 0;
      int guess = 0;
      switch (from[0]) {
        case 0: break;
        case 1: guess = left; break;
        case 2: guess = up; break;
        case 3: guess = (left + up) / 2; break;
        case 4: guess = paeth(left, up, corner); break;
        default: return make_error(Code::corrupt, "an unknown PNG filter");
      }
      to[x] = static_cast<std::uint8_t>(from[1 + x] + guess);
    }
  }
  return media::Plane(static_cast<int>(header.width), static_cast<int>(header.height), 1, std::move(samples));
}

}  // namespace

Bytes encode_png(const media::Plane& plane) { return assemble(plane, plane.channels() == 3 ? kRgb : kGrey, {}, {}); }

Bytes encode_heat_png(const media::Plane& grey) {
  // Five stations from deep violet to pale yellow, brightness rising all the way (the idea of perceptually ordered
  // maps; the colours are ours). Opacity rises with the value so that a quiet map leaves the picture alone.
  constexpr std::array<std::array<double, 3>, 5> kStations{
      {{40, 11, 84}, {124, 29, 109}, {212, 72, 66}, {251, 155, 33}, {252, 255, 190}}};
  Bytes palette;
  Bytes alpha;
  for (int value = 0; value < 256; ++value) {
    const double place = value / 255.0 * (kStations.size() - 1);
    const auto low = std::min<std::size_t>(static_cast<std::size_t>(place), kStations.size() - 2);
    const double part = place - static_cast<double>(low);
    for (std::size_t c = 0; c < 3; ++c) {
      palette.push_back(
          static_cast<std::uint8_t>(std::lround(kStations[low][c] * (1 - part) + kStations[low + 1][c] * part)));
    }
    alpha.push_back(static_cast<std::uint8_t>(std::lround(255 * std::min(1.0, std::pow(value / 160.0, 0.8)))));
  }
  if (grey.channels() != 1) return {};
  return assemble(grey, kPalette, palette, alpha);
}

Result<media::Plane> decode_grey_png(ByteView png) {
  ByteReader reader(png);
  const ByteView signature = TRY(reader.take(kSignature.size()));
  if (std::memcmp(signature.data(), kSignature.data(), kSignature.size()) != 0)
    return make_error(Code::corrupt, "not a PNG", 0);
  std::optional<Header> header;
  Bytes packed;
  while (!reader.at_end()) {
    const std::uint32_t size = TRY(reader.u32be());
    const ByteView type = TRY(reader.take(4));
    const ByteView body = TRY(reader.take(size));
    const std::uint32_t crc = TRY(reader.u32be());
    const auto start = ::crc32(0, type.data(), 4);
    if (crc != ::crc32(start, body.data(), static_cast<uInt>(body.size())) && !body.empty())
      return make_error(Code::corrupt, "a PNG chunk's checksum is wrong", reader.offset());
    if (as_text(type) == "IHDR") {
      ByteReader inner(body);
      header = TRY(read_header(inner));
    } else if (as_text(type) == "IDAT") {
      packed.insert(packed.end(), body.begin(), body.end());
    } else if (as_text(type) == "IEND") {
      break;
    }
  }
  if (!header) return make_error(Code::corrupt, "a PNG without header");
  const Bytes rows = TRY(inflate_exactly(packed, (std::size_t{header->width} + 1) * header->height));
  return unfilter(rows, *header);
}

}  // namespace bonafide::report
