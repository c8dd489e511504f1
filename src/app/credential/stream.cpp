#include "app/credential/stream.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace bonafide::app {

namespace {

namespace fs = std::filesystem;
namespace c2pa = provenance::c2pa;

bool digit(char c) { return c >= '0' && c <= '9'; }

bool name_before(const std::string& left, const std::string& right) {
  std::size_t a = 0, b = 0;
  while (a < left.size() && b < right.size()) {
    if (!digit(left[a]) || !digit(right[b])) {
      if (left[a] != right[b]) return left[a] < right[b];
      ++a, ++b;
      continue;
    }
    while (a < left.size() && left[a] == '0') ++a;
    while (b < right.size() && right[b] == '0') ++b;
    const auto number = [](const std::string& text, std::size_t& at) {
      const std::size_t start = at;
      while (at < text.size() && digit(text[at])) ++at;
      return text.substr(start, at - start);
    };
    const std::string one = number(left, a), two = number(right, b);
    if (one.size() != two.size()) return one.size() < two.size();
    if (one != two) return one < two;
  }
  return left.size() - a < right.size() - b;
}

std::string in_folder(const std::string& folder, const std::string& path) {
  return (fs::path(folder) / fs::path(path).filename()).string();
}

}  // namespace

std::vector<std::string> by_name(std::vector<std::string> paths) {
  std::ranges::stable_sort(paths, name_before);
  return paths;
}

Result<Stream> plan_stream(const SignRequest& request, const media::ByteSource& init, const Context& context) {
  if (request.in_place || request.update || !request.sidecar.empty()) {
    return make_error(Code::invalid_argument, "a stream is signed into a folder of its own: in no other way yet");
  }
  std::error_code ignored;
  if (fs::exists(request.output, ignored) && !fs::is_directory(request.output, ignored)) {
    return make_error(Code::invalid_argument, "the output of a stream must be a folder");
  }
  struct Timed {
    std::uint64_t time = 0;
    std::string path;
  };
  std::vector<Timed> timed;
  for (const std::string& path : by_name(request.fragments)) {
    if (fs::equivalent(fs::path(path).parent_path().empty() ? "." : fs::path(path).parent_path(), request.output,
                       ignored)) {
      return make_error(Code::invalid_argument, "the output of a stream must be another folder than its own");
    }
    const auto source = TRY(c2pa::file_fragment(path).open());
    auto time = c2pa::decode_time(*source, context);
    if (!time) {
      time.error().file = path;
      return time.error();
    }
    timed.push_back({*time, path});
  }
  std::ranges::stable_sort(timed, {}, &Timed::time);
  std::vector<std::string> paths;
  c2pa::Rendition rendition{&init, {}};
  for (std::size_t i = 0; i < timed.size(); ++i) {
    if (i > 0 && timed[i].time == timed[i - 1].time) {
      Error error = make_error(Code::invalid_argument, "begins at the same time as another fragment");
      error.file = timed[i].path;
      return error;
    }
    paths.push_back(timed[i].path);
    rendition.fragments.push_back(c2pa::file_fragment(timed[i].path));
  }
  std::vector<c2pa::Rendition> renditions;
  renditions.push_back(std::move(rendition));
  auto plan = TRY(c2pa::StreamPlan::create(std::move(renditions), request.binding.algorithm, context));
  return Stream{std::move(plan), std::move(paths)};
}

Result<void> write_fragments(const Stream& stream, const SignRequest& request, const Context& context) {
  std::error_code failed;
  fs::create_directories(request.output, failed);
  if (failed) {
    Error error = make_error(Code::io, "cannot make the folder: " + failed.message());
    error.file = request.output;
    return error;
  }
  for (std::size_t i = 0; i < stream.fragments.size(); ++i) {
    const auto source = TRY(c2pa::file_fragment(stream.fragments[i]).open());
    c2pa::SignedFile file;
    file.splice = TRY(stream.plan.fragment(0, i, *source, context));
    FileWriter out = TRY(FileWriter::create(in_folder(request.output, stream.fragments[i]), request.overwrite));
    TRY(c2pa::write_signed(*source, file, out, context));
    TRY(out.commit());
  }
  return {};
}

}  // namespace bonafide::app
