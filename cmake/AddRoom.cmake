# add_room(<name> [DEPENDS room...] HEADERS file... SOURCES file... [LIBS target...]
#          [TESTS file...] [TEST_LIBS target...])
#
# A room is one static library `howdah_<name>` under src/<name>. DEPENDS is the project's only
# table of who may include whom: the test `layers` compares it with every #include. LIBS are the
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
  set_property(GLOBAL APPEND PROPERTY HOWDAH_ROOMS "${name}: ${ROOM_DEPENDS}")

  if(ROOM_TESTS)
    add_executable(${name}_test ${ROOM_TESTS})
    target_link_libraries(${name}_test PRIVATE ${target} GTest::gmock GTest::gtest_main
                                               ${ROOM_TEST_LIBS})
    target_precompile_headers(${name}_test REUSE_FROM howdah_precompiled)
    gtest_discover_tests(${name}_test TEST_PREFIX "unit." PROPERTIES LABELS unit TIMEOUT 120
                         DISCOVERY_TIMEOUT 60)
  endif()
endfunction()

# Write "room: its declared rooms" lines for tools/check_layers.py.
function(write_room_table file)
  get_property(lines GLOBAL PROPERTY HOWDAH_ROOMS)
  list(JOIN lines "\n" text)
  string(REPLACE ";" " " text "${text}")
  file(WRITE ${file} "${text}\n")
endfunction()
