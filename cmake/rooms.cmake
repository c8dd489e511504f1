# A room is a folder under src/: one static library, its tests beside its code.
#   bonafide_room(media/container LINK bonafide_base OpenSSL::Crypto)
# makes bonafide_media_container from *.cpp, test_media_container from *_test.cpp and
# bench_media_container from *_bench.cpp. Adding a file needs no edit here.

set(BONAFIDE_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
    -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  list(APPEND BONAFIDE_WARNINGS -Wno-restrict)  # false alarms on std::string in g++ 12 (GCC bug 105651)
endif()

function(bonafide_flags target)
  target_compile_options(${target} PRIVATE ${BONAFIDE_WARNINGS} -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
endfunction()

function(bonafide_room room)
  cmake_parse_arguments(ARG "" "" "LINK;PRIVATE_LINK;TEST_LINK" ${ARGN})
  string(REPLACE "/" "_" name ${room})
  set(dir ${CMAKE_SOURCE_DIR}/src/${room})
  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.cpp)
  set(tests ${sources})
  set(benches ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_(test|bench)\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")

  set(library bonafide_${name})
  if(sources)
    add_library(${library} STATIC ${sources})
    bonafide_flags(${library})
    target_include_directories(${library} PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include)
    target_link_libraries(${library} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
  else()  # a room of headers
    add_library(${library} INTERFACE)
    target_include_directories(${library} INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include)
    target_link_libraries(${library} INTERFACE ${ARG_LINK} ${ARG_PRIVATE_LINK})
  endif()

  if(BONAFIDE_TESTS AND tests)
    add_executable(test_${name} ${tests})
    bonafide_flags(test_${name})
    target_link_libraries(test_${name} PRIVATE ${library} ${ARG_TEST_LINK} ${ARG_PRIVATE_LINK} bonafide_test_support GTest::gtest GTest::gmock GTest::gtest_main)
    bonafide_discover_tests(test_${name})
  endif()
  if(BONAFIDE_BENCH AND benches)
    add_executable(bench_${name} ${benches})
    bonafide_flags(bench_${name})
    target_link_libraries(bench_${name} PRIVATE ${library} ${ARG_TEST_LINK} benchmark::benchmark_main)
  endif()
endfunction()

# Labels come from the suite's name: FooSlow.* is slow, FooShared.* needs ../shared/data, FooE2e.* runs whole
# commands; everything else is fast.
function(bonafide_discover_tests target)
  include(GoogleTest)
  set(common DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120 WORKING_DIRECTORY ${CMAKE_BINARY_DIR})
  gtest_discover_tests(${target} ${common} TEST_FILTER "-*Slow.*:*Shared.*:*E2e.*" PROPERTIES LABELS fast TIMEOUT 120)
  gtest_discover_tests(${target} ${common} TEST_FILTER "*Slow.*" PROPERTIES LABELS slow TIMEOUT 600)
  gtest_discover_tests(${target} ${common} TEST_FILTER "*Shared.*" PROPERTIES LABELS shared TIMEOUT 900)
  gtest_discover_tests(${target} ${common} TEST_FILTER "*E2e.*" PROPERTIES LABELS e2e TIMEOUT 600)
endfunction()
