# rapgo_library(NAME folder DEPS lib... EXTERNAL lib... TEST_DEPS lib... LOADS module...)
#   One static library per second-level folder of src/, from every *.cpp in it except *_test.cpp;
#   *_test.cpp become the ctest "NAME_test". A library may include only the headers of what it links (DEPS, transitively),
#   and of a module that it opens (LOADS: nothing is linked). The ctest "layers" (cmake/check-layers.cmake) verifies that,
#   since all of src/ is one include root.
function(rapgo_library name folder)
  cmake_parse_arguments(ARG "" "" "DEPS;EXTERNAL;TEST_DEPS;LOADS" ${ARGN})
  rapgo_layer(${name} ${folder} DEPS ${ARG_DEPS} ${ARG_LOADS} TEST_DEPS ${ARG_TEST_DEPS})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  if(sources)
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${name} PUBLIC ${ARG_DEPS} ${ARG_EXTERNAL})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${name} INTERFACE ${ARG_DEPS} ${ARG_EXTERNAL})
  endif()
  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name} ${ARG_TEST_DEPS} GTest::gtest GTest::gtest_main Threads::Threads)
    add_test(NAME ${name}_test COMMAND ${name}_test)
    set_tests_properties(${name}_test PROPERTIES LABELS unit TIMEOUT 900
                         ENVIRONMENT "TSAN_OPTIONS=report_thread_leaks=0")  # an ended thread is joined by the next one's start
  endif()
endfunction()

# Makes a folder known to the layer check; for folders that are built in another way than rapgo_library().
function(rapgo_layer name folder)
  cmake_parse_arguments(ARG "" "" "DEPS;TEST_DEPS" ${ARGN})
  set_property(GLOBAL APPEND_STRING PROPERTY RAPGO_LAYERS "${folder}|${name}|${ARG_DEPS}|${ARG_TEST_DEPS}\n")
endfunction()

# After the last library: writes the link graph down and registers the ctest that checks includes against it.
function(rapgo_check_layers)
  get_property(layers GLOBAL PROPERTY RAPGO_LAYERS)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/layers.txt CONTENT "${layers}" @ONLY)
  add_test(NAME layers COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR}/src -DLAYERS=${CMAKE_BINARY_DIR}/layers.txt
                               -P ${CMAKE_SOURCE_DIR}/cmake/check-layers.cmake)
  set_tests_properties(layers PROPERTIES LABELS house)
endfunction()
