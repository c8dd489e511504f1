#include "net/url.h"

#include <gtest/gtest.h>

namespace bonafide::net {
namespace {

std::string read(std::string_view text) {
  const auto url = parse_url(text);
  return url ? url->origin() + " " + url->target : "refused";
}

TEST(Url, Parts) {
  EXPECT_EQ(read("http://example.org"), "http://example.org:80 /");
  EXPECT_EQ(read("HTTPS://Example.ORG/Path?q=1#part"), "https://example.org:443 /Path?q=1");
  EXPECT_EQ(read("http://example.org:8080?q"), "http://example.org:8080 /?q");
  EXPECT_EQ(read("http://example.org:/a"), "http://example.org:80 /a");
  EXPECT_EQ(read("http://[2001:DB8::1]:81/a"), "http://[2001:db8::1]:81 /a");
  EXPECT_EQ(parse_url("http://[::1]:81")->host, "::1");
  EXPECT_EQ(parse_url("http://[::1]:81")->authority(), "[::1]:81");
  EXPECT_EQ(parse_url("https://a:443")->authority(), "a");
  EXPECT_EQ(parse_url("http://a:443")->authority(), "a:443");
}

TEST(Url, Refused) {
  for (const std::string text : {"",
                                 "example.org",
                                 "ftp://example.org",
                                 "file:///etc/passwd",
                                 "http:/example.org",
                                 "http://",
                                 "http:///path",
                                 "http://user@example.org",
                                 "http://user:secret@example.org",
                                 "http://a b",
                                 "http://a/\r\nHost: b",
                                 "http://a:0",
                                 "http://a:65536",
                                 "http://a:80x",
                                 "http://a:-1",
                                 "http://[::1",
                                 "http://[::1]x",
                                 "http://[]",
                                 "http://a%00b",
                                 "http://ex\xc3\xa4mple.org",
                                 "javascript:alert(1)",
                                 "http://a\\b"}) {
    EXPECT_EQ(read(text), "refused") << text;
  }
  EXPECT_EQ(read("http://a/" + std::string(9000, 'x')), "refused");
  EXPECT_EQ(read("http://" + std::string(300, 'x')), "refused");
}

TEST(Url, References) {
  const Url base = *parse_url("https://example.org:444/folder/page?q=1");
  const auto seen = [&](std::string_view reference) {
    const auto url = parse_reference(base, reference);
    return url ? url->origin() + " " + url->target : "refused";
  };
  EXPECT_EQ(seen("http://other.org/x"), "http://other.org:80 /x");
  EXPECT_EQ(seen("//other.org/x"), "https://other.org:443 /x");
  EXPECT_EQ(seen("/x?y=http://z"), "https://example.org:444 /x?y=http://z");
  EXPECT_EQ(seen("x/y:z"), "https://example.org:444 /folder/x/y:z");
  EXPECT_EQ(seen("?y"), "https://example.org:444 /folder/page?y");
  EXPECT_EQ(seen(""), "https://example.org:444 /folder/page?q=1");
  EXPECT_EQ(seen("file:///etc/passwd"), "refused");
  EXPECT_EQ(seen("x:y"), "refused");
  EXPECT_EQ(seen("/a b"), "refused");
}

}  // namespace
}  // namespace bonafide::net
