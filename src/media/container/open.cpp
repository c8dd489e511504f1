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
    {Format::webp, walk_riff, " webp "},
    {Format::tiff, walk_tiff_file, " tif tiff dng nef cr2 arw orf pef srw rw2 nrw 3fr iiq erf kdc dcr mef mos raw "},
    {Format::gif, walk_gif, " gif "},
    {Format::bmp, walk_bmp, " bmp dib "},
    {Format::avif, walk_bmff, " avif avifs heic heif "},
    {Format::heic, walk_bmff, " heic heif heics heifs hif "},
    {Format::jxl, walk_jxl, " jxl "},
    {Format::svg, walk_svg, " svg xml "},
    {Format::pdf, walk_pdf, " pdf ai "},
    {Format::mp4, walk_bmff, " mp4 m4v mov 3gp 3g2 m4a m4s m4b f4v mpg4 ismv lrv insv cmfv cmfa "},
    {Format::mov, walk_bmff, " mov qt mp4 m4v "},
    {Format::matroska, walk_ebml, " mkv webm mka mks mk3d weba "},
    {Format::avi, walk_riff, " avi divx "},
    {Format::mpegts, walk_mpegts, " ts mts m2ts m2t tp trp mpg mpeg tts "},
    {Format::mpegps, walk_mpegps, " mpg mpeg vob m2p mpe m1v m2v mpv ps mod dat "},
    {Format::flv, walk_flv, " flv f4v "},
    {Format::asf, walk_asf, " wmv wma asf "},
    {Format::wav, walk_riff, " wav wave bwf w64 rf64 "},
    {Format::flac, walk_flac, " flac fla "},
    {Format::mp3, walk_mp3, " mp3 mp2 mp1 mpga mpa aac "},
    {Format::m4a, walk_bmff, " m4a m4b m4p mp4 m4r aac "},
    {Format::ogg, walk_ogg, " ogg oga ogv ogx opus spx "},
    {Format::aac, walk_adts, " aac adts "},
    {Format::aiff, walk_aiff, " aif aiff aifc "},
    {Format::amr, walk_amr, " amr awb "},
    {Format::caf, walk_caf, " caf "},
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
  TRY(walk.tolerate("structure", row_of(media.format).walk(walk)));
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
