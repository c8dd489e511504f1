// Witnesses and a monitor over real connections: who would show different histories to different people is found out.
#include <gmock/gmock.h>

#include <filesystem>

#include "provenance/log/proof.h"
#include "world.h"

namespace bonafide::serving {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// Two witnesses that listen, and a policy that wants both.
struct Witnessed : World {
  std::vector<std::unique_ptr<app::WitnessService>> services;
  std::vector<std::unique_ptr<Running>> servers;
  std::string strict = folder.file("strict");

  Witnessed() {
    std::string text = "log " + key + "\n";
    for (const std::string name : {"one", "two"}) {
      const auto its_key = app::log_witness(folder.file(name), name + ".example", {key});
      EXPECT_TRUE(its_key);
      services.push_back(*app::WitnessService::open(folder.file(name), 0));
      servers.push_back(std::make_unique<Running>(services.back()->service()));
      text += "witness " + name + " " + *its_key + " " + servers.back()->url() + "\n";
    }
    text += "group both all one two\nquorum both\n";
    EXPECT_TRUE(write_file(strict, text, true));
  }
  app::LogServeRequest request(double wait = 10) const {
    app::LogServeRequest wish;
    wish.witnesses.policy = strict;
    wish.witnesses.ask = net::http_ask({.named = {servers[0]->url(), servers[1]->url()}});
    wish.wait_seconds = wait;
    return wish;
  }
  app::LogMonitorRequest monitor(const std::string& url) const {
    app::LogMonitorRequest wish;
    wish.place.folder = url;
    wish.place.ask = net::http_ask({.named = {url, servers[0]->url(), servers[1]->url()}});
    wish.policy = strict;
    wish.state = folder.file("seen");
    return wish;
  }
};

std::vector<std::string> kinds(const Result<report::LogMonitorFacts>& look) {
  std::vector<std::string> words;
  EXPECT_TRUE(look) << look.error().message;
  if (look)
    for (const auto& one : look->findings)
      if (one.adverse) words.push_back(one.kind + ": " + one.what);
  return words;
}
std::string first_of(const std::vector<std::string>& words) { return words.empty() ? "nothing" : words.front(); }

TEST(WitnessHttp, AQuorumStandsInEveryProof) {
  Witnessed world;
  const auto service = world.open(world.request());
  ASSERT_TRUE(service);
  const Running server(service->service());
  const Bytes entry = world.entry();
  const Json body{{"entry", to_base64(entry)}};
  const HttpAnswer answer =
      post(server.url("/add"), bytes_of(dump_json(body)), world.token, "application/json", "application/json");
  ASSERT_EQ(answer.status, 200) << text_of(answer);
  const auto bundle = tlog::parse_proof_bundle((*parse_json(text_of(answer)))["proof"].get<std::string>());
  const auto policy = tlog::parse_policy(*read_file(world.strict, 1 << 20));
  ASSERT_TRUE(bundle && policy);
  const auto check = tlog::check_proof_bundle(*bundle, tlog::leaf_hash(entry), *policy);
  EXPECT_TRUE(check->holds()) << check->reason;
  EXPECT_EQ(check->checkpoint.witnesses.size(), 2U);
  // any web server that hands out the folder shows it cosigned, too
  const auto note = tlog::parse_signed_checkpoint(*read_file(world.place.folder + "/checkpoint", 1 << 20));
  EXPECT_EQ(note->note.signatures.size(), 3U);
}

TEST(WitnessHttp, WithoutItsQuorumAnEntryIsAcceptedAndNotShown) {
  Witnessed world;
  const auto service = world.open(world.request(0.3));
  ASSERT_TRUE(service);
  const Running server(service->service());
  world.servers[1]->stop();
  const HttpAnswer answer = post(server.url("/add"), world.entry(), world.token, "application/cose");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(text_of(answer), "0");
  EXPECT_THAT(text_of(get(server.url("/checkpoint"))), HasSubstr("\n0\n"));  // the last that both saw
  EXPECT_EQ(get(server.url("/entries/0")).status, 404);
}

TEST(WitnessHttp, TheProtocol) {
  Witnessed world;
  const std::string url = world.servers[0]->url("/add-checkpoint");
  const auto say = [&](std::uint64_t old, const tlog::Proof& proof, const std::string& note) {
    return post(url, bytes_of(tlog::write_add_checkpoint({.old = old, .proof = proof, .checkpoint = note})), {},
                "text/plain");
  };
  auto store = *tlog::DirectoryStore::open({.folder = world.place.folder, .keep = world.place.kept()},
                                           *app::log_signer(world.place));
  ASSERT_TRUE(store->add({world.entry(), world.entry()}));
  const std::string two = tlog::write_note(store->checkpoint()->note);
  ASSERT_TRUE(store->add({world.entry()}));
  const std::string three = tlog::write_note(store->checkpoint()->note);
  EXPECT_EQ(post(url, bytes_of("nonsense"), {}, "text/plain").status, 400);
  EXPECT_EQ(say(3, {}, two).status, 400);
  EXPECT_EQ(say(0, {}, two).status, 200);
  const HttpAnswer conflict = say(0, {}, three);
  EXPECT_EQ(conflict.status, 409);
  EXPECT_EQ(conflict.type, "text/x.tlog.size");
  EXPECT_EQ(text_of(conflict), "2\n");
  const HttpAnswer unproven = say(2, {tlog::Hash{}}, three);
  EXPECT_EQ(unproven.status, 422);
  EXPECT_EQ(unproven.type, "application/problem+json");
  const auto stranger = *tlog::NoteSigner::generate("example.org/log", tlog::KeyKind::note);
  const auto unknown = *tlog::NoteSigner::generate("example.org/other", tlog::KeyKind::note);
  tlog::Checkpoint tree = store->checkpoint()->checkpoint;
  EXPECT_EQ(say(2, {}, *tlog::sign_checkpoint(tree, stranger)).status, 403);
  tree.origin = "example.org/other";
  EXPECT_EQ(say(0, {}, *tlog::sign_checkpoint(tree, unknown)).status, 404);
  EXPECT_EQ(get(url).status, 405);
  EXPECT_EQ(get(world.servers[0]->url("/")).status, 404);
  EXPECT_EQ(get(world.servers[0]->url("/healthz")).status, 200);
}

TEST(WitnessHttp, ALogThatWasPutBackDoesNotStartAgain) {
  Witnessed world;
  fs::copy(world.place.folder, world.folder.file("old"), fs::copy_options::recursive);
  fs::copy(world.place.kept(), world.folder.file("old.keep"), fs::copy_options::recursive);
  {
    const auto service = world.open(world.request());
    const Running server(service->service());
    ASSERT_EQ(post(server.url("/add"), world.entry(), world.token, "application/cose").status, 200);
  }
  app::LogServeRequest request = world.request();
  request.place = {.folder = world.folder.file("old"), .keep = world.folder.file("old.keep")};
  const auto service = app::LogService::open(request);
  ASSERT_FALSE(service);
  EXPECT_EQ(service.error().code, Code::denied);
  EXPECT_THAT(service.error().message, HasSubstr("rollback"));
}

TEST(Monitor, SeesALogGrow) {
  Witnessed world;
  const auto service = world.open(world.request());
  const Running server(service->service());
  auto monitor = world.monitor(server.url());
  EXPECT_EQ(kinds(app::log_monitor(monitor)), std::vector<std::string>());
  for (int i = 0; i < 3; ++i)
    ASSERT_EQ(post(server.url("/add"), world.entry(), world.token, "application/cose").status, 200);
  monitor.follow = {"issuer:" + to_hex(tlog::parse_signed_entry(world.entry())->issuer)};
  monitor.fresh_seconds = 3600;
  const auto look = app::log_monitor(monitor);
  EXPECT_EQ(kinds(look), std::vector<std::string>());
  EXPECT_EQ(look->new_entries, 3U);
  EXPECT_EQ(look->followed.size(), 3U);
  EXPECT_EQ(look->witnesses.size(), 2U);
  EXPECT_EQ(app::log_monitor(monitor)->new_entries, 0U);
}

/// A log on a folder that was watched at two entries, and what became of it.
struct Watched : World {
  app::LogMonitorRequest monitor;
  std::unique_ptr<tlog::DirectoryStore> store;

