# Tests mirror src/: tests/<room>/*.cc become the program test_<room>, linked to that room and to
# tests/support. Included by the top CMakeLists.txt.
find_package(GTest REQUIRED)
find_package(PNG REQUIRED)
include(GoogleTest)

file(GLOB WHITTLE_SUPPORT CONFIGURE_DEPENDS tests/support/*.cc)
add_library(test_support STATIC ${WHITTLE_SUPPORT})
target_include_directories(test_support PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(test_support
  PUBLIC whittle_include GTest::gtest JPEG::JPEG PNG::PNG OpenSSL::SSL
  PRIVATE whittle_flags)
target_compile_definitions(test_support PUBLIC WHITTLE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

# ThreadSanitizer has nothing to say about one thread. In its build, of the rooms that know none,
# those test files are left that bring threads along.
set(WHITTLE_CORE_ROOMS base pixel color effect jpeg codec transform pipeline)
# Their references go over pixels one by one.
set(WHITTLE_COMPUTING_TESTS pixel color effect jpeg pipeline)
function(keep_threaded list)
  set(kept)
  foreach(source IN LISTS ${list})
    file(STRINGS ${source} threads LIMIT_COUNT 1
      REGEX "^#include (<thread>|<future>|\"tests/support/(stop_late|coroutines)\\.h\")")
    if(threads)
      list(APPEND kept ${source})
    endif()
  endforeach()
  set(${list} ${kept} PARENT_SCOPE)
endfunction()

# whittle_test(room [LIBS ...])
function(whittle_test room)
  cmake_parse_arguments(TEST "" "" "LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS tests/${room}/*.cc)
  if(WHITTLE_SANITIZE STREQUAL "thread" AND room IN_LIST WHITTLE_CORE_ROOMS)
    keep_threaded(sources)
    if(NOT sources)
      return()
    endif()
  endif()
  foreach(off IN LISTS WHITTLE_CODECS_OFF)  # formats that this build leaves out
    list(FILTER sources EXCLUDE REGEX "/${off}(_[a-z_]*)?\\.cc$")
  endforeach()
  add_executable(test_${room} ${sources})
  target_link_libraries(test_${room} PRIVATE test_support GTest::gtest_main whittle_flags ${TEST_LIBS})
  if(TARGET whittle_${room})
    target_link_libraries(test_${room} PRIVATE whittle_${room})
  endif()
  if(NOT room IN_LIST WHITTLE_COMPUTING_TESTS)
    set_target_properties(test_${room} PROPERTIES WHITTLE_UNOPTIMIZED ON)
  endif()
  whittle_precompile(test_${room} <gtest/gtest.h>)
  if(room MATCHES "^(async|cache|source|service|http|app|e2e)$")
    whittle_precompile(test_${room} ${WHITTLE_ASIO_HEADERS})
  endif()
  gtest_discover_tests(test_${room} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${room}/"
    PROPERTIES TIMEOUT 300)
endfunction()

whittle_test(codec LIBS PkgConfig::LCMS)  # the corpus test applies the profiles that codecs carry
whittle_test(color LIBS whittle_codec PkgConfig::LCMS)  # decodes pictures, makes profiles
foreach(room base pixel effect jpeg transform pipeline observe async cache source service http app)
  whittle_test(${room})
endforeach()
whittle_test(sandbox LIBS whittle_pipeline PkgConfig::SECCOMP)
if(NOT WHITTLE_SANITIZE)
  whittle_test(arch)  # reads the sources
endif()
whittle_test(e2e LIBS whittle_app nlohmann_json::nlohmann_json)  # the whole server, over sockets

# The tests of app and of the whole server run the program itself.
foreach(test test_app test_e2e test_sandbox)
  target_compile_definitions(${test} PRIVATE WHITTLE_PROGRAM="$<TARGET_FILE:whittle>"
    WHITTLE_SANITIZE="${WHITTLE_SANITIZE}")
  target_link_libraries(${test} PRIVATE whittle_mimalloc)
  add_dependencies(${test} whittle)
endforeach()

# whittle_fuzz(name room...): tests/fuzz/<name>_fuzz.cc, which defines LLVMFuzzerTestOneInput, becomes
# test_fuzz_<name>, which replays known inputs and <name>_seeds.cc in every build, and with WHITTLE_FUZZ (clang only)
# fuzz_<name>, libFuzzer's own program, for which all of Whittle is instrumented, and seeds_<name>, which writes the
# seeds into files. scripts/fuzz runs them.
option(WHITTLE_FUZZ "Build the fuzz targets" OFF)
if(WHITTLE_FUZZ)
  target_compile_options(whittle_flags INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -g -O1)
  target_link_options(whittle_flags INTERFACE -fsanitize=address,undefined)
  # Kernels for one instruction set: instrumented for all, each of their files takes minutes. Tests
  # hold them against each other, byte for byte.
  target_compile_definitions(whittle_flags INTERFACE HWY_COMPILE_ONLY_STATIC)
endif()
add_library(fuzz_replay OBJECT EXCLUDE_FROM_ALL tests/fuzz/replay_test.cc)
target_link_libraries(fuzz_replay PRIVATE test_support GTest::gtest whittle_flags)
function(whittle_fuzz name)
  if(WHITTLE_SANITIZE STREQUAL "thread")
    return()
  endif()
  list(TRANSFORM ARGN PREPEND whittle_ OUTPUT_VARIABLE rooms)
  add_executable(test_fuzz_${name}
    tests/fuzz/${name}_fuzz.cc tests/fuzz/${name}_seeds.cc $<TARGET_OBJECTS:fuzz_replay>)
  target_link_libraries(test_fuzz_${name} PRIVATE
    ${rooms} test_support GTest::gtest_main whittle_flags)
  gtest_discover_tests(test_fuzz_${name} DISCOVERY_MODE PRE_TEST TEST_PREFIX "fuzz/${name}/"
    PROPERTIES TIMEOUT 300)
  if(WHITTLE_FUZZ)
    add_executable(fuzz_${name} tests/fuzz/${name}_fuzz.cc)
    target_link_libraries(fuzz_${name} PRIVATE ${rooms} test_support whittle_flags)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    add_executable(seeds_${name} tests/fuzz/write_seeds.cc tests/fuzz/${name}_seeds.cc)
    target_link_libraries(seeds_${name} PRIVATE ${rooms} test_support whittle_flags)
  endif()
endfunction()

whittle_fuzz(jpeg_decode codec color)
whittle_fuzz(jpeg_planes codec)
whittle_fuzz(jpeg_encode jpeg)
whittle_fuzz(strip codec)
whittle_fuzz(kept codec)
whittle_fuzz(request http transform)
whittle_fuzz(entry cache)
whittle_fuzz(body http)
whittle_fuzz(store source)
whittle_fuzz(url source)
foreach(format png webp avif gif jxl tiff heif svg)
  if(NOT format IN_LIST WHITTLE_CODECS_OFF)
    whittle_fuzz(${format}_decode codec)
  endif()
endforeach()

# The whole call is held against the same double-precision resize as the resizer.
target_sources(test_pipeline PRIVATE tests/pixel/reference.cc)
# One of the goldens' sources carries a profile made by lcms2. Results that differ are left here.
target_link_libraries(test_pipeline PRIVATE PkgConfig::LCMS)
target_compile_definitions(test_pipeline PRIVATE
  WHITTLE_GOLDENS_OUT="${PROJECT_BINARY_DIR}/goldens")

# The installed package, used by a program of somebody else's.
set(package_flags "")
if(WHITTLE_SANITIZE STREQUAL "address")
  set(package_flags "-fsanitize=address,undefined")
elseif(WHITTLE_SANITIZE)
  set(package_flags "-fsanitize=${WHITTLE_SANITIZE}")
endif()
if(NOT WHITTLE_SANITIZE STREQUAL "thread")
  add_test(NAME package/ExampleUsesTheInstalledLibrary
    COMMAND ${CMAKE_COMMAND} -DBUILD=${PROJECT_BINARY_DIR} -DSOURCE=${PROJECT_SOURCE_DIR}
      -DWORK=${PROJECT_BINARY_DIR}/package -DCXX=${CMAKE_CXX_COMPILER} -DFLAGS=${package_flags}
      -P ${PROJECT_SOURCE_DIR}/tests/package/run.cmake)
endif()

# The examples of docs/extending.md, each a file and a line: a program that compiles the file of a
# list again, with its own lines in it. What comes first defines the symbols, so the library's is
# left out.
function(whittle_extending name)
  cmake_parse_arguments(EXTENDING "" "" "SOURCES;LISTS;LIBS" ${ARGN})
  add_executable(test_extending_${name} ${EXTENDING_SOURCES})
  foreach(list IN LISTS EXTENDING_LISTS)  # UPPER_CASE:file of the list
    string(REPLACE ":" ";" parts ${list})
    list(GET parts 0 kind)
    list(GET parts 1 file)
    string(TOLOWER ${kind} lower)
    target_sources(test_extending_${name} PRIVATE ${file})
    target_compile_definitions(test_extending_${name} PRIVATE
      WHITTLE_MORE_${kind}="tests/extending/${lower}.def")
  endforeach()
  target_link_libraries(test_extending_${name} PRIVATE
    test_support GTest::gtest_main whittle_flags ${EXTENDING_LIBS})
  gtest_discover_tests(test_extending_${name} DISCOVERY_MODE PRE_TEST
    TEST_PREFIX "extending/${name}/" PROPERTIES TIMEOUT 300)
endfunction()

whittle_extending(server
  SOURCES tests/extending/server_test.cc tests/extending/docs_test.cc tests/extending/tar_source.cc
          tests/extending/dialect_box.cc tests/extending/page_robots.cc
  LISTS SOURCES:src/source/source.cc DIALECTS:src/transform/dialect.cc PAGES:src/http/page.cc
  LIBS whittle_app whittle_mimalloc)

whittle_extending(tier
  SOURCES tests/extending/tier/directory.cc tests/extending/tier/directory_test.cc
          tests/extending/tier/service_test.cc
  LISTS TIERS:src/cache/tier.cc
  LIBS whittle_service)

# A parameter and a format of results are news to two rooms, which are compiled anew with them, and to
# no others (tests/arch). The tests that walk over all codecs and all operations walk over these, too.
# Sanitizers have seen both rooms in their own tests.
if(WHITTLE_SANITIZE)
  return()
endif()
file(GLOB rooms CONFIGURE_DEPENDS src/transform/*.cc src/pipeline/*.cc src/pipeline/*/*.cc)
whittle_extending(core
  SOURCES tests/extending/qoi.cc tests/extending/qoi_test.cc tests/extending/pixelate.cc
          tests/extending/pixelate_test.cc tests/codec/contract_test.cc
          tests/pipeline/operation_rows_test.cc tests/pipeline/heap_meter.cc ${rooms}
  LISTS CODECS:src/codec/registry.cc
  LIBS whittle_codec whittle_effect whittle_color)
target_compile_definitions(test_extending_core PRIVATE WHITTLE_VERSION="${PROJECT_VERSION}"
  WHITTLE_MORE_FORMATS="tests/extending/formats.def"
  WHITTLE_MORE_OPERATIONS="tests/extending/operations.def"
  WHITTLE_MORE_PARAMS="tests/extending/params.def" WHITTLE_MORE_FIELDS="tests/extending/fields.def")
