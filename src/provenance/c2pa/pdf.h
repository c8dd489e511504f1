// As much of PDF (ISO 32000-2, 7.2 to 7.5) as it takes to find an embedded file: objects, cross-reference tables and
// streams, object streams, incremental updates. Private to this room. Nothing is repaired: a file whose cross-reference
// is broken is corrupt, since readers that repair it do it each in their own way.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/context.h"
#include "provenance/c2pa/locate.h"
#include "provenance/c2pa/walkers.h"

namespace bonafide::provenance::c2pa {

struct PdfObject {
  enum class Kind { null, boolean, integer, real, string, name, array, dictionary, reference };
  Kind kind = Kind::null;
  std::int64_t number = 0;        ///< integer, boolean; reference: the object's number
  std::string text;               ///< name (with its #xx resolved) or string
  std::vector<std::string> keys;  ///< dictionary: of each item
  std::vector<PdfObject> items;   ///< array, dictionary

  bool is(Kind wanted) const { return kind == wanted; }
  bool is_name(std::string_view wanted) const { return kind == Kind::name && text == wanted; }
  /// The last entry of that name in a dictionary; nothing otherwise.
  const PdfObject* find(std::string_view key) const;
};

/// The object at the start of `bytes`, `used` set to its length. corrupt: no object, or it does not end within `bytes`
/// (then `cut` is set); limit: nested too deep.
Result<PdfObject> parse_pdf_object(ByteView bytes, std::size_t& used, bool& cut);

struct PdfStream {
  PdfObject dictionary;
  Range data;  ///< as it lies in the file, filters not undone
};

class PdfFile {
 public:
  PdfFile(const media::ByteSource& source, const Context& context)
      : window_(source), source_(source), context_(context) {}

  /// Reads the cross-reference sections, the newest first.
  Result<void> open();
  /// Entries of the newest trailer.
  const PdfObject& trailer() const { return trailer_; }
  /// What a reference means, or the object itself; null for objects that are free or missing.
  Result<PdfObject> resolve(const PdfObject& object);
  /// An entry of a dictionary, resolved; null when it is not there.
  Result<PdfObject> entry(const PdfObject& dictionary, std::string_view key);
  /// The stream that `reference` names; nothing when it names something else.
  Result<std::optional<PdfStream>> stream(const PdfObject& reference);
  /// Its data with the filters undone. unsupported: a filter other than FlateDecode; limit: more than `most` bytes.
  Result<Bytes> decoded(const PdfStream& stream, std::uint64_t most);

 private:
  struct Place {
    std::uint8_t type = 0;  ///< 0 free, 1 at an offset, 2 in an object stream
    std::uint64_t value = 0;
    std::uint64_t index = 0;
  };
  struct Section {  ///< of one cross-reference: objects `first` to `first + count - 1`
    std::uint64_t first = 0, count = 0;
    std::uint64_t offset = 0;  ///< table: of the first entry in the file; stream: in `entries`
    std::uint64_t width = 20;
    std::size_t stream = 0;  ///< 0: a table; otherwise 1 + the index into `streams_`
  };
  struct XrefStream {
    Bytes entries;
    std::array<std::uint64_t, 3> widths{};
  };
  struct Indirect {
    std::uint64_t number = 0;
    PdfObject object;
    std::uint64_t end = 0;  ///< in the file, behind the object
  };

  Result<void> count();
  Result<std::uint64_t> start_of_xref();
  Result<PdfObject> read_section(std::uint64_t offset);
  Result<PdfObject> read_table(std::uint64_t offset);
  Result<PdfObject> read_xref_stream(std::uint64_t offset);
  void add_sections(const PdfObject& dictionary, XrefStream stream, std::uint64_t width);
  Result<PdfObject> object_at(std::uint64_t offset, std::uint64_t& end);
  Result<Indirect> indirect(std::uint64_t offset);
  Result<Place> place_of(std::uint64_t number);
  Result<ByteView> unpacked(std::uint64_t container);
  Result<PdfObject> packed(std::uint64_t container, std::uint64_t index, std::uint64_t number);
  Result<std::optional<PdfStream>> stream_at(const Indirect& found);

  Window window_;
  const media::ByteSource& source_;
  const Context& context_;
  PdfObject trailer_;
  std::vector<Section> sections_;  ///< the newest first
  std::vector<XrefStream> streams_;
  std::map<std::uint64_t, Bytes> unpacked_;  ///< object streams
  std::uint64_t room_ = std::uint64_t{32}
                        << 20;  ///< bytes that cross-references and object streams may still unpack to
  int nodes_ = 0, depth_ = 0;
};

}  // namespace bonafide::provenance::c2pa
