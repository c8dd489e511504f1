#include "base/process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

namespace bonafide {
namespace {

Result<ProgramAnswer> shell(const std::string& script, ByteView input = {}, int seconds = 20,
                            std::size_t most = std::size_t{1} << 20) {
  return run_program({.command = {"sh", "-c", script}, .input = input, .most = most, .seconds = seconds});
}

/// No child of ours is left behind, running or not.
void expect_no_children() {
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(Process, BytesGoInAndComeOut) {
  Bytes input(std::size_t{4} << 20);  // more than any pipe holds, both ways at once
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<std::uint8_t>(i * 31 >> 3);
  const auto answer = run_program({.command = {"cat"}, .input = input, .most = input.size()});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->exit_code, 0);
  EXPECT_TRUE(answer->output == input);
  EXPECT_TRUE(answer->said.empty());
  expect_no_children();
}

TEST(Process, ArgumentsArePassedAsTheyAre) {
  const auto answer = run_program({.command = {"printf", "%s|", "a b", "$HOME", "; exit 1", "*"}, .input = {}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(as_text(answer->output), "a b|$HOME|; exit 1|*|");
}

TEST(Process, ExitCodeAndFirstLineOfItsComplaint) {
  const auto answer = shell("printf 'half'; printf '\\n  no \\033[1mtoken\\nmore\\n' >&2; exit 3");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->exit_code, 3);
  EXPECT_EQ(as_text(answer->output), "half");
  EXPECT_EQ(answer->said, "no  [1mtoken");  // the escape character became a space
  EXPECT_EQ(shell("yes complaint | head -c 1000000 >&2")->said, "complaint");
  EXPECT_LE(shell("head -c 100000 /dev/zero | tr '\\0' x >&2")->said.size(), 200U);
}

TEST(Process, InputThatNobodyReads) {
  const Bytes input(std::size_t{1} << 20, 7);
  for (int i = 0; i < 20; ++i) {
    const auto answer = shell("exit 0", input);  // SIGPIPE would end this test
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->exit_code, 0);
  }
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
  expect_no_children();
}

TEST(Process, TheChildMayDieOfABrokenPipe) {  // as programs do that a pipeline's end leaves alone
  const auto answer = shell("trap '' PIPE 2>/dev/null; exec sh -c 'kill -PIPE $$; exit 0'");
  const auto plain = shell("kill -PIPE $$; exit 0");
  EXPECT_TRUE(answer);  // ignored on its own wish
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().code, Code::unavailable);
}

TEST(Process, TooLong) {
  const auto start = std::chrono::steady_clock::now();
  const auto answer = run_program({.command = {"sleep", "30"}, .input = {}, .seconds = 1});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::unavailable);
  EXPECT_EQ(answer.error().message, "sleep did not end within 1 s");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  expect_no_children();
}

TEST(Process, AGrandchildThatKeepsThePipeIsNotWaitedFor) {
  const auto start = std::chrono::steady_clock::now();
  const auto answer = shell("sleep 20 & printf done");
  ASSERT_TRUE(answer);
  EXPECT_EQ(as_text(answer->output), "done");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST(Process, ClosedPipesAreNotTheEnd) {
  const auto answer = shell("exec >&- 2>&-; sleep 0.2; exit 4");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->exit_code, 4);
}

TEST(Process, TooMuch) {
  const auto answer = run_program({.command = {"yes"}, .input = {}, .most = 1000});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::limit);
  EXPECT_EQ(shell("head -c 1000 /dev/zero", {}, 20, 1000)->output.size(), 1000U);
  EXPECT_EQ(shell("head -c 1001 /dev/zero", {}, 20, 1000).error().code, Code::limit);
  expect_no_children();
}

TEST(Process, WhatCannotBeStarted) {
  EXPECT_EQ(run_program({.command = {}, .input = {}}).error().code, Code::invalid_argument);
  EXPECT_EQ(run_program({.command = {""}, .input = {}}).error().code, Code::invalid_argument);
  EXPECT_EQ(run_program({.command = {std::string("a\0b", 3)}, .input = {}}).error().code, Code::invalid_argument);
  const auto missing = run_program({.command = {"no-such-program-anywhere"}, .input = {}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::unavailable);
  EXPECT_EQ(missing.error().message, "no-such-program-anywhere cannot be started: No such file or directory");
  EXPECT_EQ(run_program({.command = {"/etc/hostname"}, .input = {}}).error().code, Code::unavailable);
}

TEST(Process, OurFilesStayOurs) {
  const int open_file = dup(0);
  const auto answer = shell("ls /proc/self/fd | sort -n | tail -1");
  close(open_file);
  ASSERT_TRUE(answer);
  EXPECT_LE(std::stoi(std::string(as_text(answer->output))), 4);  // 0 to 2, and the one with which ls reads
}

}  // namespace
}  // namespace bonafide
