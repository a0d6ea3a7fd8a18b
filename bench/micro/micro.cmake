# bench/micro/<name>_bench.cc becomes the program bench_<name>. Included by the top CMakeLists.txt.
# There is nothing to measure in a build with a sanitizer.
if(WHITTLE_SANITIZE)
  return()
endif()
find_package(benchmark REQUIRED)
file(GLOB WHITTLE_BENCHES CONFIGURE_DEPENDS bench/micro/*_bench.cc)
foreach(source IN LISTS WHITTLE_BENCHES)
  cmake_path(GET source STEM name)
  string(REGEX REPLACE "_bench$" "" name ${name})
  add_executable(bench_${name} ${source})
  target_link_libraries(bench_${name} PRIVATE whittle_pipeline benchmark::benchmark whittle_flags)
endforeach()
