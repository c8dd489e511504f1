#include "net/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace bonafide::net {
namespace {

constexpr std::size_t kMostBytes = 8192;

Error refused(std::string_view why) { return make_error(Code::invalid_argument, fmt::format("URL: {}", why)); }

std::string lower(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return small;
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_host(std::string_view host, bool ipv6) {
  const std::string_view others = ipv6 ? ":." : "-._";
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [&](char c) {
    return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
  });
}

Result<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0) return refused("it has an odd port");
  return port;
}

Result<void> read_authority(std::string_view text, Url& url) {
  if (text.find('@') != std::string_view::npos) return refused("it names a user, which is not sent");
  url.ipv6 = text.starts_with('[');
  std::string_view rest;
  if (url.ipv6) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return refused("its address is not closed");
    url.host = lower(text.substr(1, end - 1));
    rest = text.substr(end + 1);
  } else {
    const std::size_t end = std::min(text.find(':'), text.size());
    url.host = lower(text.substr(0, end));
    rest = text.substr(end);
  }
  if (!is_host(url.host, url.ipv6)) return refused("its host is none");
  if (rest.empty() || rest == ":") return {};
  if (!rest.starts_with(':')) return refused("its host is none");
  url.port = TRY(parse_port(rest.substr(1)));
  return {};
}

/// Path and query; "/" in front when there is only a query.
std::string target_of(std::string_view rest) {
  const std::string_view plain = rest.substr(0, rest.find('#'));
  return plain.starts_with('/') ? std::string(plain) : "/" + std::string(plain);
}

}  // namespace

std::string Url::origin() const {
  return fmt::format("{}://{}{}{}:{}", secure ? "https" : "http", ipv6 ? "[" : "", host, ipv6 ? "]" : "", port);
}

std::string Url::authority() const {
  const std::string name = ipv6 ? "[" + host + "]" : host;
  return port == (secure ? 443 : 80) ? name : fmt::format("{}:{}", name, port);
}

Result<Url> parse_url(std::string_view text) {
  if (text.size() > kMostBytes) return refused("it is longer than 8192 characters");
  if (!is_printable(text)) return refused("it has spaces or other characters that do not belong there");
  const std::size_t colon = text.find("://");
  const std::string scheme = lower(text.substr(0, std::min(colon, text.size())));
  if (colon == std::string_view::npos || (scheme != "http" && scheme != "https")) {
    return refused("it begins with neither http:// nor https://");
  }
  Url url;
  url.secure = scheme == "https";
  url.port = url.secure ? 443 : 80;
  const std::string_view rest = text.substr(colon + 3);
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  TRY(read_authority(rest.substr(0, end), url));
  url.target = target_of(rest.substr(end));
  return url;
}

Result<Url> parse_reference(const Url& base, std::string_view reference) {
  if (!is_printable(reference)) return refused("it has spaces or other characters that do not belong there");
  const std::size_t colon = reference.find(':');
  if (colon != std::string_view::npos && colon < reference.find_first_of("/?#")) return parse_url(reference);
  const std::string scheme = base.secure ? "https:" : "http:";
  if (reference.starts_with("//")) return parse_url(scheme + std::string(reference));
  const std::string here = scheme + "//" + base.authority();
  const std::string path = base.target.substr(0, base.target.find('?'));
  if (reference.starts_with('/')) return parse_url(here + std::string(reference));
  if (reference.starts_with('?')) return parse_url(here + path + std::string(reference));
  if (reference.empty() || reference.starts_with('#')) return parse_url(here + base.target);
  return parse_url(here + path.substr(0, path.rfind('/') + 1) + std::string(reference));  // servers resolve dots too
}

}  // namespace bonafide::net
