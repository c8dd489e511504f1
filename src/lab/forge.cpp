#include "lab/forge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "app/open_media.h"
#include "base/files.h"
#include "crypto/hash.h"
#include "forensics/face/finder.h"
#include "media/decode/decode.h"
#include "media/decode/jpeg_encode.h"
#include "report/png.h"

namespace bonafide::lab {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMostPixels = 40'000'000;

bool wanted(const ForgeRequest& request, std::string_view method) {
  return request.methods.empty() ||
         std::find(request.methods.begin(), request.methods.end(), method) != request.methods.end();
}

// A field as CSV wants it (RFC 4180).
std::string csv_field(std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(field);
  std::string text = "\"";
  for (const char c : field) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + '"';
}

// A comment right behind SOI (T.81 B.2.4.5).
Bytes with_comment(const Bytes& jpeg, const std::string& text) {
  Bytes out(jpeg.begin(), jpeg.begin() + 2);
  const std::size_t length = text.size() + 2;
  for (const std::size_t b : {std::size_t{0xFF}, std::size_t{0xFE}, length >> 8, length & 0xFF})
    out.push_back(static_cast<std::uint8_t>(b));
  out.insert(out.end(), text.begin(), text.end());
  out.insert(out.end(), jpeg.begin() + 2, jpeg.end());
  return out;
}

class Workshop {
 public:
  Workshop(const ForgeRequest& request, const Context& context) : request_(request), context_(context) {}

  Result<ForgeResult> run() {
    TRY(make_folders());
    manifest_ = "file,label,kind,generator,source,mask,spans,pair_id,licence,notes\n";
    for (std::size_t i = 0; i < request_.inputs.size(); ++i) {
      if (context_.stopped()) return make_error(Code::cancelled, "stopped");
      if (const auto done = one(i); !done) {
        const Error error = Result<void>(done).error();
        if (error.code == Code::io || error.code == Code::cancelled) return error;
        result_.left_out.push_back(request_.inputs[i] + ": " + error.message);
      }
      context_.report("files", i + 1, request_.inputs.size());
    }
    TRY(write_file((fs::path(request_.out) / "manifest.csv").string(), manifest_, false));
    return std::move(result_);
  }

 private:
  Result<void> make_folders() const {
    std::error_code failed;
    if (fs::exists(request_.out, failed) && !fs::is_empty(request_.out, failed))
      return make_error(Code::invalid_argument, "the folder for forgeries is not empty");
    for (const char* const part : {"genuine", "forged", "mask"}) {
      fs::create_directories(fs::path(request_.out) / part, failed);
      if (failed) return make_error(Code::io, "the folder for forgeries cannot be made");
    }
    return {};
  }

  Result<void> one(std::size_t i) {
    const media::Media media = TRY(app::open_media(request_.inputs[i], context_));
    name_ = fmt::format("{:04}_{}", i, media.sha256.substr(0, 12));
    source_ = fs::path(request_.inputs[i]).filename().string();
    seed_ = request_.seed * 1'000'003 + std::stoull(media.sha256.substr(0, 12), nullptr, 16);
    if (media.kind == media::Kind::image) return pictures(media);
    if (media.kind == media::Kind::audio) return sounds();
    return make_error(Code::unsupported, "is neither a picture nor a sound");
  }

  Result<void> save(const std::string& file, const media::Plane& rgb, const std::string& note) const {
    const Bytes jpeg = with_comment(TRY(media::encode_jpeg(rgb, request_.quality)), note);
    return write_file((fs::path(request_.out) / file).string(), as_text(jpeg), false);
  }

  void row(const std::string& file, bool fake, bool sound, std::string_view method, const std::string& mask,
           const std::string& spans) {
    manifest_ +=
        fmt::format("{},{},{},{},{},{},{},{},{},{}\n", file, fake ? "fake" : "real",
                    sound ? "forged_sound" : "forged_picture", method, csv_field(source_), mask, spans, name_,
                    csv_field(request_.licence), fake ? "made by bonafide forge" : "saved again by bonafide forge");
    ++(fake ? result_.forged : result_.genuine);
  }

