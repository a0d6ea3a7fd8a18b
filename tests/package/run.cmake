# Installs the build to a fresh folder, builds the example against it as a stranger would, and runs
# it: on a picture (must succeed) and on a text (must fail with our words).
#   cmake -DBUILD=... -DSOURCE=... -DWORK=... -DCXX=... -DFLAGS=... -P run.cmake
function(must_run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "failed (${code}): ${ARGN}\n${out}")
  endif()
  message(STATUS "${out}")
endfunction()

file(REMOVE_RECURSE ${WORK})
must_run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
must_run(${CMAKE_COMMAND} -G Ninja -S ${SOURCE}/tests/package -B ${WORK}/build
  -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCMAKE_CXX_COMPILER=${CXX} "-DCMAKE_CXX_FLAGS=${FLAGS}")
must_run(${CMAKE_COMMAND} --build ${WORK}/build)
must_run(${WORK}/build/example ${SOURCE}/images/photo.jpg ${WORK}/out.jpg)
must_run(${WORK}/prefix/bin/whittle probe ${WORK}/out.jpg)
execute_process(COMMAND ${WORK}/build/example ${SOURCE}/README.md ${WORK}/none.jpg
  RESULT_VARIABLE code ERROR_VARIABLE words)
if(NOT code EQUAL 1 OR NOT words MATCHES "unsupported image format")
  message(FATAL_ERROR "a text was not refused as it should be: ${code} ${words}")
endif()
