#include "lab/dataset.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/files.h"

namespace bonafide::lab {

namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;
constexpr std::size_t kMostRows = 1'000'000;

class Csv {
 public:
  explicit Csv(const std::string& text) : text_(text) {}

  Result<std::vector<std::vector<std::string>>> rows() {
    std::vector<std::vector<std::string>> rows;
    while (at_ < text_.size()) {
      const std::size_t line = line_;
      std::vector<std::string> row = TRY(fields());
      if (row.size() == 1 && row[0].empty()) continue;
      if (!rows.empty() && row.size() != rows[0].size()) {
        return make_error(Code::corrupt, "line " + std::to_string(line) + " has " + std::to_string(row.size()) +
                                             " fields, the first line " + std::to_string(rows[0].size()));
      }
      if (rows.size() == kMostRows) return make_error(Code::limit, "more than a million rows");
      rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  Result<std::vector<std::string>> fields() {
    std::vector<std::string> row(1);
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"' && row.back().empty()) {
        TRY(quoted(row.back()));
      } else if (c == ',') {
        row.emplace_back();
      } else if (c == '\n') {
        ++line_;
        break;
      } else if (c != '\r') {
        row.back() += c;
      }
    }
    return row;
  }

  Result<void> quoted(std::string& field) {
    const std::size_t line = line_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '\n') ++line_;
      if (c != '"') {
        field += c;
      } else if (at_ < text_.size() && text_[at_] == '"') {
        field += text_[at_++];
      } else {
        return {};
      }
    }
    return make_error(Code::corrupt, "the quote in line " + std::to_string(line) + " never ends");
  }

  const std::string& text_;
  std::size_t at_ = 0, line_ = 1;
};

std::optional<std::size_t> column(const std::vector<std::string>& header, std::string_view name) {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header.begin());
}

bool leaves(const std::filesystem::path& name) {
  return name.is_absolute() || std::any_of(name.begin(), name.end(), [](const auto& part) { return part == ".."; });
}

Error in(Error error, const std::string& path) {
  if (error.file.empty()) error.file = path;
  return error;
}

}  // namespace

Result<std::vector<std::vector<std::string>>> parse_csv(const std::string& text) { return Csv(text).rows(); }

Result<std::vector<Item>> read_dataset(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::path manifest = std::filesystem::is_directory(path, ignored)
                                             ? std::filesystem::path(path) / "manifest.csv"
                                             : std::filesystem::path(path);
  const std::string text = TRY(read_file(manifest.string(), kMostBytes));
  auto rows = parse_csv(text);
  if (!rows) return in(rows.error(), manifest.string());
  const auto wrong = [&](std::string words) { return in(make_error(Code::corrupt, std::move(words)), manifest.string()); };
  if (rows->empty()) return wrong("holds no rows");
  const std::vector<std::string> header = rows->front();
  const auto file = column(header, "file"), label = column(header, "label");
  if (!file || !label) return wrong("needs the columns file and label");
  const auto kind = column(header, "kind"), generator = column(header, "generator");
  auto source = column(header, "source_repo");
  if (!source) source = column(header, "source");
  const auto value = [](const std::vector<std::string>& row, std::optional<std::size_t> at) {
    return at ? row[*at] : std::string();
  };
  std::vector<Item> items;
  for (std::size_t i = 1; i < rows->size(); ++i) {
    const std::vector<std::string>& row = (*rows)[i];
    if (row[*label] != "real" && row[*label] != "fake") continue;
    if (leaves(row[*file])) return wrong("row " + std::to_string(i + 1) + ": " + row[*file] + " leaves the folder");
    Item item{.path = (manifest.parent_path() / row[*file]).string(),
              .file = row[*file],
              .kind = value(row, kind),
              .fake = row[*label] == "fake",
              .source = value(row, source),
              .generator = value(row, generator)};
    if (item.source.starts_with("github:")) item.source.erase(0, 7);
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace bonafide::lab
