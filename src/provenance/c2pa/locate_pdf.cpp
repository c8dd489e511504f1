// Manifest stores in PDF (C2PA 2.5 §A.4): embedded files whose file specification says AFRelationship C2PA_Manifest.
// The active one is named by the catalog's AF; earlier ones stay in the tree of embedded files.
#include <algorithm>

#include "provenance/c2pa/pdf.h"
#include "provenance/c2pa/walkers.h"

namespace bonafide::provenance::c2pa {

namespace {

using Kind = PdfObject::Kind;

class PdfLocator {
 public:
  PdfLocator(const media::ByteSource& source, const Context& context, Located& located)
      : file_(source, context), context_(context), located_(located) {}

  Result<void> run() {
    TRY(file_.open());
    if (file_.trailer().find("Encrypt") != nullptr) {
      located_.readable = false;  // the objects that lead to a store may be encrypted
      return {};
    }
    const PdfObject catalog = TRY(file_.entry(file_.trailer(), "Root"));
    const PdfObject associated = TRY(file_.entry(catalog, "AF"));
    const std::vector<PdfObject> files = associated.is(Kind::array) ? associated.items : std::vector{associated};
    std::vector<PdfStream> active, embedded;
    for (const PdfObject& file : files) TRY(consider(file, active));
    const PdfObject names = TRY(file_.entry(catalog, "Names"));
    const PdfObject tree = TRY(file_.entry(names, "EmbeddedFiles"));
    TRY(walk_names(tree, 0, embedded));
    if (active.size() > 1) {
      located_.problem = "the PDF file names more than one manifest store as the active one";
      return {};
    }
    if (active.empty() && !embedded.empty()) {
      located_.problem = "the PDF file holds a manifest store, but does not name it as the active one";
    }
    return active.empty() ? Result<void>() : take(active.front(), std::move(embedded));
  }

 private:
  /// Adds the stream of a file specification that says it is a manifest store.
  Result<void> consider(const PdfObject& item, std::vector<PdfStream>& into) {
    const PdfObject specification = TRY(file_.resolve(item));
    const PdfObject relation = TRY(file_.entry(specification, "AFRelationship"));
    if (!relation.is_name("C2PA_Manifest")) return {};
    const PdfObject files = TRY(file_.entry(specification, "EF"));
    const PdfObject* reference = files.find("F");
    if (reference == nullptr) reference = files.find("UF");
    std::optional<PdfStream> stream;
    if (reference != nullptr) stream = TRY(file_.stream(*reference));
    if (!stream) {
      located_.problem = "the PDF file names a manifest store that is not in it";
      return {};
    }
    const auto same = [&](const PdfStream& other) { return other.data.start == stream->data.start; };
    if (std::ranges::none_of(into, same)) into.push_back(*stream);
    return {};
  }

  Result<void> walk_names(const PdfObject& node, int depth, std::vector<PdfStream>& into) {
    if (depth > context_.limits.depth) return make_error(Code::limit, "a tree of names is nested too deep");
    const PdfObject names = TRY(file_.entry(node, "Names"));
    for (std::size_t i = 1; i < names.items.size(); i += 2) TRY(consider(names.items[i], into));
    const PdfObject kids = TRY(file_.entry(node, "Kids"));
    for (const PdfObject& kid : kids.items) {
      const PdfObject next = TRY(file_.resolve(kid));
      TRY(walk_names(next, depth + 1, into));
    }
    return {};
  }

  /// Earlier stores come first; the active one's hash covers them, so that they are no framing.
  Result<void> take(const PdfStream& active, std::vector<PdfStream> embedded) {
    std::ranges::sort(embedded, {}, [](const PdfStream& stream) { return stream.data.start; });
    std::uint64_t room = context_.limits.metadata_bytes;
    for (const PdfStream& stream : embedded) {
      if (stream.data.start >= active.data.start) continue;
      located_.stores.push_back(TRY(file_.decoded(stream, room)));
      room -= located_.stores.back().size();
    }
    located_.stores.push_back(TRY(file_.decoded(active, room)));
    located_.framing.push_back(active.data);
    const bool as_it_is = active.dictionary.find("Filter") == nullptr && located_.stores.size() == 1;
    if (as_it_is) located_.layout.push_back({0, active.data});
    return {};
  }

  PdfFile file_;
  const Context& context_;
  Located& located_;
};

}  // namespace

Result<void> locate_pdf(const media::ByteSource& source, const Context& context, Located& located) {
  return PdfLocator(source, context, located).run();
}

}  // namespace bonafide::provenance::c2pa
