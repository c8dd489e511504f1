// JUMBF boxes for tests.
#pragma once
#include <string_view>
#include <vector>

#include "provenance/c2pa/jumbf.h"

namespace bonafide::provenance::c2pa {

inline void put32(Bytes& into, std::uint64_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) into.push_back(static_cast<std::uint8_t>(value >> shift));
}
inline void put(Bytes& into, std::string_view text) {
  for (const char c : text) into.push_back(static_cast<std::uint8_t>(c));
}

inline Bytes plain(std::string_view type, std::string_view content) {
  Bytes box;
  put32(box, 8 + content.size());
  put(box, type);
  put(box, content);
  return box;
}

/// A superbox of type `code`; `private_box` goes into its description.
inline Bytes super(const char (&code)[5], std::string_view label, const std::vector<Bytes>& children,
                   const Bytes& private_box = {}) {
  Bytes description;
  const Uuid uuid = c2pa_uuid(code);
  description.insert(description.end(), uuid.begin(), uuid.end());
  description.push_back(private_box.empty() ? 0x03 : 0x13);
  put(description, label);
  description.push_back(0);
  description.insert(description.end(), private_box.begin(), private_box.end());
  Bytes content = plain("jumd", as_text(description));
  for (const Bytes& child : children) content.insert(content.end(), child.begin(), child.end());
  return plain("jumb", as_text(content));
}

}  // namespace bonafide::provenance::c2pa