  Result<void> pictures(const media::Media& media) {
    const std::uint64_t pixels = static_cast<std::uint64_t>(media.width) * static_cast<std::uint64_t>(media.height);
    if (pixels > kMostPixels) return make_error(Code::limit, "the picture is larger than 40 megapixels");
    const media::Frame frame = TRY(media::read_still(media, context_));
    const std::string genuine = "genuine/" + name_ + ".jpg";
    TRY(save(genuine, frame.rgb(), "bonafide forge: saved again, content unchanged"));
    row(genuine, false, false, "", "", "");
    std::uint64_t number = 0;
    for (const ForgeMethod& method : forge_methods()) {
      ++number;
      if (method.sound || !wanted(request_, method.name)) continue;
      const auto forged = forge_picture(frame.rgb(), method.name, donor_ ? &*donor_ : nullptr, seed_ + number * 7919);
      if (!forged) {
        result_.left_out.push_back(
            fmt::format("{} ({}): {}", source_, method.name, Result<ForgedPicture>(forged).error().message));
        continue;
      }
      const std::string file = fmt::format("forged/{}_{}.jpg", name_, method.name);
      const std::string mask = fmt::format("mask/{}_{}.png", name_, method.name);
      TRY(save(file, forged->picture, forgery_note(method.name, request_.seed)));
      TRY(write_file((fs::path(request_.out) / mask).string(), as_text(report::encode_png(forged->mask)), false));
      row(file, true, false, method.name, mask, "");
    }
    keep_as_donor(frame);
    return {};
  }

  // The next picture's splice comes from this one.
  void keep_as_donor(const media::Frame& frame) {
    constexpr int kSearch = 1280;
    const media::Plane& small = frame.scaled(kSearch);
    const double scale = static_cast<double>(frame.width()) / small.width();
    donor_ = Donor{frame.rgb(), {}};
    for (const auto& found : forensics::face::dlib_finder()->find(small, -0.5)) {  // rather one face too many
      const auto& box = found.box;
      const auto pixel = [&](float v) { return static_cast<int>(static_cast<double>(v) * scale); };
      donor_->faces.push_back({pixel(box.x), pixel(box.y), pixel(box.width), pixel(box.height)});
    }
  }

  Result<void> sounds() {
    const Sound sound =
        TRY(read_sound(request_.inputs[static_cast<std::size_t>(std::stoul(name_.substr(0, 4)))], context_));
    const std::string genuine = "genuine/" + name_ + ".wav";
    TRY(write_wav((fs::path(request_.out) / genuine).string(), sound,
                  "bonafide forge: saved again, content unchanged"));
    row(genuine, false, true, "", "", "");
    std::uint64_t number = 0;
    for (const ForgeMethod& method : forge_methods()) {
      ++number;
      if (!method.sound || !wanted(request_, method.name)) continue;
      const ForgedSound forged = TRY(forge_sound(sound, method.name, seed_ + number * 7919));
      const std::string file = fmt::format("forged/{}_{}.wav", name_, method.name);
      TRY(write_wav((fs::path(request_.out) / file).string(), forged.sound, forgery_note(method.name, request_.seed)));
      row(file, true, true, method.name, "", fmt::format("{:.3f}-{:.3f}", forged.begin_s, forged.end_s));
    }
    return {};
  }

  const ForgeRequest& request_;
  const Context& context_;
  ForgeResult result_;
  std::string manifest_, name_, source_;
  std::uint64_t seed_ = 0;
  std::optional<Donor> donor_;
};

}  // namespace

const std::vector<ForgeMethod>& forge_methods() {
  static const std::vector<ForgeMethod> methods{
      {"splice", false, "a piece of the picture before it in the list, never one with a face"},
      {"copy-move", false, "a piece of the same picture elsewhere"},
      {"inpaint", false, "a piece filled in from its rim"},
      {"blur", false, "a piece blurred"},
      {"resample", false, "a piece enlarged in place"},
      {"self-blend", false, "a piece a little off in place and colour, blended"},
      {"cut", true, "a stretch taken out"},
      {"insert", true, "a stretch of the same recording put in again elsewhere"},
      {"re-time", true, "a stretch slower or faster, at its pitch"},
      {"vocoder", true, "a stretch made again from its magnitudes (Griffin-Lim)"},
      {"codec", true, "a stretch through a coarse transform codec"},
  };
  return methods;
}

std::string forgery_note(std::string_view method, std::uint64_t seed) {
  return fmt::format("FORGERY made for testing by bonafide forge: {}, seed {}", method, seed);
}

Result<ForgeResult> forge(const ForgeRequest& request, const Context& context) {
  for (const std::string& name : request.methods) {
    const auto known = [&](const ForgeMethod& m) { return m.name == name; };
    if (std::none_of(forge_methods().begin(), forge_methods().end(), known))
      return make_error(Code::invalid_argument, "no forgery is called \"" + name + "\"");
  }
  return Workshop(request, context).run();
}

}  // namespace bonafide::lab
