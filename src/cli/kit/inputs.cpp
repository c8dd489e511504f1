#include "cli/kit/inputs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "base/files.h"
#include "media/container/media.h"

namespace bonafide::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMostSpooled = std::uint64_t{16} << 30;  // what a temporary folder can be asked to hold

Error about(Code code, const std::string& path, std::string message) {
  Error error = make_error(code, std::move(message));
  error.file = path;
  return error;
}

bool is_media(const std::string& path) {
  const auto file = FileReader::open(path);
  if (!file) return false;
  Bytes head(64);
  const auto got = file->read_some(0, head);
  return got && media::sniff(ByteView(head).first(*got)) != media::Format::unknown;
}

void walk(const std::string& folder, Inputs& inputs) {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error), end;
       !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (!it->is_regular_file(ignored) || it->is_symlink(ignored)) continue;
    found.push_back(it->path().string());
  }
  if (error) inputs.errors.push_back(about(Code::io, folder, error.message()));
  std::sort(found.begin(), found.end());
  for (std::string& path : found) {
    if (is_media(path))
      inputs.files.push_back({path, path});
    else
      ++inputs.passed_over;
  }
}

Result<std::string> spool_standard_input(const Context& context) {
  std::string path = (fs::temp_directory_path() / "bonafide-stdin-XXXXXX").string();
  const int descriptor = ::mkstemp(path.data());
  if (descriptor < 0) return about(Code::io, path, "cannot keep standard input");
  Bytes buffer(std::size_t{1} << 20);
  std::uint64_t total = 0;
  std::optional<Error> failure;
  while (!failure) {
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got <= 0) break;
    total += static_cast<std::uint64_t>(got);
    if (context.stopped())
      failure = make_error(Code::cancelled, "stopped");
    else if (total > kMostSpooled)
      failure = make_error(Code::limit, "standard input holds more than 16 GiB");
    else if (::write(descriptor, buffer.data(), static_cast<std::size_t>(got)) != got) {
      failure = about(Code::io, path, "cannot keep standard input");
    }
  }
  ::close(descriptor);
  if (failure) {
    ::unlink(path.c_str());
    return *failure;
  }
  return path;
}

Result<void> read_list(const std::string& from, std::vector<std::string>& into) {
  std::ifstream file;
  if (from != "-") {
    file.open(from);
    if (!file) return about(Code::not_found, from, "cannot open the list of files");
  }
  std::istream& lines = from == "-" ? std::cin : file;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) into.push_back(line);
  }
  return {};
}

}  // namespace

Inputs::~Inputs() {
  if (!spooled.empty()) ::unlink(spooled.c_str());
}

Result<Inputs> collect_inputs(const InputRequest& request, const Context& context) {
  Inputs inputs;
  std::vector<std::string> names = request.arguments;
  const auto dashes = std::count(names.begin(), names.end(), "-") + (request.files_from == "-" ? 1 : 0);
  if (dashes > 1) return make_error(Code::invalid_argument, "standard input can be read only once");
  inputs.many = names.size() > 1 || !request.files_from.empty();
  if (!request.files_from.empty()) {
    if (auto read = read_list(request.files_from, names); !read) inputs.errors.push_back(read.error());
  }
  for (const std::string& name : names) {
    std::error_code ignored;
    if (name == "-") {
      inputs.spooled = TRY(spool_standard_input(context));
      inputs.files.push_back({inputs.spooled, "-"});
    } else if (fs::is_directory(name, ignored)) {
      inputs.many = true;
      if (request.recursive)
        walk(name, inputs);
      else
        inputs.errors.push_back(about(Code::unsupported, name, "is a folder; use --recursive to look inside"));
    } else {
      inputs.files.push_back({name, name});
    }
  }
  return inputs;
}

}  // namespace bonafide::cli
