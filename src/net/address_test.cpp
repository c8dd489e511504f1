#include "net/address.h"

#include <gtest/gtest.h>

#include <boost/asio/ip/address.hpp>

namespace bonafide::net {
namespace {

bool open(const std::string& text) {
  const auto address = boost::asio::ip::make_address(text);
  return address.is_v4() ? is_public_address(address.to_v4().to_bytes())
                         : is_public_address(address.to_v6().to_bytes());
}

TEST(Address, Public) {
  for (const std::string text :
       {"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.0", "192.167.0.1", "100.63.0.1", "100.128.0.1", "198.17.0.1",
        "198.20.0.1", "223.255.255.255", "2600::1", "2001:4860:4860::8888", "2a00:1450::1", "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8", "2002:808:808::1"}) {
    EXPECT_TRUE(open(text)) << text;
  }
}

TEST(Address, NotPublic) {
  for (const std::string text : {"127.0.0.1",
                                 "127.255.0.1",
                                 "10.1.2.3",
                                 "172.16.0.1",
                                 "172.31.255.255",
                                 "192.168.1.1",
                                 "169.254.169.254",
                                 "0.0.0.0",
                                 "100.64.0.1",
                                 "192.0.0.1",
                                 "192.0.2.1",
                                 "198.18.0.1",
                                 "198.19.255.255",
                                 "224.0.0.1",
                                 "240.0.0.1",
                                 "255.255.255.255",
                                 "::1",
                                 "::",
                                 "fe80::1",
                                 "fc00::1",
                                 "fd12::1",
                                 "ff02::1",
                                 "2001:db8::1",
                                 "2001::1",
                                 "3fff::1",
                                 "::ffff:127.0.0.1",
                                 "::ffff:10.0.0.1",
                                 "64:ff9b::169.254.169.254",
                                 "64:ff9b:1::1",
                                 "2002:7f00:1::1",
                                 "::127.0.0.1",
                                 "4000::1"}) {
    EXPECT_FALSE(open(text)) << text;
  }
  EXPECT_FALSE(is_public_address({}));
  EXPECT_FALSE(is_public_address(Bytes(5, 8)));
}

}  // namespace
}  // namespace bonafide::net
