#include "provenance/log/open_timestamps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/files.h"
#include "base/process.h"
#include "crypto/hash.h"
#include "support/support.h"

namespace bonafide::provenance::log {
namespace {

Bytes sha256(ByteView bytes) { return crypto::digest(crypto::HashAlgorithm::sha256, bytes); }
Bytes joined(const Bytes& left, const Bytes& right) {
  Bytes both(left.size() + right.size());
  std::ranges::copy(left, both.begin());
  std::ranges::copy(right, both.begin() + static_cast<std::ptrdiff_t>(left.size()));
  return both;
}
OtsBranch step(OtsStep kind, Bytes argument, OtsTree below) { return {kind, std::move(argument), std::move(below)}; }
OtsTree leaf(OtsAttestation attestation) { return {.attestations = {std::move(attestation)}, .branches = {}}; }

/// A calendar that promises everything and has it in a block of a single transaction later.
struct Calendar {
  std::string url = "https://calendar.example";
  std::vector<std::string> asked;
  bool mined = false;
  Bytes salt = Bytes(8, 0x5A);
  AskCalendar ask() {
    return [this](const std::string& where, ByteView body) -> Result<Bytes> {
      asked.push_back(where);
      if (where == url + "/digest") {
        OtsTree tree;
        tree.branches.push_back(step(OtsStep::append, salt, {}));
        tree.branches.back().below.branches.push_back(step(OtsStep::sha256, {}, leaf(pending_attestation(url))));
        promised = sha256(joined(Bytes(body.begin(), body.end()), salt));
        return write_ots_tree(tree);
      }
      if (where != url + "/timestamp/" + to_hex(promised) || !mined)
        return make_error(Code::unavailable, "the server answered 404");
      OtsTree tree;
      tree.branches.push_back(step(OtsStep::sha256, {}, leaf(bitcoin_attestation(358391))));
      return write_ots_tree(tree);
    };
  }
  Bytes promised;
  Hash root() const { return *to_hash(sha256(promised)); }
};

TEST(OpenTimestamps, APromiseBecomesABlock) {
  Calendar calendar;
  const Hash digest = leaf_hash(as_bytes("a checkpoint"));
  auto stamp = make_open_timestamp(digest, Bytes(16, 7), {calendar.url + "/"}, calendar.ask());
  ASSERT_TRUE(stamp) << stamp.error().message;
  EXPECT_EQ(calendar.asked, std::vector<std::string>{calendar.url + "/digest"});
  auto claims = claims_of(*stamp);
  ASSERT_EQ(claims.size(), 1U);
  EXPECT_EQ(claims[0].attestation.kind, OtsAttestation::Kind::pending);
  EXPECT_EQ(claims[0].attestation.uri, calendar.url);
  EXPECT_EQ(*claims[0].message, calendar.promised);

  const Bytes written = write_open_timestamp(*stamp);
  OpenTimestamp read = *parse_open_timestamp(written);
  EXPECT_EQ(write_open_timestamp(read), written);
  EXPECT_EQ(complete_open_timestamp(read, {calendar.url}, calendar.ask()).error().code, Code::unavailable);
  calendar.mined = true;
  EXPECT_FALSE(*complete_open_timestamp(read, {"https://other.example"}, calendar.ask()));  // a file sends us nowhere
  EXPECT_TRUE(*complete_open_timestamp(read, {calendar.url}, calendar.ask()));
  EXPECT_FALSE(*complete_open_timestamp(read, {calendar.url}, calendar.ask()));  // nothing new
  claims = claims_of(*parse_open_timestamp(write_open_timestamp(read)));
  ASSERT_EQ(claims.size(), 2U);
  const auto block = std::ranges::find_if(
      claims, [](const OtsClaim& claim) { return claim.attestation.kind == OtsAttestation::Kind::bitcoin; });
  ASSERT_NE(block, claims.end());
  EXPECT_EQ(block->attestation.height, 358391U);
  const Hash root = calendar.root();
  EXPECT_TRUE(std::ranges::equal(*block->message, root));
}

TEST(OpenTimestamps, SeveralCalendarsAndOneThatFails) {
  Calendar good;
  const auto ask = [&](const std::string& url, ByteView body) -> Result<Bytes> {
    if (url.starts_with("https://bad")) return make_error(Code::unavailable, "no answer");
    return good.ask()(url, body);
  };
  const auto one = make_open_timestamp(leaf_hash({}), Bytes(16), {"https://bad.example", good.url}, ask);
  ASSERT_TRUE(one);
  EXPECT_EQ(claims_of(*one).size(), 1U);
  EXPECT_EQ(make_open_timestamp(leaf_hash({}), Bytes(16), {"https://bad.example"}, ask).error().code,
            Code::unavailable);
  EXPECT_EQ(make_open_timestamp(leaf_hash({}), Bytes(16), {}, ask).error().code, Code::invalid_argument);
}

TEST(OpenTimestamps, EveryStepIsTakenAsTheFormatSays) {
  OpenTimestamp stamp{.hash = OtsStep::sha256, .digest = Bytes(32, 1), .tree = {}};
  const auto end = [] { return leaf(bitcoin_attestation(300)); };
  stamp.tree.branches.push_back(step(OtsStep::append, {2, 3}, end()));
  stamp.tree.branches.push_back(step(OtsStep::prepend, {2, 3}, end()));
  stamp.tree.branches.push_back(step(OtsStep::hexlify, {}, end()));
  stamp.tree.branches.push_back(step(OtsStep::sha1, {}, end()));
  OtsTree below;
  below.branches.push_back(step(OtsStep::reverse, {}, end()));
  stamp.tree.branches.push_back(step(OtsStep::append, {9}, std::move(below)));
  const auto read = parse_open_timestamp(write_open_timestamp(stamp));
  ASSERT_TRUE(read) << read.error().message;
  const auto claims = claims_of(*read);
  ASSERT_EQ(claims.size(), 5U);
  const Bytes ones(32, 1);
  const Bytes appended = joined(ones, Bytes{2, 3}), prepended = joined(Bytes{2, 3}, ones),
              turned = joined(Bytes{9}, ones);
  EXPECT_EQ(*claims[0].message, appended);
  EXPECT_EQ(*claims[1].message, prepended);
  EXPECT_EQ(as_text(*claims[2].message), to_hex(Bytes(32, 1)));
  EXPECT_FALSE(claims[3].message);  // SHA-1 is not computed, and what hangs on it proves nothing
  EXPECT_EQ(*claims[4].message, turned);
}

TEST(OpenTimestamps, TheFirstBlockOfBitcoin) {  // public: every node has it
  const Bytes bytes = *from_hex(
      "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3"
      "88"
      "8a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c");
  const auto header = parse_block_header(bytes);
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header->name, "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
  EXPECT_EQ(header->time, 1231006505U);
  EXPECT_TRUE(header->work_holds);
  for (const std::size_t at : {4U, 40U, 70U, 79U}) {
    Bytes changed = bytes;
    changed[at] ^= 1;
    EXPECT_FALSE(parse_block_header(changed)->work_holds) << at;
  }
  EXPECT_EQ(parse_block_header(Bytes(79)).error().code, Code::corrupt);
}

TEST(OpenTimestamps, BoundsAndBrokenFiles) {
  OpenTimestamp stamp{.hash = OtsStep::sha256, .digest = Bytes(32), .tree = leaf(bitcoin_attestation(1))};
  const Bytes good = write_open_timestamp(stamp);
  for (std::size_t cut = 0; cut < good.size(); ++cut)
    EXPECT_FALSE(parse_open_timestamp(ByteView(good).first(cut))) << cut;
  Bytes more = good;
  more.push_back(0);
  EXPECT_EQ(parse_open_timestamp(more).error().code, Code::corrupt);
  Bytes version = good;
  version[31] = 2;
  EXPECT_EQ(parse_open_timestamp(version).error().code, Code::unsupported);
  Bytes hash = good;
  hash[32] = 0xf0;
  EXPECT_EQ(parse_open_timestamp(hash).error().code, Code::corrupt);
  EXPECT_EQ(parse_open_timestamp(Bytes(kMostOtsBytes + 1)).error().code, Code::limit);
  OtsTree deep = leaf(bitcoin_attestation(1));
  for (int i = 0; i < 300; ++i) {
    OtsTree above;
    above.branches.push_back(step(OtsStep::sha256, {}, std::move(deep)));
    deep = std::move(above);
  }
  EXPECT_EQ(parse_ots_tree(write_ots_tree(deep)).error().code, Code::limit);
  OtsTree wide;
  for (int i = 0; i < 10'001; ++i) wide.attestations.push_back(bitcoin_attestation(static_cast<std::uint64_t>(i)));
  EXPECT_EQ(parse_ots_tree(write_ots_tree(wide)).error().code, Code::limit);
  OtsTree doubling;  // hexlify doubles: too long a message proves nothing
  OtsTree* last = &doubling;
  for (int i = 0; i < 12; ++i) {
    last->branches.push_back(step(OtsStep::hexlify, {}, {}));
    last = &last->branches.back().below;
  }
  last->attestations.push_back(bitcoin_attestation(1));
  EXPECT_FALSE(claims_of({.hash = OtsStep::sha256, .digest = Bytes(32), .tree = doubling}).front().message);
  for (const char* uri : {"", "https://a.example/?q", "https://a.example/ b", "https://a.example/\n"})
    EXPECT_FALSE(parse_ots_tree(write_ots_tree(leaf(pending_attestation(uri))))) << uri;
}

TEST(OpenTimestamps, TheProjectsOwnPythonReadsOursAndWeReadIts) {  // Debian's python3-opentimestamps
  const bonafide::testing::TemporaryFolder folder;
  const auto python = [&](const std::string& program) {
    return run_program({.command = {"/usr/bin/python3", "-c", program}, .input = {}, .most = 1 << 20, .seconds = 60});
  };
  const auto there = python("import opentimestamps");
  if (!there || there->exit_code != 0) GTEST_SKIP() << "python3-opentimestamps is not installed";
  OpenTimestamp stamp{.hash = OtsStep::sha256, .digest = sha256(as_bytes("x")), .tree = {}};
  OtsTree ends = leaf(pending_attestation("https://calendar.example"));
  ends.branches.push_back(step(OtsStep::sha256, {}, leaf(bitcoin_attestation(358391))));
  stamp.tree.branches.push_back(step(OtsStep::append, Bytes(200, 3), std::move(ends)));
  const std::string ours = folder.file("ours.ots"), theirs = folder.file("theirs.ots");
  ASSERT_TRUE(write_file(ours, as_text(write_open_timestamp(stamp)), true));
  const std::string read =
      "from opentimestamps.core.timestamp import *\n"
      "from opentimestamps.core.serialize import *\n"
      "from opentimestamps.core.op import *\n"
      "from opentimestamps.core.notary import *\n"
      "f = DetachedTimestampFile.deserialize(StreamDeserializationContext(open('" +
      ours +
      "', 'rb')))\n"
      "for m, a in sorted(f.timestamp.all_attestations(), key=lambda x: str(x[1])): print(m.hex(), a)\n"
      "t = f.timestamp.ops.add(OpPrepend(b'abc'))\n"
      "t.attestations.add(BitcoinBlockHeaderAttestation(700000))\n"
      "t.ops.add(OpSHA1()).attestations.add(LitecoinBlockHeaderAttestation(5))\n"
      "f.serialize(StreamSerializationContext(open('" +
      theirs + "', 'wb')))\n";
  const auto said = python(read);
  ASSERT_TRUE(said && said->exit_code == 0) << (said ? said->said : said.error().message);
  const Bytes message = joined(stamp.digest, Bytes(200, 3));
  EXPECT_EQ(as_text(said->output), to_hex(sha256(message)) + " BitcoinBlockHeaderAttestation(358391)\n" +
                                       to_hex(message) + " PendingAttestation('https://calendar.example')\n");
  const auto more = parse_open_timestamp(as_bytes(*read_file(theirs, 1 << 20)));
  ASSERT_TRUE(more) << more.error().message;
  std::map<std::uint64_t, std::optional<Bytes>> found;
  for (const OtsClaim& claim : claims_of(*more)) found[claim.attestation.height] = claim.message;
  EXPECT_EQ(found.size(), 4U);
  const Bytes before = joined(Bytes{'a', 'b', 'c'}, stamp.digest);
  EXPECT_EQ(*found.at(700000), before);
  EXPECT_FALSE(found.at(5));
}

}  // namespace
}  // namespace bonafide::provenance::log
