#include "provenance/c2pa/pdf.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "support/embed.h"

namespace bonafide::provenance::c2pa {
namespace {

std::string deflated(const std::string& data) {
  uLongf size = compressBound(data.size());
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(data.data()), data.size());
  packed.resize(size);
  return packed;
}

// A PDF file put together object by object, with its cross-reference as a table or as a packed stream.
class PdfMaker {
 public:
  void object(int number, const std::string& body) {
    offsets_[number] = text_.size();
    text_ += fmt::format("{} 0 obj\n{}\nendobj\n", number, body);
  }
  void stream(int number, const std::string& entries, std::string_view data) {
    object(number, fmt::format("<<{}/Length {}>>stream\n{}\nendstream", entries, data.size(), data));
  }
  /// Objects in a packed stream of their own.
  void pack(int number, const std::vector<std::pair<int, std::string>>& objects) {
    std::string index, bodies;
    for (std::size_t i = 0; i < objects.size(); ++i) {
      packed_[objects[i].first] = {number, static_cast<int>(i)};
      index += fmt::format("{} {} ", objects[i].first, bodies.size());
      bodies += objects[i].second + " ";
    }
    stream(number, fmt::format("/Type/ObjStm/N {}/First {}/Filter/FlateDecode", objects.size(), index.size()),
           deflated(index + bodies));
  }
  void table(const std::string& trailer, std::string_view line_end = " \n") {
    const std::size_t start = text_.size();
    text_ += "xref\n0 2\n0000000000 65535 f" + std::string(line_end);
    text_ += fmt::format("{:010} 00000 n{}", offsets_.contains(1) ? offsets_[1] : 0, line_end);
    for (const auto& [number, offset] : offsets_) {
      if (number > 1) text_ += fmt::format("{} 1\n{:010} 00000 n{}", number, offset, line_end);
    }
    finish(start, fmt::format("trailer\n<<{}{}>>\n", trailer, previous_));
  }
  void xref_stream(int number, const std::string& trailer, bool predicted) {
    const std::size_t start = text_.size();
    std::string entries, index, above(5, '\0');
    const auto add = [&](int object, std::size_t type, std::size_t value, std::size_t third) {
      std::string row;
      for (const std::size_t field : {type, value >> 16, value >> 8, value, third}) row += static_cast<char>(field);
      index += fmt::format("{} 1 ", object);
      if (predicted) entries += '\2';  // PNG "up"
      for (std::size_t i = 0; i < row.size(); ++i) {
        entries += predicted ? static_cast<char>(row[i] - above[i]) : row[i];
      }
      above = row;
    };
    for (const auto& [object, offset] : offsets_) add(object, 1, offset, 0);
    for (const auto& [object, place] : packed_) {
      add(object, 2, static_cast<std::size_t>(place.first), static_cast<std::size_t>(place.second));
    }
    const std::string parms = predicted ? "/DecodeParms<</Predictor 12/Columns 5>>" : "";
    stream(number,
           fmt::format("/Type/XRef/W[1 3 1]/Index[{}]/Filter/FlateDecode{}{}{}", index, parms, trailer, previous_),
           deflated(entries));
    finish(start, "");
  }
  Bytes bytes() const { return text(text_); }
  std::size_t position(std::string_view what) const { return text_.rfind(what); }

 private:
  void finish(std::size_t start, const std::string& more) {
    text_ += more + fmt::format("startxref\n{}\n%%EOF\n", start);
    previous_ = fmt::format("/Prev {}", start);
    offsets_.clear();
    packed_.clear();
  }

