# TensorFlow's C API headers as the tensorflow wheel carries them: target TensorFlowC::headers.
#
# Headers only: the engine opens the wheel's libtensorflow_cc.so.2 at run time. Input, either of:
# TENSORFLOW_DIR, the unpacked wheel's `tensorflow` folder; Python3_EXECUTABLE, a Python that
# has the package (it is looked up, not imported).
if(NOT TENSORFLOW_DIR)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  execute_process(
    COMMAND ${Python3_EXECUTABLE} -c "import importlib.util as u; print(u.find_spec('tensorflow').submodule_search_locations[0])"
    OUTPUT_VARIABLE _tensorflow_dir OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(TENSORFLOW_DIR "${_tensorflow_dir}" CACHE PATH "The tensorflow package's folder" FORCE)
endif()
find_file(TENSORFLOW_C_API_HEADER include/tensorflow/c/c_api.h PATHS "${TENSORFLOW_DIR}"
          NO_DEFAULT_PATH)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(TensorFlowC REQUIRED_VARS TENSORFLOW_C_API_HEADER TENSORFLOW_DIR)
if(TensorFlowC_FOUND AND NOT TARGET TensorFlowC::headers)
  add_library(TensorFlowC::headers INTERFACE IMPORTED)
  target_include_directories(TensorFlowC::headers SYSTEM INTERFACE "${TENSORFLOW_DIR}/include")
endif()
