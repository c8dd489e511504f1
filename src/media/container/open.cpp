// Opening: sniff, hash, let the format's walker read.
#include <fmt/format.h>

#include <algorithm>

#include "crypto/hash.h"
#include "media/container/open_bytes.h"
#include "media/container/walkers.h"

namespace bonafide::media {

namespace {
struct Row {
  Format format;
  Walker walk;
  std::string_view extensions;  ///< space separated, each with a space before and after
};
constexpr Row kRows[] = {
    {Format::jpeg, walk_jpeg, " jpg jpeg jpe jfif thm mpo insp "},
    {Format::png, walk_png, " png apng "},
    {Format::webp, nullptr, " webp "},
    {Format::tiff, walk_tiff_file, " tif tiff dng nef cr2 arw orf pef srw rw2 nrw 3fr iiq erf kdc dcr mef mos raw "},
    {Format::gif, nullptr, " gif "},
    {Format::bmp, nullptr, " bmp dib "},
    {Format::avif, nullptr, " avif avifs heic heif "},
    {Format::heic, nullptr, " heic heif heics heifs hif "},
    {Format::jxl, nullptr, " jxl "},
    {Format::svg, nullptr, " svg xml "},
    {Format::pdf, nullptr, " pdf ai "},
    {Format::mp4, nullptr, " mp4 m4v mov 3gp 3g2 m4a m4s m4b f4v mpg4 ismv lrv insv cmfv cmfa "},
    {Format::mov, nullptr, " mov qt mp4 m4v "},
    {Format::matroska, nullptr, " mkv webm mka mks mk3d weba "},
    {Format::avi, nullptr, " avi divx "},
    {Format::mpegts, nullptr, " ts mts m2ts m2t tp trp mpg mpeg tts "},
    {Format::mpegps, nullptr, " mpg mpeg vob m2p mpe m1v m2v mpv ps mod dat "},
    {Format::flv, nullptr, " flv f4v "},
    {Format::asf, nullptr, " wmv wma asf "},
    {Format::wav, nullptr, " wav wave bwf w64 rf64 "},
    {Format::flac, nullptr, " flac fla "},
    {Format::mp3, nullptr, " mp3 mp2 mp1 mpga mpa aac "},
    {Format::m4a, nullptr, " m4a m4b m4p mp4 m4r aac "},
    {Format::ogg, nullptr, " ogg oga ogv ogx opus spx "},
    {Format::aac, nullptr, " aac adts "},
    {Format::aiff, nullptr, " aif aiff aifc "},
    {Format::amr, nullptr, " amr awb "},
    {Format::caf, nullptr, " caf "},
};

const Row& row_of(Format format) {
  return *std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& row) { return row.format == format; });
}

std::string lower_extension(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
  const std::size_t dot = path.find_last_of('.');
  if (dot == std::string::npos || dot <= begin || path.size() - dot > 9) return {};
  std::string extension = path.substr(dot + 1);
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return extension;
}

// Only an extension that belongs to another format we know is worth a word: ".bak" promises nothing.
std::string mismatch(const std::string& path, Format format) {
  const std::string extension = lower_extension(path);
  if (extension.empty()) return {};
  const std::string word = fmt::format(" {} ", extension);
  if (row_of(format).extensions.find(word) != std::string_view::npos) return {};
  const bool known = std::any_of(std::begin(kRows), std::end(kRows),
                                 [&](const Row& row) { return row.extensions.find(word) != std::string_view::npos; });
  return known ? fmt::format("named .{} but is {}", clean_utf8(extension), to_string(format)) : std::string{};
}

Error unknown_type(ByteView head) {
  const ByteView first = part(head, 0, 8);
  if (std::all_of(head.begin(), head.end(), [](std::uint8_t byte) { return byte == 0; }))
    return make_error(Code::unsupported, "the file begins with nothing but zeros: not a picture, video or sound", 0);
  return make_error(Code::unsupported,
                    fmt::format("not a picture, video or sound we know (it begins with {})", to_hex(first)), 0);
}
}  // namespace

Result<Media> open_bytes(const ByteSource& source, const std::string& path, const Context& context) {
  Media media;
  media.path = path;
  media.size = source.size();
  if (media.size == 0) return make_error(Code::corrupt, "the file is empty");
  Walk walk(source, media, context);
  const Bytes head = TRY(walk.read_up_to(0, 4096));
  media.format = sniff(head);
  if (media.format == Format::unknown) return unknown_type(head);
  media.kind = kind_of(media.format);
  if (const Walker walker = row_of(media.format).walk; walker != nullptr) TRY(walk.tolerate("structure", walker(walk)));
  if (media.format == Format::unknown) return unknown_type(head);  // a walker looked closer
  if (media.orientation >= 5) std::swap(media.width, media.height);
  media.extension_mismatch = mismatch(path, media.format);
  return media;
}

Result<Media> open(const FileReader& file, const Context& context) {
  const auto named = [&](Error error) {
    error.file = file.path();
    return error;
  };
  auto media = open_bytes(FileSource(file), file.path(), context);
  if (!media) return named(std::move(media.error()));
  auto hash = crypto::digest_file(crypto::HashAlgorithm::sha256, file, context);
  if (!hash) return named(std::move(hash.error()));
  media->sha256 = to_hex(*hash);
  return media;
}

}  // namespace bonafide::media
