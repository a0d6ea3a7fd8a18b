# The load harness' own programs: whittle_load sends requests, whittle_storm more than can be served,
# whittle_floor decodes without a server.
# Their parts are a library, so that tests/bench can test them. Included by the top CMakeLists.txt.
add_library(whittle_load_parts STATIC
  bench/load/generator/client.cc bench/load/generator/probe.cc bench/load/generator/report.cc
  bench/load/generator/request_list.cc bench/load/generator/response.cc
  bench/load/generator/socket.cc bench/load/generator/storm.cc)
target_include_directories(whittle_load_parts PUBLIC ${PROJECT_SOURCE_DIR}/bench/load)
target_link_libraries(whittle_load_parts
  PUBLIC whittle_base nlohmann_json::nlohmann_json
  PRIVATE fmt::fmt Threads::Threads whittle_flags)

add_executable(whittle_load bench/load/generator/load_main.cc)
target_link_libraries(whittle_load PRIVATE whittle_load_parts CLI11::CLI11 fmt::fmt whittle_flags)
add_executable(whittle_storm bench/load/generator/storm_main.cc)
target_link_libraries(whittle_storm PRIVATE whittle_load_parts CLI11::CLI11 whittle_flags)

# The floor takes the formats' libraries by itself, whatever formats this build of Whittle has.
pkg_check_modules(FLOOR REQUIRED IMPORTED_TARGET libpng libwebp libavif libdeflate)
add_library(whittle_floor_parts STATIC bench/load/generator/floor_decode.cc)
target_include_directories(whittle_floor_parts PUBLIC ${PROJECT_SOURCE_DIR}/bench/load)
target_link_libraries(whittle_floor_parts PUBLIC PkgConfig::FLOOR JPEG::JPEG PRIVATE whittle_flags)
add_executable(whittle_floor bench/load/generator/floor_main.cc)
target_link_libraries(whittle_floor PRIVATE whittle_floor_parts fmt::fmt whittle_flags)

if(WHITTLE_BUILD_TESTS)
  whittle_test(bench LIBS whittle_load_parts whittle_floor_parts Threads::Threads)
  target_compile_definitions(test_bench PRIVATE
    WHITTLE_PROGRAM="$<TARGET_FILE:whittle>" WHITTLE_PROGRAMS="$<TARGET_FILE_DIR:whittle_load>")
  add_dependencies(test_bench whittle whittle_load whittle_floor)
  find_program(PYTHON python3)
  if(PYTHON)
    add_test(NAME bench/HarnessParts COMMAND ${PYTHON} ${PROJECT_SOURCE_DIR}/tests/bench/test_harness.py)
    add_test(NAME bench/ChaosParts COMMAND ${PYTHON} ${PROJECT_SOURCE_DIR}/tests/bench/test_chaos.py)
    set(folders ${PROJECT_SOURCE_DIR}/bench/load:${PROJECT_SOURCE_DIR}/bench)
    set_tests_properties(bench/HarnessParts bench/ChaosParts PROPERTIES TIMEOUT 60
      ENVIRONMENT "PYTHONPATH=${folders};PYTHONDONTWRITEBYTECODE=1")
  endif()
endif()
