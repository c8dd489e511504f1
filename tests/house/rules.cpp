#include "rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

namespace bonafide::house {

namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

struct Room {
  std::string folder;  ///< under src/
  Words may_use;       ///< folders under src/, besides itself; a folder does not stand for those inside it
};

const Words kMedia{"base", "crypto", "media/container", "media/dsp", "media/decode"};

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Ground floor first. A front door may use `app` and everything below it, never another front door.
const std::vector<Room>& rooms() {
  static const Words seen = with(kMedia, {"forensics", "forensics/face", "forensics/voice"});
  static const Words judged =
      with(seen, {"provenance", "provenance/c2pa", "provenance/mark", "provenance/print", "verdict"});
  static const Words credentials{"base", "crypto", "media/container", "provenance/c2pa", "provenance"};
  static const Words told = with(judged, {"report", "report/credential"});
  static const Words record{"base", "crypto", "provenance/log"};
  static const Words house = with(told, {"app", "app/credential"});
  static const std::vector<Room> table{
      {"base", {}},
      {"crypto", {"base"}},
      {"net", {"base"}},
      {"media/container", {"base", "crypto"}},
      {"media/dsp", {"base", "media/container"}},  // for the tables JPEG prints
      {"media/decode", kMedia},
      {"provenance/c2pa", {"base", "crypto", "media/container"}},
      {"provenance", {"base", "crypto", "media/container", "provenance/c2pa"}},
      {"provenance/log", {"base", "crypto"}},
      {"provenance/log_pg", {"base", "crypto", "provenance/log"}},
      {"provenance/print", {"base", "crypto", "media/container", "media/dsp"}},
      {"provenance/mark", {"base", "crypto", "media/container", "media/dsp"}},
      {"forensics/face", kMedia},
      {"forensics/voice", kMedia},
      {"forensics", seen},
      {"forensics/detectors", seen},
      {"verdict", with(seen, {"provenance"})},
      {"report/credential", credentials},
      {"report", with(with(judged, {"report/credential"}), {"report/log", "provenance/log"})},
      {"app/credential", with(credentials, {"report/credential"})},
      {"report/log", record},
      {"app/log", with(record, {"report/log", "app/credential", "provenance/c2pa", "media/container"})},
      {"app/serve", with(record, {"report/log", "app/log", "app/credential", "provenance/c2pa"})},
      {"app", with(with(told, {"app/credential"}), {"app/log", "report/log", "provenance/log"})},
      {"cli/kit", {"base", "media/container"}},
      {"cli/credential", with(credentials, {"report/credential", "app/credential", "cli/kit"})},
      {"cli/log", with(record, {"report/log", "app/log", "app/serve", "app/credential", "cli/kit", "cli/credential",
                                "provenance/c2pa"})},
      {"cli", with(house, {"lab", "cli/kit", "cli/credential", "cli/log", "net"})},
      {"capi", house},
      {"server", house},
      {"worker", house},
      {"lab", house},
  };
  return table;
}

struct Library {
  std::regex header;
  std::string name;
  std::vector<std::string> allowed;  ///< prefixes of paths from the root
};

const std::vector<Library>& libraries() {
  static const std::vector<Library> table{
      {std::regex("lib(av|sw)[a-z]+/.*"), "FFmpeg", {"src/media/decode/"}},
      {std::regex("libheif/.*"), "libheif", {"src/media/decode/"}},
      {std::regex("(jpeglib|jerror|jconfig|jmorecfg|turbojpeg)\\.h"), "libjpeg", {"src/media/decode/"}},
      {std::regex("dlib/.*"), "dlib", {"src/forensics/face/"}},
      {std::regex("opencv2?/.*"),
       "OpenCV",
       {"src/media/dsp/", "src/provenance/mark/", "src/forensics/face/", "src/forensics/detectors/",
        "src/forensics/preview", "src/lab/"}},
      {std::regex("openssl/.*"), "OpenSSL", {"src/crypto/"}},
      {std::regex("brotli/.*"), "Brotli", {"src/provenance/c2pa/"}},
      {std::regex("sqlite3(ext)?\\.h"), "SQLite", {"src/provenance/log/"}},
      {std::regex("chromaprint\\.h"), "Chromaprint", {"src/provenance/print/"}},
      {std::regex("libpq-fe\\.h"), "libpq", {"src/provenance/log_pg/"}},
      {std::regex("boost/.*"), "Boost", {"src/net/"}},
      {std::regex("CLI/.*"), "CLI11", {"src/cli/"}},
      {std::regex("nlohmann/.*"), "nlohmann/json", {"src/base/"}},
      {std::regex("toml\\+\\+/.*|toml\\+\\+\\.h"), "toml++", {"src/base/"}},
      {std::regex("(sys/socket|netinet/.*|arpa/.*|netdb)(\\.h)?"), "sockets", {"src/server/"}},
  };
  return table;
}

bool starts(const std::string& text, const std::string& prefix) { return text.rfind(prefix, 0) == 0; }
bool ends(const std::string& text, const std::string& suffix) {
  return text.size() >= suffix.size() && text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}
bool is_code(const std::string& path) {
  return ends(path, ".cpp") || ends(path, ".h") || ends(path, ".hpp") || ends(path, ".c");
}
std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

Words lines_of(const std::string& text) {
  Words lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

struct Include {
  std::string path;  ///< of the including file
  std::size_t line;  ///< from 1
  bool quoted;       ///< "…" rather than <…>
  std::string header;
};

std::vector<Include> includes_of(const Tree& tree, const std::string& under) {
  static const std::regex pattern("^\\s*#\\s*include\\s*([<\"])([^>\"]+)[>\"].*");
  std::vector<Include> found;
  for (const auto& [path, text] : tree) {
    if (!starts(path, under) || !is_code(path)) continue;
    const Words lines = lines_of(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::smatch match;
      if (std::regex_match(lines[i], match, pattern)) found.push_back({path, i + 1, match[1] == "\"", match[2]});
    }
  }
  return found;
}

const Room* room_named(const std::string& folder) {
  for (const Room& room : rooms())
    if (room.folder == folder) return &room;
  return nullptr;
}

std::string at(const Include& include) { return fmt::format("{}:{}: ", include.path, include.line); }

// "forensics/detectors/video_blink.h" seen from another detector's file
bool crosses_detectors(const Include& include) {
  if (!starts(include.path, "src/forensics/detectors/") || !starts(include.header, "forensics/detectors/"))
    return false;
  const auto stem = [](std::string name) {
    name = name.substr(name.rfind('/') + 1);
    name = name.substr(0, name.find('.'));
    for (const char* const suffix : {"_test", "_bench"})
      if (ends(name, suffix)) name.resize(name.size() - std::string(suffix).size());
    return name;
  };
  return stem(include.path) != stem(include.header);
}

void check_include(const Tree& tree, const Include& include, std::vector<std::string>& wrong) {
  const std::string folder = folder_of(include.path).substr(std::string("src/").size());
  const Room* const room = room_named(folder);
  if (room == nullptr) {
    wrong.push_back(at(include) + fmt::format("room {} is not in the table of tests/house/rules.cpp", folder));
    return;
  }
  if (starts(include.header, "support/")) {
    if (!ends(include.path, "_test.cpp") && !ends(include.path, "_bench.cpp"))
      wrong.push_back(at(include) + "test support outside a test");
    return;
  }
  if (starts(include.header, "bonafide/")) {
    if (folder != "capi") wrong.push_back(at(include) + "the public header belongs to capi alone");
    return;
  }
  if (tree.count("src/" + include.header) == 0) {
    wrong.push_back(at(include) + fmt::format("\"{}\" is not a path from src/", include.header));
    return;
  }
  if (crosses_detectors(include)) wrong.push_back(at(include) + "detectors never include each other");
  const std::string target = folder_of(include.header);
  if (target == folder) return;
  if (std::find(room->may_use.begin(), room->may_use.end(), target) == room->may_use.end())
    wrong.push_back(at(include) + fmt::format("{} may not use {}", folder, target));
}

const std::set<std::string>& ignored_folders() {
  static const std::set<std::string> names{".git", "build", "out", "node_modules"};
  return names;
}

}  // namespace

std::vector<std::string> check_layers(const Tree& tree) {
  std::vector<std::string> wrong;
  for (const Include& include : includes_of(tree, "src/"))
    if (include.quoted) check_include(tree, include, wrong);
  return wrong;
}

std::vector<std::string> check_libraries(const Tree& tree) {
  std::vector<std::string> wrong;
  for (const Include& include : includes_of(tree, "src/")) {
    for (const Library& library : libraries()) {
      if (!std::regex_match(include.header, library.header)) continue;
      const auto fits = [&](const std::string& prefix) { return starts(include.path, prefix); };
      if (std::none_of(library.allowed.begin(), library.allowed.end(), fits))
        wrong.push_back(at(include) +
                        fmt::format("{} is used in {} only", library.name, fmt::join(library.allowed, ", ")));
      if (library.name == "FFmpeg" && ends(include.path, ".h"))
        wrong.push_back(at(include) + "FFmpeg's headers stay out of ours");
    }
  }
  return wrong;
}

std::vector<std::string> check_cards(const Tree& tree) {
  std::set<std::string> folders;
  for (const auto& [path, text] : tree)
    if (starts(path, "src/") && is_code(path)) folders.insert(folder_of(path));
  std::vector<std::string> wrong;
  for (const std::string& folder : folders) {
    const auto card = tree.find(folder + "/README.md");
    if (card == tree.end())
      wrong.push_back(folder + ": no README.md (room card)");
    else if (lines_of(card->second).size() > 80)
      wrong.push_back(folder + "/README.md: longer than a page");
  }
  return wrong;
}

std::vector<std::string> check_detectors(const Tree& tree) {
  const std::string folder = "src/forensics/detectors/";
  std::vector<std::string> wrong;
  for (const auto& [path, text] : tree) {
    if (!starts(path, folder) || !ends(path, ".cpp") || ends(path, "_test.cpp") || ends(path, "_bench.cpp")) continue;
    const std::string name = path.substr(folder.size(), path.size() - folder.size() - 4);
    std::string id = name;
    if (const auto underscore = id.find('_'); underscore != std::string::npos) id[underscore] = '.';
    if (text.find('"' + id + '"') == std::string::npos) wrong.push_back(path + ": its id is not \"" + id + '"');
    if (tree.count("docs/methods/" + id + ".md") == 0) wrong.push_back(path + ": no docs/methods/" + id + ".md");
    const auto test = tree.find(folder + name + "_test.cpp");
    for (const char* const kind : {"KnownPositive", "KnownNegative", "NotApplicable"}) {
      const std::regex pattern(fmt::format("TEST(_F|_P)?\\(\\s*\\w+,\\s*{}\\w*\\)", kind));
      if (test == tree.end() || !std::regex_search(test->second, pattern))
        wrong.push_back(fmt::format("{}: {}_test.cpp has no test {}", path, name, kind));
    }
  }
  return wrong;
}

std::vector<std::string> check_sizes(const Tree& tree) {
  constexpr std::size_t kMostLines = 600;
  std::vector<std::string> wrong;
  for (const auto& [path, text] : tree) {
    const std::size_t lines = lines_of(text).size();
    if (is_code(path) && lines > kMostLines)
      wrong.push_back(fmt::format("{}: {} lines, {} at most: split it", path, lines, kMostLines));
  }
  return wrong;
}

std::vector<std::string> check_paths(const Tree& tree) {
  // in pieces, or this file would find itself
  static const std::regex pattern(std::string("(^|[^A-Za-z0-9_./~$}-])/") + "(wor" + "k|roo" + "t|hom" + "e)/[a-z]");
  std::vector<std::string> wrong;
  for (const auto& [path, text] : tree) {
    const Words lines = lines_of(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].size() > 2000) continue;  // data, and std::regex recurses
      if (std::regex_search(lines[i], pattern))
        wrong.push_back(fmt::format("{}:{}: a path of somebody's machine", path, i + 1));
    }
  }
  return wrong;
}

Tree read_tree(const std::string& root) {
  Tree tree;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator(); ++entry) {
    if (entry->is_directory() && ignored_folders().count(entry->path().filename().string()) > 0) {
      entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file() || entry->path().filename() == ".git" || entry->file_size() > (1U << 20)) continue;
    std::ifstream stream(entry->path(), std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    if (text.find('\0') != std::string::npos) continue;  // not text
    tree.emplace(fs::relative(entry->path(), root).string(), std::move(text));
  }
  return tree;
}

}  // namespace bonafide::house
