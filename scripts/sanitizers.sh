# shellcheck shell=bash
# Sourced by `make asan` and `make tsan`: what the sanitisers are told, and why.
# FFmpeg, OpenCV and dlib are Debian's own builds, not instrumented: leaks inside them are not ours to judge.
export ASAN_OPTIONS=detect_leaks=0:strict_string_checks=1:check_initialization_order=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
# Uninstrumented libraries lock in ways the thread sanitiser cannot see.
export TSAN_OPTIONS="ignore_noninstrumented_modules=1:halt_on_error=1"
