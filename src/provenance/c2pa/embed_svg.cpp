// Embedding into SVG (C2PA 2.5 §A.3.3): base64 in an element of its own, right behind the root's start tag. No other
// character of the file is touched; the text is scanned, not parsed and written anew.
#include <algorithm>

#include "provenance/c2pa/embedders.h"
#include "provenance/c2pa/walkers.h"

namespace bonafide::provenance::c2pa {

namespace {

// The name space stands on the element around: c2pa-rs 0.91.3 looks for a bare <c2pa:manifest> and calls the hash of a
// file with attributes there a mismatch.
constexpr std::string_view kSpace = " xmlns:c2pa=\"http://c2pa.org/manifest\"";
constexpr std::string_view kOpen = "<c2pa:manifest>";
constexpr std::string_view kClose = "</c2pa:manifest>";

std::uint64_t base64_length(std::uint64_t store) { return (store + 2) / 3 * 4; }

/// Behind the `>` of the tag that begins at `at`; a `>` in an attribute's value ends nothing. npos: it has no end.
std::size_t tag_end(std::string_view text, std::size_t at) {
  char quote = 0;
  for (std::size_t i = at; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

/// Behind a document type, whose internal subset may hold declarations of its own.
std::size_t doctype_end(std::string_view text, std::size_t at) {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = at; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
      continue;
    }
    if (text.substr(i).starts_with("<!--")) {
      i = text.find("-->", i + 4);
      if (i == std::string_view::npos) return i;
      i += 2;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[') {
      ++depth;
    } else if (c == ']') {
      --depth;
    } else if (c == '>' && depth <= 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

struct Root {
  std::string prefix;      ///< "" or "svg:"
  std::size_t inside = 0;  ///< behind its start tag
};

Result<Root> root_of(std::string_view text) {
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at)) {
    const std::string_view rest = text.substr(at);
    std::size_t end = std::string_view::npos;
    if (rest.starts_with("<!--")) {
      end = text.find("-->", at + 4);
    } else if (rest.starts_with("<?")) {
      end = text.find("?>", at + 2);
    } else if (rest.starts_with("<!")) {
      end = doctype_end(text, at);
    } else {
      end = tag_end(text, at);
      if (end == std::string_view::npos) break;
      const std::string_view name = rest.substr(1, rest.find_first_of(" \t\r\n/>") - 1);
      const std::size_t colon = name.find(':');
      const std::string_view prefix = colon == std::string_view::npos ? "" : name.substr(0, colon + 1);
      if (name.substr(prefix.size()) != "svg") return make_error(Code::corrupt, "the root is no svg element", at);
      if (text[end - 2] == '/') return make_error(Code::unsupported, "an SVG with nothing in it", at);
      return Root{std::string(prefix), end};
    }
    if (end == std::string_view::npos) break;
    at = end;
  }
  return make_error(Code::corrupt, "the SVG has no root element");
}

/// The start tag's `>` of a metadata element right inside the root, or npos: a second one beside it confuses readers.
std::size_t metadata_tag(std::string_view text, const Root& root) {
  int depth = 0;
  for (std::size_t at = text.find('<', root.inside); at != std::string_view::npos; at = text.find('<', at)) {
    const std::string_view rest = text.substr(at);
    std::size_t end = std::string_view::npos;
    if (rest.starts_with("<!--")) {
      end = text.find("-->", at + 4);
    } else if (rest.starts_with("<![CDATA[")) {
      end = text.find("]]>", at);
    } else if (rest.starts_with("<?")) {
      end = text.find("?>", at + 2);
    } else {
      end = tag_end(text, at);
      if (end == std::string_view::npos) return end;
      const bool closing = rest.starts_with("</"), empty = text[end - 2] == '/';
      const std::string_view name = rest.substr(1, rest.find_first_of(" \t\r\n/>", 1) - 1);
      if (depth == 0 && !closing && !empty && name == root.prefix + "metadata") return end - 1;
      if (closing && --depth < 0) return std::string_view::npos;
      if (!closing && !empty) ++depth;
    }
    if (end == std::string_view::npos) return end;
    at = end;
  }
  return std::string_view::npos;
}

struct Wrapping {
  std::string before, after;
};

/// Inside a metadata element that is there already.
Wrapping joining() { return {std::string(kSpace) + ">" + std::string(kOpen), std::string(kClose)}; }

Wrapping wrapping(const std::string& prefix) {
  return {"<" + prefix + "metadata" + std::string(kSpace) + ">" + std::string(kOpen),
          std::string(kClose) + "</" + prefix + "metadata>"};
}

/// The element around the store at `content`, with the metadata element where both were written here.
Range element(std::string_view text, Range content, const Wrapping& own) {
  const std::string_view before = text.substr(0, content.start), after = text.substr(content.end());
  if (before.ends_with(own.before) && after.starts_with(own.after)) {
    return {content.start - own.before.size(), own.before.size() + content.length + own.after.size()};
  }
  const Wrapping joined = joining();
  if (before.ends_with(joined.before) && after.starts_with(joined.after)) {  // the tag's own `>` is kept
    return {content.start - joined.before.size(), joined.before.size() - 1 + content.length + joined.after.size()};
  }
  const std::size_t open = before.rfind('<');
  const std::size_t start = open == std::string_view::npos ? content.start : open;
  return {start, content.end() + kClose.size() - start};
}

}  // namespace

Result<Splice> plan_svg(const media::ByteSource& source, const EmbedRequest& request, const Context& context) {
  if (source.size() > context.limits.metadata_bytes) {
    return make_error(Code::limit, "the SVG is larger than the limit for text");
  }
  const Bytes bytes = TRY(read_exactly(source, 0, source.size()));
  const std::string_view text = as_text(bytes);
  const Root root = TRY(root_of(text));
  const Wrapping own = wrapping(root.prefix);
  Splicer splicer(Container::svg);
  const std::uint64_t length = request.store_size ? base64_length(*request.store_size) : 0;
  if (request.existing->found()) {
    const Range content = request.existing->framing.front();
    const Range old = request.store_size ? content : element(text, content, own);
    splicer.replace(old, source.size(), request.store_size, length);
    return splicer.finish();
  }
  const std::size_t metadata = metadata_tag(text, root);
  const bool joins = metadata != std::string_view::npos;
  const Wrapping around = joins ? joining() : own;
  splicer.copy_until(0, joins ? metadata : root.inside);
  Bytes begin, end;
  append_text(begin, around.before);
  append_text(end, around.after);
  splicer.literal(std::move(begin));
  splicer.frame(length, *request.store_size);
  splicer.literal(std::move(end));
  splicer.copy_until(joins ? metadata + 1 : root.inside, source.size());
  return splicer.finish();
}

Result<Bytes> frame_svg(const Splice& splice, ByteView store) {
  const std::string text = to_base64(TRY(padded(store, splice.store_size)));
  return Bytes(as_bytes(text).begin(), as_bytes(text).end());
}

}  // namespace bonafide::provenance::c2pa
