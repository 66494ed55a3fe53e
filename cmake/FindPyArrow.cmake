# Arrow C++ as the pyarrow wheel carries it: targets PyArrow::arrow and PyArrow::parquet.
#
# Input, either of: PYARROW_DIR, the unpacked wheel's `pyarrow` folder; Python3_EXECUTABLE, a
# Python that can import pyarrow. The wheel has neither CMake nor pkg-config files, and its
# libraries have full names only (libarrow.so.2600), hence this module.
if(NOT PYARROW_DIR)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  execute_process(
    COMMAND ${Python3_EXECUTABLE} -c "import importlib.util as u; print(u.find_spec('pyarrow').submodule_search_locations[0])"
    OUTPUT_VARIABLE _pyarrow_dir OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(PYARROW_DIR "${_pyarrow_dir}" CACHE PATH "The pyarrow package's folder" FORCE)
endif()
if(EXISTS "${PYARROW_DIR}/include/arrow/util/config.h")
  file(STRINGS "${PYARROW_DIR}/include/arrow/util/config.h" _version
       REGEX "define ARROW_VERSION_STRING")
  string(REGEX REPLACE ".*\"([0-9.]+)\".*" "\\1" PyArrow_VERSION "${_version}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PyArrow REQUIRED_VARS PYARROW_DIR PyArrow_VERSION
                                  VERSION_VAR PyArrow_VERSION)
if(PyArrow_FOUND AND NOT TARGET PyArrow::arrow)
  string(REGEX MATCH "^([0-9]+)\\.([0-9]+)" _ "${PyArrow_VERSION}")
  math(EXPR _abi "${CMAKE_MATCH_1} * 100 + ${CMAKE_MATCH_2}") # 26.0.1 -> libarrow.so.2600
  foreach(_component arrow parquet)
    add_library(PyArrow::${_component} SHARED IMPORTED)
    set_target_properties(
      PyArrow::${_component}
      PROPERTIES IMPORTED_LOCATION "${PYARROW_DIR}/lib${_component}.so.${_abi}"
                 IMPORTED_SONAME "lib${_component}.so.${_abi}"
                 INTERFACE_INCLUDE_DIRECTORIES "${PYARROW_DIR}/include")
  endforeach()
  target_link_libraries(PyArrow::parquet INTERFACE PyArrow::arrow)
endif()