  std::string text_ = "%PDF-1.7\n", previous_;
  std::map<int, std::size_t> offsets_;
  std::map<int, std::pair<int, int>> packed_;
};

Result<Located> look(const Bytes& bytes) {
  const media::MemorySource source(bytes);
  return locate(source, Context());
}

const Bytes kStore = store_of(300);
const std::string kFile = "<</Type/Filespec/AFRelationship/C2PA_Manifest/EF<</F 5 0 R>>>>";

void expect_store(const PdfMaker& maker, const Bytes& store, const std::string& what) {
  const auto located = look(maker.bytes());
  ASSERT_TRUE(located) << what << ": " << located.error().to_string();
  EXPECT_EQ(located->problem, "") << what;
  EXPECT_EQ(located->container, Container::pdf);
  ASSERT_TRUE(located->found()) << what;
  EXPECT_EQ(located->stores.back(), store) << what;
  ASSERT_EQ(located->framing.size(), 1U);
  EXPECT_EQ(located->framing[0], (Range{maker.position(as_text(store)), store.size()})) << what;
}

TEST(Pdf, AStoreNamedByTheCatalog) {
  for (const std::string_view line_end : {" \n", "\r\n", "\n"}) {
    PdfMaker table;
    table.object(1, "<</Type/Catalog % a comment >>\n/AF[4 0 R]/Names<</EmbeddedFiles<</Names[(c2pa)4 0 R]>>>>>>");
    table.object(4, "<</AFRelationship/C2PA#5fManifest/Desc(\\(nested (brackets))/EF<</F 5 0 R>>/ID<00FF>/X -1.5>>");
    table.object(5, fmt::format("<</Length 6 0 R>>stream\r\n{}\r\nendstream", as_text(kStore)));
    table.object(6, std::to_string(kStore.size()));
    table.table("/Size 7/Root 1 0 R", line_end);
    expect_store(table, kStore, "table");
  }
  for (const bool predicted : {false, true}) {
    PdfMaker packed;
    packed.stream(5, "/Subtype/application#2Fc2pa", as_text(kStore));
    packed.pack(8, {{1, "<</Type/Catalog/AF 3 0 R>>"}, {3, "[4 0 R]"}, {4, kFile}});
    packed.xref_stream(9, "/Size 10/Root 1 0 R", predicted);
    expect_store(packed, kStore, predicted ? "predicted" : "packed");
  }
}

TEST(Pdf, APackedStoreIsUnpackedAndItsPackedBytesAreTheFrame) {
  PdfMaker maker;
  const std::string packed = deflated(std::string(as_text(kStore)));
  maker.object(1, "<</AF[4 0 R]>>");
  maker.object(4, kFile);
  maker.stream(5, "/Filter[/FlateDecode]", packed);
  maker.table("/Root 1 0 R");
  const Located located = look(maker.bytes()).value();
  ASSERT_TRUE(located.found());
  EXPECT_EQ(located.stores[0], kStore);
  EXPECT_EQ(located.framing[0].length, packed.size());
  EXPECT_TRUE(located.layout.empty());
}

TEST(Pdf, UpdatesAddStoresAndTheLastOneIsActive) {
  PdfMaker maker;
  maker.object(1, "<</AF[4 0 R]>>");
  maker.object(4, kFile);
  maker.stream(5, "", as_text(kStore));
  maker.table("/Root 1 0 R");
  expect_store(maker, kStore, "first");
  const Bytes second = store_of(400);
  maker.object(1, "<</AF[14 0 R]/Names 20 0 R>>");
  maker.object(14, "<</AFRelationship/C2PA_Manifest/EF<</F 15 0 R>>>>");
  maker.stream(15, "", as_text(second));
  maker.object(20, "<</EmbeddedFiles<</Kids[21 0 R 22 0 R]>>>>");
  maker.object(21, "<</Names[(new)14 0 R]>>");
  maker.object(22, "<</Names[(old)4 0 R]>>");
  maker.xref_stream(30, "/Root 1 0 R", false);
  expect_store(maker, second, "second");
  const Located located = look(maker.bytes()).value();
  ASSERT_EQ(located.stores.size(), 2U);
  EXPECT_EQ(located.stores[0], kStore);
}

TEST(Pdf, NoStoreTooManyOrOneThatIsNotThere) {
  PdfMaker none;
  none.object(1, "<</Type/Catalog/AF[4 0 R 9 0 R]>>");
  none.object(4, "<</AFRelationship/Data/EF<</F 5 0 R>>>>");
  none.table("/Root 1 0 R");
  EXPECT_FALSE(look(none.bytes()).value().found());
  EXPECT_TRUE(look(none.bytes()).value().readable);

  PdfMaker two;
  two.object(1, "<</AF[4 0 R 14 0 R]>>");
  two.object(4, kFile);
  two.stream(5, "", as_text(kStore));
  two.object(14, "<</AFRelationship/C2PA_Manifest/EF<</F 15 0 R>>>>");
  two.stream(15, "", as_text(kStore));
  two.table("/Root 1 0 R");
  EXPECT_NE(look(two.bytes()).value().problem, "");

  PdfMaker gone;
  gone.object(1, "<</AF[4 0 R]>>");
  gone.object(4, kFile);
  gone.table("/Root 1 0 R");
  EXPECT_NE(look(gone.bytes()).value().problem, "");

  PdfMaker unnamed;
  unnamed.object(1, "<</Names<</EmbeddedFiles<</Names[(c2pa)4 0 R]>>>>>>");
  unnamed.object(4, kFile);
  unnamed.stream(5, "", as_text(kStore));
  unnamed.table("/Root 1 0 R");
  EXPECT_NE(look(unnamed.bytes()).value().problem, "");

  PdfMaker locked;
  locked.object(1, "<</AF[4 0 R]>>");
  locked.table("/Root 1 0 R/Encrypt 9 0 R");
  EXPECT_FALSE(look(locked.bytes()).value().readable);
}

Code code_of(const Bytes& bytes) {
  const auto located = look(bytes);
  EXPECT_FALSE(located);
  return located ? Code::internal : located.error().code;
}

TEST(Pdf, HostileFilesGiveErrors) {
  const auto with = [](const std::vector<std::pair<int, std::string>>& objects, const std::string& trailer) {
    PdfMaker maker;
    for (const auto& [number, body] : objects) maker.object(number, body);
    maker.table(trailer);
    return maker.bytes();
  };
  const std::string root = "/Root 1 0 R";
  EXPECT_EQ(code_of(text("%PDF-1.7 and nothing more")), Code::corrupt);
  EXPECT_EQ(code_of(with({{1, "<</AF" + std::string(5000, '[') + std::string(5000, ']') + ">>"}}, root)), Code::limit);
  EXPECT_EQ(code_of(with({{1, "<</X(" + std::string(300'000, 'x') + ")>>"}}, root)), Code::limit);
  EXPECT_EQ(code_of(with({{1, "1 0 R"}}, root)), Code::corrupt);
  EXPECT_EQ(code_of(with({{1, "<</Names<</EmbeddedFiles 2 0 R>>>>"}, {2, "<</Kids[2 0 R]>>"}}, root)), Code::limit);
  // a stream whose length is the stream
  EXPECT_EQ(code_of(with({{1, "<</AF[4 0 R]>>"}, {4, kFile}, {5, "<</Length 5 0 R>>stream\nx\nendstream"}}, root)),
            Code::corrupt);
  Bytes circle = with({{1, "<<>>"}}, root);
  const std::size_t start = as_text(circle).find("xref\n");
  circle = with({{1, "<<>>"}}, root + fmt::format("/Prev {}", start));
  EXPECT_EQ(code_of(circle), Code::corrupt);
  PdfMaker bomb;  // 100 MB of zeros in 100 KB
  bomb.stream(5, "/Filter/FlateDecode", deflated(std::string(100'000'000, '\0')));
  bomb.object(1, "<</AF[4 0 R]>>");
  bomb.object(4, kFile);
  bomb.table(root);
  EXPECT_EQ(code_of(bomb.bytes()), Code::limit);
}

TEST(Pdf, CutShortOrChangedItAnswersOrRefuses) {
  PdfMaker maker;
  maker.stream(5, "", as_text(store_of(10)));
  maker.pack(8, {{1, "<</Type/Catalog/AF 3 0 R>>"}, {3, "[4 0 R]"}, {4, kFile}});
  maker.xref_stream(9, "/Size 10/Root 1 0 R", true);
  const Bytes whole = maker.bytes();
  ASSERT_TRUE(look(whole).value().found());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    const auto cut = look(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(at)));
    EXPECT_TRUE(cut || cut.error().code != Code::internal);
    for (const int value : {0x00, 0x20, 0x39, 0xFF}) {
      Bytes changed = whole;
      changed[at] = static_cast<std::uint8_t>(value);
      const auto located = look(changed);
      EXPECT_TRUE(located || located.error().code != Code::internal);
    }
  }
}

TEST(PdfShared, TheSamplesHoldNoneAndEncryptedOnesAreUnread) {
  const auto root = testing::shared("c2pa");
  if (!root) GTEST_SKIP() << testing::skip_line("c2pa");
  for (const std::string name : {"basic", "basic-attachments", "basic-signed", "basic-password"}) {
    const auto located = look(file_bytes(*root + "/c2pa-rs/" + name + ".pdf"));
    ASSERT_TRUE(located) << name << ": " << located.error().to_string();
    EXPECT_FALSE(located->found());
    EXPECT_EQ(located->problem, "");
    EXPECT_EQ(located->readable, !name.ends_with("signed") && !name.ends_with("password")) << name;
  }
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