  Watched() {
    store = *tlog::DirectoryStore::open({.folder = place.folder, .keep = place.kept()}, *app::log_signer(place));
    EXPECT_TRUE(store->add({entry(), entry()}));
    monitor.place = place;
    monitor.key = key;
    monitor.state = folder.file("seen");
    EXPECT_EQ(kinds(app::log_monitor(monitor)), std::vector<std::string>());
  }
  /// Another history, signed by the same key.
  void fork(const std::vector<Bytes>& entries) {
    const app::LogPlace other{.folder = folder.file("fork"), .keep = folder.file("fork.keep")};
    tlog::DirectoryStore::create({.folder = other.folder, .keep = other.keep}, *app::log_signer(place)).value();
    auto forked = *tlog::DirectoryStore::open({.folder = other.folder, .keep = other.keep}, *app::log_signer(place));
    EXPECT_TRUE(forked->add(entries));
    monitor.place.folder = other.folder;
  }
};

TEST(Monitor, ARollback) {
  Watched world;
  world.fork({world.entry(0)});
  EXPECT_THAT(first_of(kinds(app::log_monitor(world.monitor))), HasSubstr("rollback"));
  EXPECT_THAT(*read_file(world.monitor.state + ".evidence", 1 << 20), HasSubstr("--- and now ---"));
  EXPECT_THAT(*read_file(world.monitor.state, 1 << 20), HasSubstr("\n2\n"));  // what was seen is not forgotten
}

TEST(Monitor, ASplitView) {
  Watched world;
  world.fork({world.entry(0), world.entry(7)});
  EXPECT_THAT(first_of(kinds(app::log_monitor(world.monitor))), HasSubstr("split_view"));
  Watched longer;
  longer.fork({longer.entry(0), longer.entry(7), longer.entry(8)});
  EXPECT_THAT(first_of(kinds(app::log_monitor(longer.monitor))), HasSubstr("split_view"));
}

TEST(Monitor, ReorderedEntries) {
  Watched world;
  world.fork({world.entry(1), world.entry(0), world.entry(2)});
  EXPECT_THAT(first_of(kinds(app::log_monitor(world.monitor))), HasSubstr("split_view"));
}

TEST(Monitor, AnotherKey) {
  Watched world;
  const auto stranger = *tlog::NoteSigner::generate("example.org/log", tlog::KeyKind::note);
  const std::string note = *tlog::sign_checkpoint(world.store->checkpoint()->checkpoint, stranger);
  ASSERT_TRUE(write_file(world.place.folder + "/checkpoint", note, true));
  EXPECT_THAT(first_of(kinds(app::log_monitor(world.monitor))), HasSubstr("wrong_key"));
}

TEST(Monitor, AChangedTileOrEntry) {
  Watched world;
  ASSERT_TRUE(world.store->add({world.entry()}));
  const std::string bundle = world.place.folder + "/tile/entries/000.p/3";
  std::string text = *read_file(bundle, 1 << 20);
  text[text.size() - 1] = static_cast<char>(text[text.size() - 1] ^ 1);
  ASSERT_TRUE(write_file(bundle, text, true));
  EXPECT_THAT(first_of(kinds(app::log_monitor(world.monitor))), HasSubstr("corrupt"));
  Watched other;
  ASSERT_TRUE(other.store->add({other.entry()}));
  const std::string tile = other.place.folder + "/tile/0/000.p/3";
  text = *read_file(tile, 1 << 20);
  text[0] = static_cast<char>(text[0] ^ 1);
  ASSERT_TRUE(write_file(tile, text, true));
  EXPECT_NE(first_of(kinds(app::log_monitor(other.monitor))), "nothing");
}

TEST(Monitor, AReplayedEntry) {
  World world;
  // a log that does not look for what is there already
  const auto signer = *app::log_signer(world.place);
  const Bytes entry = world.entry();
  tlog::Frontier frontier;
  Bytes bundle, hashes;
  for (int i = 0; i < 2; ++i) {
    const tlog::Hash leaf = tlog::leaf_hash(entry);
    frontier.append(leaf);
    tlog::append_to_bundle(bundle, entry);
    hashes.insert(hashes.end(), leaf.begin(), leaf.end());
  }
  tlog::DurableWriter writer(world.place.folder);
  const tlog::Checkpoint tree{.origin = signer.key().name, .size = 2, .root = frontier.root()};
  ASSERT_TRUE(writer.put("tile/0/000.p/2", hashes) && writer.put("tile/entries/000.p/2", bundle) &&
              writer.put("checkpoint", as_bytes(*tlog::sign_checkpoint(tree, signer))) && writer.finish());
  app::LogMonitorRequest monitor;
  monitor.place = world.place;
  monitor.key = world.key;
  EXPECT_THAT(first_of(kinds(app::log_monitor(monitor))), HasSubstr("replay"));
}

TEST(Monitor, WhatTheWitnessesWereShown) {
  Witnessed world;
  const auto service = world.open(world.request());
  const Running server(service->service());
  ASSERT_EQ(post(server.url("/add"), world.entry(), world.token, "application/cose").status, 200);
  // to this monitor the log shows another tree of the same size, cosigned by a witness that was broken into
  const app::LogPlace other{.folder = world.folder.file("fork"), .keep = world.folder.file("fork.keep")};
  ASSERT_TRUE(
      tlog::DirectoryStore::create({.folder = other.folder, .keep = other.keep}, *app::log_signer(world.place)));
  auto forked =
      *tlog::DirectoryStore::open({.folder = other.folder, .keep = other.keep}, *app::log_signer(world.place));
  ASSERT_TRUE(forked->add({world.entry(50)}));
  auto monitor = world.monitor(server.url());
  monitor.place.folder = other.folder;
  std::string text = *read_file(world.strict, 1 << 20);
  text = text.substr(0, text.find("group"));
  ASSERT_TRUE(write_file(world.strict, text + "quorum none\n", true));
  EXPECT_THAT(first_of(kinds(app::log_monitor(monitor))), HasSubstr("was shown another tree"));
}

TEST(Monitor, NobodyThere) {
  World world;
  app::LogMonitorRequest monitor;
  monitor.place = {
      .folder = "http://127.0.0.1:1/", .keep = {}, .ask = net::http_ask({.named = {"http://127.0.0.1:1/"}})};
  monitor.key = world.key;
  const auto look = app::log_monitor(monitor);
  ASSERT_FALSE(look);
  EXPECT_EQ(look.error().code, Code::unavailable);
  monitor.key.clear();
  EXPECT_EQ(app::log_monitor(monitor).error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace bonafide::serving
