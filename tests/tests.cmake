# Tests mirror src/: tests/<room>/*_test.cc become the program test_<room>, linked to that room and
# to tests/support. Included by the top CMakeLists.txt.
find_package(GTest REQUIRED)
find_package(PNG REQUIRED)
include(GoogleTest)

file(GLOB WHITTLE_SUPPORT CONFIGURE_DEPENDS tests/support/*.cc)
add_library(test_support STATIC ${WHITTLE_SUPPORT})
target_include_directories(test_support PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(test_support
  PUBLIC whittle_include GTest::gtest JPEG::JPEG PNG::PNG
  PRIVATE whittle_flags)
target_compile_definitions(test_support PUBLIC WHITTLE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

# whittle_test(room [LIBS ...])
function(whittle_test room)
  cmake_parse_arguments(TEST "" "" "LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS tests/${room}/*_test.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(test_${room} ${sources})
  target_link_libraries(test_${room} PRIVATE test_support GTest::gtest_main whittle_flags ${TEST_LIBS})
  if(TARGET whittle_${room})
    target_link_libraries(test_${room} PRIVATE whittle_${room})
  endif()
  gtest_discover_tests(test_${room} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${room}/"
    PROPERTIES TIMEOUT 300)
endfunction()

whittle_test(codec LIBS PkgConfig::LCMS)  # the corpus test applies the profiles that codecs carry
foreach(room base pixel color transform pipeline observe async source service http app arch e2e)
  whittle_test(${room})
endforeach()
