// The served log, over real connections on the loopback.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <set>

#include "app/credential/sign.h"
#include "app/serve/problem.h"
#include "app/serve/query.h"
#include "provenance/c2pa/soft_binding.h"
#include "provenance/log/proof.h"
#include "provenance/log/receipt.h"
#include "world.h"

namespace bonafide::serving {
namespace {

using ::testing::HasSubstr;

TEST(LogHttp, HandsOutWhatLiesThere) {
  World world;
  const auto service = world.open();
  const Running server(service->service());
  ASSERT_EQ(post(server.url("/add"), world.entry(), world.token, "application/cose").status, 200);
  const HttpAnswer checkpoint = get(server.url("/checkpoint"));
  EXPECT_EQ(checkpoint.status, 200);
  EXPECT_EQ(text_of(checkpoint), *read_file(world.place.folder + "/checkpoint", 1 << 20));
  const HttpAnswer tile = get(server.url("/tile/0/000.p/1"));
  EXPECT_EQ(tile.status, 200);
  EXPECT_EQ(tile.body.size(), 32U);
  EXPECT_EQ(tile.type, "application/octet-stream");
  EXPECT_EQ(get(server.url("/tile/entries/000.p/1")).status, 200);
  EXPECT_EQ(get(server.url("/tile/0/000")).status, 404);
  EXPECT_EQ(get(server.url("/healthz")).status, 200);
  EXPECT_EQ(get(server.url("/readyz")).status, 200);
  EXPECT_EQ(get(server.url("/metrics")).status, 401);
  EXPECT_THAT(text_of(get(server.url("/metrics"), world.token)),
              HasSubstr("bonafide_http_answers_total{route=\"add\",status=\"200\"} 1"));
  const std::string head = raw(server.port(), "HEAD /tile/0/000.p/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Length: 32"));
  EXPECT_THAT(head, HasSubstr("immutable"));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST(LogHttp, WhoMayRegister) {
  World world;
  const std::string reader =
      *app::new_token({.file = world.folder.file("kept/tokens"), .name = "r", .roles = {"metrics"}});
  const auto service = world.open();
  const Running server(service->service());
  const std::string url = server.url("/add");
  const Bytes entry = world.entry();
  EXPECT_EQ(post(url, entry, {}, "application/cose").status, 401);
  const HttpAnswer wrong = post(url, entry, world.token + "x", "application/cose");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.type, "application/problem+json");
  EXPECT_EQ((*parse_json(text_of(wrong)))["status"], 401);
  EXPECT_THAT(text_of(wrong), ::testing::Not(HasSubstr(world.token)));
  EXPECT_EQ(post(url, entry, reader, "application/cose").status, 403);
  EXPECT_EQ(text_of(post(url, entry, world.token, "application/cose")), "0");
  EXPECT_EQ(text_of(post(url, entry, world.token, "application/cose")), "0");  // said again: the same place
  EXPECT_EQ(post(url, bytes_of("no entry"), world.token, "application/cose").status, 400);
  EXPECT_EQ(post(url, Bytes(9000, 7), world.token, "application/cose").status, 413);
  EXPECT_EQ(get(url, world.token).status, 405);
  ASSERT_TRUE(app::revoke_token(world.folder.file("kept/tokens"), "news"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  EXPECT_EQ(post(url, world.entry(), world.token, "application/cose").status, 401);
}

TEST(LogHttp, AnswersWithAProof) {
  World world;
  const auto service = world.open();
  const Running server(service->service());
  const Bytes entry = world.entry();
  const Json body{{"entry", to_base64(entry)}, {"certificate", to_base64(world.issuer->chain().front())}};
  const HttpAnswer answer =
      post(server.url("/add"), bytes_of(dump_json(body)), world.token, "application/json", "application/json");
  ASSERT_EQ(answer.status, 200) << text_of(answer);
  const Json said = *parse_json(text_of(answer));
  const auto bundle = tlog::parse_proof_bundle(said["proof"].get<std::string>());
  ASSERT_TRUE(bundle);
  const auto policy = tlog::parse_policy(*read_file(world.policy, 1 << 20));
  EXPECT_TRUE(tlog::check_proof_bundle(*bundle, tlog::leaf_hash(entry), *policy)->holds());
  Json other = body;
  other["certificate"] = to_base64(entry);
  EXPECT_EQ(post(server.url("/add"), bytes_of(dump_json(other)), world.token, "application/json").status, 400);
  other = body;
  other["manifest"] = to_base64(bytes_of("something"));
  EXPECT_EQ(post(server.url("/add"), bytes_of(dump_json(other)), world.token, "application/json").status, 400);
}

TEST(LogHttp, HostileRequests) {
  World world;
  const auto service = world.open();
  ServeOptions options;
  options.head_seconds = options.body_seconds = 1;
  const Running server(service->service(), options);
  const auto status = [&](const std::string& text) { return status_of(raw(server.port(), text)); };
  const std::string host = " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  for (const std::string path :
       {"/tile/../../kept/log.key", "/tile/..%2f..%2fkept/log.key", "/tile/%2e%2e/checkpoint", "/../kept/log.key",
        "/tile/0/../0/000", "//checkpoint", "/tile/0/000%00", "/tile//0/000", "/checkpoint/", "/kept/log.key",
        "/tile/0/x1/000", "/entries/-1", "/entries/99999999999999999999", "/manifests/..", "/CHECKPOINT"})
    EXPECT_EQ(status("GET " + path + host), 404) << path;
  EXPECT_EQ(status("GET checkpoint" + host), 400);
  EXPECT_EQ(status("GET http://a/checkpoint" + host), 400);
  EXPECT_EQ(status("GET /checkpoint HTTP/1.1\r\n\r\n"), 400);                        // no Host
  EXPECT_EQ(status("GET /checkpoint HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);  // two
  EXPECT_EQ(status("nonsense\r\n\r\n"), 400);
  EXPECT_EQ(status("GET /checkpoint HTTP/1.1\r\nHost: a\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n"), 431);
  const std::string add = "POST /add HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + world.token + "\r\n";
  EXPECT_EQ(status(add + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(status(add + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"), 400);
  EXPECT_EQ(status(add + "Transfer-Encoding: chunked\r\n\r\n4000\r\n" + std::string(0x4000, 'x') + "\r\n"), 413);
  EXPECT_EQ(status(add + "Content-Length: 99999999999\r\n\r\nx"), 413);
  EXPECT_EQ(status(add + "Content-Length: -1\r\n\r\nx"), 400);
  EXPECT_EQ(raw(server.port(), add + "Content-Length: 100\r\n\r\nx"), "");  // and nothing more comes
  EXPECT_EQ(raw(server.port(), "GET /checkpoint HTTP/1.1\r\nHo"), "");      // nor here
  EXPECT_EQ(raw(server.port(), ""), "");                                    // who says nothing is told nothing
  EXPECT_EQ(status("GET /checkpoint HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde"), 413);
  EXPECT_EQ(status("GET /checkpoint" + host), 200);
}

TEST(LogHttp, TooManyConnectionsAndTooManyRequests) {
  World world;
  app::LogServeRequest request;
  request.place = world.place;
  request.address_rate = 1;
  const auto service = app::LogService::open(request);
  ASSERT_TRUE(service);
  ServeOptions options;
  options.most_of_one_address = 2;
  const Running server((*service)->service(), options);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(get(server.url("/healthz")).status, 200);
  const std::string late = raw(server.port(), "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status_of(late), 429);
  EXPECT_THAT(late, HasSubstr("Retry-After: 1"));
  boost::asio::io_context context;
  std::vector<boost::asio::ip::tcp::socket> held;
  for (int i = 0; i < 2; ++i) {
    held.emplace_back(context);
    held.back().connect({boost::asio::ip::address_v4::loopback(), server.port()});
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(status_of(raw(server.port(), "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")), 503);
}

TEST(LogHttp, EightClientsAreAllAnsweredOnce) {
  World world;
  const auto service = world.open();
  const Running server(service->service());
  constexpr int kEach = 15;
  std::vector<std::vector<std::string>> numbers(8);
  {
    std::vector<std::jthread> clients;
    for (int client = 0; client < 8; ++client)
      clients.emplace_back([&, client] {
        for (int i = 0; i < kEach; ++i)
          numbers[static_cast<std::size_t>(client)].push_back(
              text_of(post(server.url("/add"), world.entry(client * 1000 + i), world.token, "application/cose")));
      });
  }
  std::set<std::string> all;
  for (const auto& some : numbers) all.insert(some.begin(), some.end());
  EXPECT_EQ(all.size(), 8U * kEach);
  const auto report = app::log_fsck(world.place, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->entries, 8U * kEach);
  EXPECT_TRUE(report->faults.empty());
}

TEST(LogHttp, AStopFinishesWhatWasBegun) {
  World world;
  const auto service = world.open();
  Running server(service->service());
  std::atomic<int> acknowledged = 0;
  std::mutex guard;
  std::set<std::string> numbers;
  std::vector<std::jthread> clients;
  for (int client = 0; client < 4; ++client)
    clients.emplace_back([&, client] {
      for (int i = 0; i < 1000; ++i) {
        HttpQuestion request;
        request.url = server.url("/add");
        request.body = world.entry(client * 1000 + i);
        request.token = world.token;
        request.content_type = "application/cose";
        const auto answer = net::http_ask({.named = {request.url}})(request);
        if (!answer || answer->status != 200) return;
        ++acknowledged;
        const std::scoped_lock lock(guard);
        numbers.insert(text_of(*answer));
      }
    });
  while (acknowledged < 20) std::this_thread::yield();
  server.stop();
  clients.clear();
  const auto report = app::log_fsck(world.place, {});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->faults.empty());
  EXPECT_EQ(static_cast<std::size_t>(acknowledged), numbers.size());
  EXPECT_GE(report->entries, numbers.size());
  for (const std::string& number : numbers) EXPECT_LT(std::stoull(number), report->entries);
}

TEST(LogHttp, AFullDiskIsTold) {
  World world;
  const auto service = world.open();
  const Running server(service->service());
  // the bundle of entries is the first file to meet the bound
  const std::uint64_t bound = 16 * 1024;
  const std::string url = server.url("/add");
  std::uint64_t held = 0;
  std::vector<Bytes> first;
  while (held + world.entry(0).size() + 2 <= bound) {
    first.push_back(world.entry());
    held += first.back().size() + 2;
  }
  auto options = tlog::StoreOptions{.folder = world.place.folder, .keep = world.place.kept()};
  auto store = tlog::DirectoryStore::open(options, *app::log_signer(world.place));
  ASSERT_TRUE(store && (*store)->add(first));
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{bound, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const Bytes next = world.entry();
  const HttpAnswer full = post(url, next, world.token, "application/cose");
  const HttpAnswer unready = get(server.url("/readyz"));
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(full.status, 507) << text_of(full);
  EXPECT_THAT(text_of(full), HasSubstr("File too large"));
  EXPECT_EQ(unready.status, 503);
  EXPECT_EQ(text_of(post(url, next, world.token, "application/cose")), std::to_string(first.size()));
  EXPECT_EQ(get(server.url("/readyz")).status, 200);
  EXPECT_TRUE(app::log_fsck(world.place, {})->faults.empty());
}

TEST(LogHttp, Scrapi) {
  World world;
  const auto service = world.open();
  const Running server(service->service());
  const Bytes entry = world.entry();
  const HttpAnswer made = post(server.url("/entries"), entry, world.token, "application/cose");
  ASSERT_EQ(made.status, 201) << text_of(made);
  EXPECT_EQ(made.type, "application/cose");
  const auto receipt = tlog::parse_receipt(made.body);
  ASSERT_TRUE(receipt);
  const tlog::NoteKey key = *tlog::parse_note_key(world.key);
  EXPECT_TRUE(tlog::check_receipt(*receipt, tlog::leaf_hash(entry), key));
  EXPECT_FALSE(tlog::check_receipt(*receipt, tlog::leaf_hash(world.entry()), key));
  EXPECT_EQ(get(server.url("/entries/0")).body, made.body);
  const auto statement = tlog::parse_statement(get(server.url("/entries/0/statement")).body);
  ASSERT_TRUE(statement);
  EXPECT_EQ(statement->entry, entry);
  EXPECT_EQ(get(server.url("/entries/1")).status, 404);
  const HttpAnswer concise = get(server.url("/entries/1"), {}, "application/concise-problem-details+cbor");
  EXPECT_EQ(concise.type, "application/concise-problem-details+cbor");
  EXPECT_EQ(concise.body.front(), 0xA2);
  EXPECT_EQ(post(server.url("/entries"), entry, world.token, "text/plain").status, 415);
  const Bytes keys = get(server.url("/.well-known/scitt-keys")).body;
  ASSERT_FALSE(keys.empty());
  EXPECT_EQ(keys.front(), 0x81);
  std::string id = to_base64(tlog::cose_key_id(key));
  while (id.ends_with('=')) id.pop_back();
  for (char& c : id) c = c == '+' ? '-' : c == '/' ? '_' : c;
  EXPECT_EQ(get(server.url("/.well-known/scitt-keys/" + id)).body, tlog::cose_key(key));
  EXPECT_EQ(get(server.url("/.well-known/scitt-keys/other")).status, 404);
}

/// A signed picture whose credential the registry keeps under a mark.
std::string signed_picture(const World& world) {
  const std::string plain = bonafide::testing::made(
      "served.png", "ffmpeg -loglevel error -f lavfi -i testsrc=size=64x64:rate=1 -frames:v 1 -y \"$OUT\"");
  app::SignRequest request;
  request.input = plain;
  request.output = world.folder.file("signed.png");
  request.key.folder = world.folder.file("keys");
  request.ai = app::AiUse::none;
  const auto answer = app::sign(request, world.context);
  EXPECT_TRUE(answer) << answer.error().message;
  return request.output;
}

TEST(LogHttp, ACredentialIsGivenBack) {
  World world;
  app::LogAddRequest add;
  add.place = world.place;
  add.key.folder = world.folder.file("keys");
  add.files = {signed_picture(world)};
  add.mark_id = "c2a12d252206e2a1";
  add.credential = true;
  const auto added = app::log_add(add, world.context);
  ASSERT_TRUE(added) << added.error().message;
  const std::string reader =
      *app::new_token({.file = world.folder.file("kept/tokens"), .name = "r", .roles = {"resolve"}});
  app::LogServeRequest wish;
  wish.read = [](const std::string& path) -> Result<std::vector<app::FoundBinding>> {
    if (*read_file(path, 100) != "a work") return make_error(Code::unsupported, "no work");
    return std::vector<app::FoundBinding>{{provenance::c2pa::kTileMark, "c2a12d252206e2a1"}};
  };
  const auto service = world.open(wish);
  const Running server(service->service());
  const std::string value = to_base64(as_bytes(std::string("c2a12d252206e2a1")));
  const std::string alg = provenance::c2pa::kTileMark;
  const HttpAnswer found = get(server.url("/matches/byBinding?alg=" + alg + "&value=" + value));
  ASSERT_EQ(found.status, 200) << text_of(found);
  const Json json = *parse_json(text_of(found));
  ASSERT_EQ(json["matches"].size(), 1U) << text_of(found);
  const std::string label = json["matches"][0]["manifestId"].get<std::string>();
  EXPECT_TRUE(label.starts_with("urn:c2pa:")) << label;
  const Json body{{"alg", alg}, {"value", value}};
  EXPECT_EQ(text_of(post(server.url("/matches/byBinding"), bytes_of(dump_json(body)), {}, "application/json")),
            text_of(found));
  const HttpAnswer content = post(server.url("/matches/byContent"), bytes_of("a work"), reader, "image/png");
  EXPECT_EQ(text_of(content), text_of(found));
  EXPECT_EQ(post(server.url("/matches/byContent"), bytes_of("other"), reader, "image/png").status, 415);
  EXPECT_EQ(post(server.url("/matches/byContent"), bytes_of("a work"), {}, "image/png").status, 401);
  EXPECT_EQ(post(server.url("/matches/byReference"), bytes_of("{}"), {}, "application/json").status, 501);
  const HttpAnswer manifest = get(server.url("/manifests/" + label));
  EXPECT_EQ(manifest.status, 200);
  EXPECT_EQ(manifest.type, "application/c2pa");
  EXPECT_GT(manifest.body.size(), 500U);
  EXPECT_THAT(text_of(get(server.url("/services/supportedAlgorithms"))), HasSubstr(alg));
  EXPECT_EQ(get(server.url("/matches/byBinding?alg=" + alg)).status, 400);
  EXPECT_EQ(get(server.url("/matches/byBinding?alg=" + alg + "&value=%")).status, 400);
  EXPECT_THAT(text_of(get(server.url("/matches/byBinding?alg=org.other&value=" + value))), HasSubstr("[]"));
  ASSERT_TRUE(app::log_erase(world.place, added->entries.front().number));
  EXPECT_EQ(get(server.url("/manifests/" + label)).status, 404);
  EXPECT_THAT(text_of(get(server.url("/matches/byBinding?alg=" + alg + "&value=" + value))), HasSubstr("[]"));
}

TEST(LogHttp, RegisteringWithSomebodysLog) {
  World world;
  const auto service = world.open();
  const Running server(service->service());
  app::LogAddRequest add;
  add.place = {
      .folder = server.url(), .keep = world.folder.file("mine"), .ask = net::http_ask({.named = {server.url()}})};
  add.key.folder = world.folder.file("keys");
  add.files = {world.folder.file("work.jpg")};
  add.witnesses.policy = world.policy;
  add.token = world.token;
  add.proofs = true;
  ASSERT_TRUE(write_file(add.files.front(), "a picture", false));
  const auto added = app::log_add(add, world.context);
  ASSERT_TRUE(added) << added.error().message;
  app::LogVerifyRequest verify;
  verify.proof = add.files.front() + ".tlog-proof";
  verify.file = add.files.front();
  verify.policy = world.policy;
  verify.against = add.place;
  const auto facts = app::log_verify(verify, world.context);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->state, report::LogProofFacts::State::proven) << facts->reason;
  EXPECT_EQ(facts->work, report::LogProofFacts::Work::fits);
  const app::LogPlace theirs{.folder = server.url(), .keep = {}, .ask = add.place.ask};
  EXPECT_EQ(app::log_tail(theirs, world.key, 10, {})->entries.size(), 1U);
  EXPECT_TRUE(app::log_fsck(theirs, world.key)->faults.empty());
  app::LogProveRequest prove{.place = theirs, .entry = 0, .log_key = world.key};
  EXPECT_TRUE(app::log_prove(prove, world.context));
  add.token = "wrong";
  const auto refused = app::log_add(add, world.context);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("401"));
}

TEST(RateLimit, FillsAtASteadyRate) {
  app::RateLimit limit(2, 4, 3);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(limit.take("a", 100), 0);
  EXPECT_NEAR(limit.take("a", 100), 0.5, 1e-9);
  EXPECT_EQ(limit.take("b", 100), 0);
  EXPECT_EQ(limit.take("a", 100.5), 0);
  EXPECT_GT(limit.take("a", 100.5), 0);
  for (const char* who : {"c", "d", "e", "f"}) limit.take(who, 101);
  EXPECT_LE(limit.size(), 3U);
  EXPECT_EQ(app::RateLimit(0, 0).take("a", 1), 0);
}

TEST(Query, IsReadStrictly) {
  EXPECT_EQ(*app::percent_decoded("a%2Fb+c"), "a/b+c");
  for (const char* text : {"%", "%1", "%zz", "a%4"}) EXPECT_FALSE(app::percent_decoded(text)) << text;
  EXPECT_EQ(**app::query_value("a=1&b=2%26&c", "b"), "2&");
  EXPECT_EQ(**app::query_value("a=1&c", "c"), "");
  EXPECT_FALSE(app::query_value("a=1&a=2", "a"));
  EXPECT_FALSE(*app::query_value("aa=1", "a"));
  EXPECT_EQ(*app::query_count("n=500", "n", 10, 100), 100U);
  EXPECT_FALSE(app::query_count("n=0", "n", 10, 100));
  EXPECT_FALSE(app::query_count("n=-3", "n", 10, 100));
}

TEST(Tokens, AreKeptAsHashes) {
  const bonafide::testing::TemporaryFolder folder;
  const std::string file = folder.file("tokens");
  const std::string one = *app::new_token({.file = file, .name = "one", .roles = {"add", "resolve"}});
  const std::string two = *app::new_token({.file = file, .name = "two", .roles = {}});
  EXPECT_NE(one, two);
  EXPECT_FALSE(app::new_token({.file = file, .name = "one", .roles = {}}));
  EXPECT_FALSE(app::new_token({.file = file, .name = "three", .roles = {"root"}}));
  EXPECT_FALSE(app::new_token({.file = file, .name = "with blank", .roles = {}}));
  const std::string text = *read_file(file, 1 << 20);
  EXPECT_EQ(text.find(one), std::string::npos);
  const auto tokens = app::parse_tokens(text);
  ASSERT_TRUE(tokens);
  EXPECT_EQ(app::find_token(*tokens, one)->name, "one");
  EXPECT_TRUE(app::find_token(*tokens, one)->may(app::Role::resolve));
  EXPECT_FALSE(app::find_token(*tokens, two)->may(app::Role::resolve));
  EXPECT_EQ(app::find_token(*tokens, one + " "), nullptr);
  EXPECT_EQ(app::find_token(*tokens, ""), nullptr);
  EXPECT_EQ(std::filesystem::status(file).permissions() & std::filesystem::perms::others_read,
            std::filesystem::perms::none);
  ASSERT_TRUE(app::revoke_token(file, "one"));
  EXPECT_FALSE(app::revoke_token(file, "one"));
  for (const char* bad : {"a add", "a add sha256:00", "a root sha256:00", "a add md5:00", "a  sha256:00"})
    EXPECT_FALSE(app::parse_tokens(bad)) << bad;
}

}  // namespace
}  // namespace bonafide::serving
