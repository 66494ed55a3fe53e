# add_room(<name> [DEPENDS room...] HEADERS file... SOURCES file... [LIBS target...]
#          [TESTS file...] [TEST_LIBS target...])
#
# A room is one static library `howdah_<name>` under src/<name>. DEPENDS is the project's only
# table of who may include whom: the test `layers` compares it with every #include. HEADERS are
# what other rooms may include; a header that is not listed is the room's own. LIBS are the
# foreign libraries that the room's .cc files use; Arrow core is common to all rooms.
# TESTS become one executable `<name>_test` that links the room and its declared rooms only.
function(add_room name)
  cmake_parse_arguments(ROOM "" "" "DEPENDS;HEADERS;SOURCES;LIBS;TESTS;TEST_LIBS" ${ARGN})
  set(target howdah_${name})
  add_library(${target} STATIC ${ROOM_SOURCES})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src
                                  FILES ${ROOM_HEADERS})
  list(TRANSFORM ROOM_DEPENDS PREPEND howdah_ OUTPUT_VARIABLE rooms)
  target_link_libraries(${target} PUBLIC ${rooms} PyArrow::arrow fmt::fmt Threads::Threads
                                  PRIVATE ${ROOM_LIBS})
  target_precompile_headers(${target} REUSE_FROM howdah_precompiled)
  list(JOIN ROOM_DEPENDS " " depends)
  list(JOIN ROOM_HEADERS " " headers)
  set_property(GLOBAL APPEND PROPERTY HOWDAH_ROOMS "${name}: ${depends} | ${headers}")

  if(ROOM_TESTS)
    add_test_program(${name}_test LABEL unit SOURCES ${ROOM_TESTS}
                                  LIBS ${target} ${ROOM_TEST_LIBS})
  endif()
endfunction()

# All GoogleTest programs: what a sanitizer build needs.
add_custom_target(test_programs)

# add_test_program(<name> LABEL <label> [TIMEOUT <seconds>] SOURCES file... LIBS target...)
#
# A GoogleTest program. Each of its cases is a test of ctest, "<label>.<name>.<Suite>.<Case>",
# with that label: `ctest -L unit`, `ctest -R unit.base_test`. A case may take five minutes, which
# is for sanitizers on a busy machine, or TIMEOUT.
function(add_test_program name)
  cmake_parse_arguments(TEST "" "LABEL;TIMEOUT" "SOURCES;LIBS" ${ARGN})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 300)
  endif()
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE ${TEST_LIBS} GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name} REUSE_FROM howdah_precompiled)
  add_dependencies(test_programs ${name})
  gtest_discover_tests(${name} TEST_PREFIX "${TEST_LABEL}.${name}."
                       PROPERTIES LABELS ${TEST_LABEL} TIMEOUT ${TEST_TIMEOUT}
                                  DISCOVERY_TIMEOUT 60)
endfunction()

# Write lines "room: declared rooms | public headers" for tools/check_layers.py.
function(write_room_table file)
  get_property(lines GLOBAL PROPERTY HOWDAH_ROOMS)
  list(JOIN lines "\n" text)
  file(WRITE ${file} "${text}\n")
endfunction()
